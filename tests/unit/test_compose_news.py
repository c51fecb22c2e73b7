"""Votes, cross-lists, late papers, updates, and what is withdrawn afterwards, in one reader's digest."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.composing.codec import digest_from_json, digest_to_json
from digests.composing.compose import Keyword, compose
from digests.composing.digest import Digest, Elsewhere, Nothing, Update
from digests.composing.dropping import drop_papers
from digests.keywords.match import Field, Match, Span
from digests.papers.late_papers import Late
from digests.papers.paper import Announced, ArxivId, Kind
from tests.builders import make_paper

NOW = datetime(2026, 4, 10, 0, 15, tzinfo=UTC)
TODAY, YESTERDAY, BEFORE = date(2026, 4, 10), date(2026, 4, 9), date(2026, 4, 8)
AGENT, ROBOT = Keyword("agent", "agent"), Keyword("robot", "robot")
UPDATE = Update(paper_id=ArxivId("9"), version=2, comments="", is_withdrawn=False, sent_on=BEFORE)


def announce(paper_id, kind=Kind.NEW, **changes):
    return Announced(make_paper(id=ArxivId(paper_id), **changes), kind)


def hit(keyword, paper_id, terms=1, field=Field.ABSTRACT):
    spans = tuple(Span(f"term{n}", field, 3 * n, 3 * n + 2) for n in range(terms))
    return Match(ArxivId(paper_id), keyword.canonical, spans)


def compose_day(announced, found, **more) -> Digest:
    matches: dict[str, list[Match]] = {}
    for match in found:
        matches.setdefault(match.canonical, []).append(match)
    fields = {"language": "zh", "announced_on": TODAY, "now": NOW, "keywords": (AGENT, ROBOT), **more}
    return compose(announced=announced, matches=matches, **fields)


def order(digest):
    return [entry.paper_id for entry in sorted(digest.entries, key=lambda entry: -entry.score)]


def test_votes_lift_a_paper_above_its_equals():
    found = [hit(AGENT, "1"), hit(AGENT, "2"), hit(AGENT, "3", 2)]
    digest = compose_day([announce(n) for n in "123"], found, upvotes={ArxivId("2"): 86, ArxivId("1"): 0})
    assert order(digest) == ["2", "3", "1"]
    assert {entry.paper_id: entry.upvotes for entry in digest.entries} == {"1": 0, "2": 86, "3": None}


@given(
    votes=st.integers(-5, 10**12),
    terms=st.integers(1, 32),
    rarer=st.booleans(),
    kind=st.sampled_from([Kind.NEW, Kind.CROSS]),
)
def test_no_number_of_votes_lifts_a_paper_above_one_with_a_title_hit(votes, terms, rarer, kind):
    found = [hit(AGENT, "1", field=Field.TITLE), hit(ROBOT if rarer else AGENT, "2", terms)]
    found += [hit(AGENT, "3")] * rarer
    digest = compose_day([announce("1", kind), announce("2"), announce("3")], found, upvotes={ArxivId("2"): votes})
    assert order(digest)[0] == "1"


def test_cross_lists_are_left_out_and_not_counted_where_nobody_wants_them():
    announced = [announce("1"), announce("2", Kind.CROSS), announce("3", Kind.CROSS), announce("3")]
    digest = compose_day(announced, [hit(AGENT, n) for n in "123"], takes_crosses=False)
    assert (sorted(digest.paper_ids), digest.seen, digest.has_crosses) == (["1", "3"], 2, False)


def test_late_papers_stand_under_the_date_of_their_oldest_batch_and_are_not_seen_in_this_one():
    late = [Late(announce("2"), YESTERDAY, NOW), Late(announce("2", Kind.CROSS), BEFORE, NOW)]
    digest = compose_day([announce("1")], [hit(AGENT, "1"), hit(AGENT, "2")], late=late)
    (entry,) = [entry for entry in digest.entries if entry.late_on]
    assert (entry.paper_id, entry.late_on, entry.kind) == ("2", BEFORE, Kind.NEW)
    assert (digest.seen, digest.matched, digest.late, digest.sections[0].hits) == (1, 2, 1, 2)


def test_a_late_paper_outside_the_scope_is_none():
    late = [Late(announce("2", categories=("math.CO",)), YESTERDAY, NOW)]
    digest = compose_day([announce("1")], [hit(AGENT, "2")], late=late, scope=("cs",))
    assert (digest.matched, digest.nothing) == (0, Nothing.NO_MATCH)


def test_a_day_with_updates_alone_is_not_nothing():
    digest = compose_day([announce("1")], [], updates=[UPDATE])
    assert (digest.nothing, digest.matched, digest.paper_ids) == (None, 0, ("9",))
    assert compose_day([announce("1")], []).nothing is Nothing.NO_MATCH


def test_it_comes_back_from_the_store_as_it_was():
    late = [Late(announce("2"), YESTERDAY, NOW)]
    digest = compose_day(
        [announce("1")], [hit(AGENT, "2")], late=late, updates=[UPDATE], upvotes={ArxivId("2"): 7}, takes_crosses=False
    )
    assert digest_from_json(digest_to_json(digest)) == digest


def test_what_is_dropped_is_counted_nowhere():
    found = [hit(AGENT, n) for n in "123"] + [hit(ROBOT, "1"), hit(ROBOT, "2", field=Field.TITLE)]
    digest = compose_day([announce(n) for n in "1234"], found, max_full=1)
    left = drop_papers(digest, {ArxivId("1"), ArxivId("4")})
    agent, robot = left.sections
    assert (left.seen, left.matched, sorted(left.paper_ids)) == (3, 2, ["2", "3"])
    assert (agent.hits, robot.hits) == (2, 1)
    assert agent.elsewhere == (Elsewhere("robot", 1),)
    assert drop_papers(left, {ArxivId("1")}) is left


def test_of_a_keyword_whose_papers_were_all_dropped_it_is_not_said_that_it_found_none():
    digest = compose_day([announce("1"), announce("2")], [hit(AGENT, "1"), hit(ROBOT, "2")])
    assert [section.keyword for section in drop_papers(digest, {ArxivId("1")}).sections] == ["robot"]
    without = compose_day([announce("1")], [hit(AGENT, "1")])
    assert [(one.keyword, one.hits) for one in drop_papers(without, {ArxivId("1")}).sections] == [("robot", 0)]


def test_when_all_is_dropped_it_says_so_unless_there_are_updates():
    fields = [[announce("1")], [hit(AGENT, "1")]]
    assert drop_papers(compose_day(*fields), {ArxivId("1")}).nothing is Nothing.ALL_WITHDRAWN
    assert drop_papers(compose_day(*fields, updates=[UPDATE]), {ArxivId("1")}).nothing is None


@pytest.mark.parametrize("gone", ["1", "2", "3", "123"])
@given(data=st.data())
def test_the_counts_of_a_section_hold_whatever_is_dropped(gone, data):
    pairs = st.tuples(st.sampled_from([AGENT, ROBOT]), st.sampled_from("1234"), st.sampled_from(Field))
    found = data.draw(st.lists(pairs, unique_by=lambda pair: pair[:2]))
    announced = [announce(n) for n in "1234"]
    digest = compose_day(announced, [hit(k, n, field=f) for k, n, f in found], max_full=data.draw(st.integers(0, 4)))
    left = drop_papers(digest, {ArxivId(one) for one in gone})
    for section in left.sections:
        there = len(section.entries) + len(section.brief) + sum(one.count for one in section.elsewhere)
        assert section.hits == there + section.sent_before
    assert left.matched == len(left.paper_ids) == len(set(left.paper_ids))
