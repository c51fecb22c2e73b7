"""What changes no match, and the matcher against the rules read word by word."""

from hypothesis import given, settings
from hypothesis import strategies as st

from digests.keywords.language import parse
from digests.keywords.match import Field
from digests.keywords.matcher import Matcher
from digests.keywords.tree import Phrase
from digests.papers.paper import ArxivId
from tests.builders import make_paper
from tests.keyword_strategies import (
    add_accents,
    add_invisible,
    add_latex,
    break_lines,
    chinese,
    dress,
    hyphenate,
    papers,
    queries,
    small_queries,
    text_of,
    write_as_feed,
    write_as_listing,
    write_as_typed,
)
from tests.matching import match_one
from tests.rulebook import holds, stands_in

FEW = settings(max_examples=100, deadline=None)


def terms_of(found):
    return found and [(span.term, span.field) for span in found.spans]


@given(queries, st.lists(st.tuples(papers, chinese), max_size=4))
@settings(max_examples=200, deadline=None)
def test_the_matcher_finds_what_the_rules_say(text, batch):
    query = parse(text)
    numbered = [make_paper(**{**fields_of(paper), "id": ArxivId(f"2601.{n:05}")}) for n, (paper, _) in enumerate(batch)]
    in_chinese = {paper.id: text for paper, (_, text) in zip(numbered, batch, strict=True)}
    found = Matcher([query, parse("graph")]).match(numbered, in_chinese).get(query.canonical, [])
    expected = [paper.id for paper in numbered if holds(query.node, paper, in_chinese[paper.id])]
    assert [match.paper_id for match in found] == expected
    assert all(match.spans for match in found)


@given(queries, papers, chinese)
@FEW
def test_every_span_is_a_place_where_its_term_stands(text, paper, in_chinese):
    query = parse(text)
    found = match_one(query, paper, in_chinese)
    terms = {term for term in query.positive_terms if isinstance(term, Phrase)}
    for span in found.spans if found else ():
        marked = text_of(paper, in_chinese, span.field)[span.start : span.end]
        assert marked.strip() == marked != ""
        if span.field in {Field.TITLE, Field.ABSTRACT, Field.COMMENTS, Field.CHINESE}:
            assert any(stands_in(term, marked) for term in terms)


@given(queries, papers)
@FEW
def test_how_a_text_is_dressed_changes_no_match(text, paper):
    query = parse(text)
    plain = match_one(query, paper)
    for change in (hyphenate, break_lines, add_latex, add_accents, add_invisible):
        assert terms_of(match_one(query, dress(paper, change))) == terms_of(plain), change


@given(queries, papers)
@FEW
def test_the_source_of_a_paper_changes_no_match(text, paper):
    query = parse(text)
    listed, fed = (match_one(query, dress(paper, change)) for change in (write_as_listing, write_as_feed))
    assert terms_of(listed) == terms_of(fed)


@given(small_queries, papers)
@FEW
def test_the_source_of_a_query_changes_no_match(text, paper):
    """A person copies Greek and accents from a page, or types them without."""
    plain = match_one(parse(text), paper)
    for change in (write_as_typed, write_as_listing):
        if "*" not in text:
            assert (match_one(parse(change(text)), paper) is None) == (plain is None)


@given(small_queries, papers)
@FEW
def test_the_case_of_a_text_means_nothing_to_a_query_in_small_letters(text, paper):
    query = parse(text)
    titled = dress(paper, lambda text: " ".join(map(str.capitalize, text.split(" "))))
    small = dress(paper, str.lower)
    assert terms_of(match_one(query, titled)) == terms_of(match_one(query, small))


def fields_of(paper):
    return {name: getattr(paper, name) for name in ("title", "abstract", "comments", "authors", "categories")}
