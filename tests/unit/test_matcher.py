"""All queries × all papers: what matches, where, and each query once (keywords.md §1, §5)."""

import pytest

from digests.keywords.language import parse
from digests.keywords.match import Field, Span
from digests.keywords.matcher import Matcher
from digests.papers.paper import ArxivId
from tests.builders import make_paper
from tests.matching import match_one


def spans(query, chinese="", **fields):
    found = match_one(parse(query), make_paper(**fields), chinese)
    return [] if found is None else list(found.spans)


def marked(query, text):
    return [text[span.start : span.end] for span in spans(query, title="", abstract=text)]


def test_a_phrase_is_marked_where_the_original_has_it():
    text = r"The Schr\"{o}dinger-bridges, and a Schrödinger bridge."
    assert marked("schrodinger bridge", text) == [r"Schr\"{o}dinger-bridges", "Schrödinger bridge"]


def test_spans_name_the_term_without_its_field_and_stand_title_first():
    found = spans("abs:agent OR ti:agent", title="Agents", abstract="An agent.")
    assert found == [Span("agent", Field.TITLE, 0, 6), Span("agent", Field.ABSTRACT, 3, 8)]


def test_what_is_denied_and_what_fails_is_not_marked():
    assert marked("policy OR (robot AND arm) NOT cat:math", "a policy for a robot") == ["policy"]


def test_every_term_that_counts_is_marked():
    assert marked("(PPO OR GRPO) AND reasoning", "GRPO and PPO for reasoning") == ["GRPO", "PPO", "reasoning"]


def test_a_word_that_stands_everywhere_is_marked_twenty_times():
    assert len(marked("agent", "agent " * 50)) == 20


def test_a_repeated_word_is_not_marked_twice_in_one_place():
    assert marked("very very", "very very very very very") == ["very very", "very very"]


def test_an_author_is_marked_by_the_whole_name():
    authors = ("Ann Example", "Michael J. Black", "Yann LeCun")
    found = spans('au:"Michael Black"', authors=authors)
    assert [", ".join(authors)[span.start : span.end] for span in found] == ["Michael J. Black"]


def test_an_initial_on_either_side_stands_for_a_part_but_not_for_the_last():
    assert spans('au:"Yann LeCun"', authors=("Y. LeCun",))
    assert spans('au:"Y LeCun"', authors=("Yann LeCun",))
    assert not spans('au:"Y LeCun"', authors=("Bo LeCun",))
    assert not spans("au:Wang", authors=("Li W.",))


def test_an_author_can_be_a_prefix():
    assert spans("au:Schmid*", authors=("J. Schmidhuber",))


def test_categories_are_marked_among_all_of_them():
    found = spans("cat:cs", categories=("stat.ML", "cs.LG", "cs.AI"))
    assert [(span.field, span.start, span.end) for span in found] == [(Field.CATEGORY, 8, 13), (Field.CATEGORY, 14, 19)]


def test_an_alias_puts_a_paper_into_both_archives():
    assert spans("cat:cs", categories=("eess.SY",))
    assert spans("cat:cs.SY", categories=("eess.SY",))
    assert not spans("cat:cs", categories=("eess.SP",))


def test_near_is_marked_by_the_tightest_window():
    assert marked("graph transformer~3", "graph one two a graph of transformers") == ["graph of transformers"]


def test_near_needs_a_word_as_often_as_it_was_typed():
    assert not marked("very very good~2", "a very good model")
    assert marked("very very good~2", "a very good very model") == ["very good very"]


def test_chinese_is_searched_in_the_translation_only_by_chinese_terms():
    chinese = "一种 RAG 方法\n我们提出扩散策略。"
    assert spans("扩散策略", chinese) == [Span("扩散策略", Field.CHINESE, 14, 18)]
    assert spans("ti:方法", chinese) == [Span("方法", Field.CHINESE, 7, 9)]
    assert not spans("ti:扩散", chinese)
    assert not spans("RAG", chinese)


@pytest.mark.parametrize("query", ["強化學習", "强化学习", '"強化学习"', "abs:強化學習"])
@pytest.mark.parametrize("chinese", ["用強化學習控制機器人", "用强化学习控制机器人"])
def test_traditional_and_simplified_chinese_are_one(query, chinese):
    (span,) = spans(query, title="", abstract=chinese)
    assert chinese[span.start : span.end] in {"強化學習", "强化学习"}
    assert spans("強化學習", chinese)


def test_a_chinese_phrase_does_not_cross_from_title_to_abstract():
    assert not spans("方法我们", "一种方法\n我们")


def test_an_acronym_prefix_needs_capitals():
    assert marked("SAM*", "SAM2 and SAMURAI take samples, Sam too") == ["SAM2", "SAMURAI"]


def test_an_acronym_in_quotes_takes_its_plural():
    assert marked('"GAN"', "GANs and gans") == ["GANs"]


def test_matches_keep_the_order_of_the_papers_and_queries_without_one_are_absent():
    papers = [make_paper(id=ArxivId(f"2601.0000{n}"), title=title) for n, title in enumerate(["b", "a", "a b"], 1)]
    found = Matcher([parse("a"), parse("b"), parse("zebra")]).match(papers)
    assert {canonical: [match.paper_id for match in matches] for canonical, matches in found.items()} == {
        "a": ["2601.00002", "2601.00003"],
        "b": ["2601.00001", "2601.00003"],
    }


def test_queries_that_mean_the_same_are_run_as_one():
    found = Matcher([parse("a OR b"), parse("b | a")]).match([make_paper(title="a")])
    assert list(found) == ["a OR b"]
    assert len(found["a OR b"]) == 1


def test_a_batch_without_papers_has_no_matches():
    assert Matcher([parse("a NOT b")]).match([]) == {}
