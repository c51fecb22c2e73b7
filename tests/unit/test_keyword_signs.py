"""Which signs are operators, and which only stand in the text: what an adversary typed (keywords.md §1)."""

import pytest

from digests.errors import QueryRefused
from digests.keywords.language import parse
from tests.builders import make_paper
from tests.matching import match_one


def canonical(text):
    return parse(text).canonical


def refuse(text):
    with pytest.raises(QueryRefused) as caught:
        parse(text)
    return caught.value.code.removeprefix("refusals."), caught.value.position


@pytest.mark.parametrize(
    "text",
    ["RLHF|GRPO", "RLHF |GRPO", "RLHF| GRPO", "RLHF || GRPO", "RLHF｜GRPO", "(RLHF)|GRPO", "RLHF|(GRPO)", "RLHF或GRPO"],
)
def test_a_bar_beside_capitals_and_brackets_is_or(text):
    assert canonical(text) == "GRPO OR RLHF"


@pytest.mark.parametrize("text", ['"a"|"b"', '"a" |"b"', '"a"| "b"', "“a”｜“b”"])
def test_a_bar_beside_quotes_is_or(text):
    assert canonical(text) == '"a" OR "b"'


@pytest.mark.parametrize("text", ["a|b", "a |b", "a| b", "扩散|策略", "RLHF|human", "RLHF&GRPO", "Q&A", "R&D"])
def test_a_sign_between_other_words_is_text(text):
    assert " OR " not in canonical(text)
    assert " AND " not in canonical(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("扩散模型OR机器人", "扩散模型 OR 机器人"),
        ("RAG AND扩散", "RAG AND 扩散"),
        ("扩散NOT机器人", "扩散 AND NOT 机器人"),
        ('"a"OR"b"', '"a" OR "b"'),
        ("x.OR.y", "x .OR y"),
        ("10:OR b", "10 .OR b"),
        ("机器人或机械臂", "机器人或机械臂"),
        ("graph transformer~3或RL", "RL OR graph transformer~3"),
        ("A且co:b", "a AND co:b"),
    ],
)
def test_capitals_are_operators_beside_chinese_and_chinese_operators_beside_signs(text, form):
    assert canonical(text) == form


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ti:NOT driving", ("empty_field", 3)),
        ("ti:OR gate", ("empty_field", 3)),
        ("作者：何恺明", ("unknown_field", 0)),
        ("扩散 标题:策略", ("unknown_field", 3)),
        ("Schrödinger:bridge", ("unknown_field", 0)),
        ("Dreamer：learning", ("unknown_field", 0)),
        ("a b~3~3", ("near_place", 5)),
        ("a b~21.", ("near_distance", 3)),
        ("C++*", ("short_prefix", 0)),
        ("A或：", ("no_right", 2)),
        ("ab+c* x", ("short_prefix", 3)),
        ("AND门", ("no_left", 0)),
    ],
)
def test_what_can_only_be_a_mistake_is_refused_at_its_place(text, why):
    assert refuse(text) == why


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("graph transformer~3.", "graph transformer~3"),
        ("(graph transformer~3, RL)", "RL AND graph transformer~3"),
        ("graph transformer~3x", "graph transformer 3x"),
        ("2:4 sparsity", "2 4 sparsity"),
    ],
)
def test_punctuation_behind_a_term_is_nothing(text, form):
    assert canonical(text) == form


def test_capitals_with_a_small_s_in_a_shouted_run_read_back():
    assert canonical("GANSs WORLD RAG") == canonical(canonical("GANSs WORLD RAG")) == "gan world rag"


def test_half_a_surrogate_pair_is_no_character():
    assert canonical("R\ud800AG \udfff") == "RAG"
    assert refuse("\ud800") == ("empty", None)


def test_a_word_of_the_text_counts_for_one_word_of_a_near_term():
    near = parse("graph graph* model~5")
    assert match_one(near, make_paper(title="graph model foo model", abstract="")) is None
    assert match_one(near, make_paper(title="graph model graphs", abstract="")) is not None
    assert match_one(parse("RAG rag~2"), make_paper(title="one RAG", abstract="")) is None
    assert match_one(parse("RAG rag~2"), make_paper(title="RAG, rag", abstract="")) is not None


@pytest.mark.parametrize(
    "text",
    ["arXiv:2604.07411", "https://arxiv.org/abs/2604.07411v2", "http://www.arxiv.org/pdf/2604.07411", "2604.07411v1"],
)
def test_an_id_may_stand_as_it_was_copied(text):
    assert parse(f"id:{text}").canonical == "id:2604.07411"
