"""What a digest counts, what it leaves out, and in which order it stands."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.composing.codec import digest_from_json, digest_to_json
from digests.composing.compose import Keyword, abridge, compose
from digests.composing.digest import Coverage, Digest, Elsewhere, Extent, Nothing
from digests.keywords.match import Field, Match, Span
from digests.papers.paper import Announced, ArxivId, Kind
from tests.builders import make_paper

NOW = datetime(2026, 4, 10, 0, 15, tzinfo=UTC)
WORLD, AGENT, ROBOT = Keyword("world model", "World Model"), Keyword("agent", "agent"), Keyword("robot", "robot")


def announce(paper_id, kind=Kind.NEW, **changes):
    return Announced(make_paper(id=ArxivId(paper_id), **changes), kind)


def hit(keyword, paper_id, *terms, field=Field.ABSTRACT):
    spans = tuple(Span(term, field, 3 * i, 3 * i + 2) for i, term in enumerate(terms or [keyword.canonical]))
    return Match(ArxivId(paper_id), keyword.canonical, spans)


def compose_day(announced, found, keywords=(WORLD, AGENT), **more):
    matches = {}
    for match in found:
        matches.setdefault(match.canonical, []).append(match)
    more = {"language": "zh", "announced_on": date(2026, 4, 10), "now": NOW, **more}
    return compose(announced=announced, matches=matches, keywords=keywords, **more)


def ids(entries):
    return [entry.paper_id for entry in entries]


def test_a_paper_stands_once_under_the_keyword_that_ranks_it_highest():
    digest = compose_day(
        [announce("1"), announce("2")],
        [hit(WORLD, "1"), hit(AGENT, "1", field=Field.TITLE), hit(AGENT, "2")],
    )
    world, agent = digest.sections
    assert (world.hits, ids(world.entries), world.elsewhere) == (1, [], (Elsewhere("agent", 1),))
    assert (agent.hits, ids(agent.entries), agent.elsewhere) == (2, ["1", "2"], ())
    assert [reason.keyword for reason in agent.entries[0].reasons] == ["agent", "World Model"]
    assert digest.matched == 2


def test_replacements_are_not_news_and_are_not_counted():
    announced = [announce("1", Kind.REPLACE), announce("2", Kind.REPLACE_CROSS), announce("3", Kind.CROSS)]
    digest = compose_day(announced, [hit(AGENT, "1"), hit(AGENT, "2"), hit(AGENT, "3")])
    assert digest.paper_ids == ("3",)
    assert (digest.seen, digest.matched, digest.sections[1].hits) == (1, 1, 1)


def test_a_paper_that_any_page_calls_new_is_new():
    digest = compose_day([announce("1", Kind.CROSS), announce("1"), announce("1", Kind.CROSS)], [hit(AGENT, "1")])
    assert digest.sections[1].entries[0].kind is Kind.NEW
    assert digest.seen == 1


def test_only_papers_inside_the_scope_count():
    announced = [
        announce("1", categories=("cs.LG",)),
        announce("2", categories=("math.CO", "stat.ML")),
        announce("3", categories=("stat.ME",)),
        announce("4", categories=("csx.AI",)),
    ]
    found = [hit(AGENT, str(n)) for n in range(1, 5)]
    digest = compose_day(announced, found, scope=("cs", "stat.ML"))
    assert (digest.paper_ids, digest.seen, digest.sections[1].hits) == (("1", "2"), 2, 2)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (hit(AGENT, "9", field=Field.TITLE), hit(AGENT, "1", "a", "b", "c")),
        (hit(AGENT, "9", "a", "b"), hit(AGENT, "1", "a")),
        (hit(AGENT, "1"), hit(AGENT, "9")),
    ],
    ids=["title before abstract", "more distinct terms first", "ties by id"],
)
def test_the_better_match_stands_first(better, worse):
    digest = compose_day([announce("1"), announce("9")], [worse, better])
    assert ids(digest.sections[1].entries) == [better.paper_id, worse.paper_id]


def test_the_rarer_keyword_ranks_higher_and_new_comes_before_cross_listed():
    announced = [announce("1", Kind.CROSS), announce("2"), announce("3")]
    digest = compose_day(announced, [hit(WORLD, "1"), hit(AGENT, "2"), hit(AGENT, "3"), hit(AGENT, "1")])
    world, agent = digest.sections
    assert ids(world.entries) == ["1"]
    assert world.entries[0].score > agent.entries[0].score
    assert ids(compose_day(announced, [hit(AGENT, "1"), hit(AGENT, "2")]).sections[1].entries) == ["2", "1"]


def test_the_best_thirty_stand_in_full_and_the_rest_in_one_line():
    announced = [announce(f"{n:02}") for n in range(40)]
    found = [hit(WORLD, f"{n:02}", field=Field.TITLE) for n in range(20)] + [
        hit(AGENT, f"{n:02}") for n in range(20, 40)
    ]
    world, agent = compose_day(announced, found).sections
    assert (len(world.entries), len(agent.entries), len(agent.brief)) == (20, 10, 10)
    assert ids(agent.brief) == [f"{n:02}" for n in range(30, 40)]


def test_a_paper_the_reader_has_is_counted_and_not_repeated():
    digest = compose_day([announce("1"), announce("2")], [hit(AGENT, "1"), hit(AGENT, "2")], sent_before={"1"})
    assert (digest.paper_ids, digest.sections[1].hits, digest.sections[1].sent_before) == (("2",), 2, 1)


def test_a_keyword_without_a_hit_keeps_its_section():
    digest = compose_day([announce("1")], [hit(AGENT, "1")])
    assert [(section.keyword, section.hits) for section in digest.sections] == [("World Model", 0), ("agent", 1)]


@pytest.mark.parametrize(
    ("keywords", "sent_before", "nothing"),
    [
        ((), set(), Nothing.NO_KEYWORDS),
        ((WORLD,), set(), Nothing.NO_MATCH),
        ((AGENT,), {"1"}, Nothing.ALL_SENT_BEFORE),
        ((AGENT,), set(), None),
    ],
)
def test_the_kind_of_nothing_is_said(keywords, sent_before, nothing):
    assert compose_day([announce("1")], [hit(AGENT, "1")], keywords, sent_before=sent_before).nothing is nothing


def test_a_keyword_that_could_not_be_read_is_named_and_has_no_section():
    digest = compose_day([announce("1")], [], (WORLD,), unreadable=["no:such"])
    assert ([section.keyword for section in digest.sections], digest.unreadable) == (["World Model"], ("no:such",))
    assert (digest.nothing, digest.is_searched) == (Nothing.NO_MATCH, True)


def test_where_no_keyword_could_be_read_nothing_is_claimed_of_the_papers():
    digest = compose_day([announce("1")], [], (), unreadable=["no:such", "("])
    assert (digest.nothing, digest.is_out, digest.is_searched) == (Nothing.ALL_UNREADABLE, True, False)


_PAPERS = st.sampled_from([f"2604.{n:05}" for n in range(12)])
_KEYWORDS = (WORLD, AGENT, ROBOT)
_MATCHES = st.builds(
    hit,
    st.sampled_from(_KEYWORDS),
    _PAPERS,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["b", "c"]),
    field=st.sampled_from([Field.TITLE, Field.ABSTRACT, Field.AUTHORS]),
)
_DIGESTS = st.builds(
    compose_day,
    st.lists(
        st.builds(announce, _PAPERS, st.sampled_from(list(Kind)), categories=st.sampled_from([("cs.LG",), ("q-bio",)]))
    ),
    st.lists(_MATCHES, max_size=40),
    st.lists(st.sampled_from(_KEYWORDS), unique=True),
    scope=st.sampled_from([None, ("cs",)]),
    sent_before=st.frozensets(_PAPERS),
    coverage=st.just((Coverage("cs", Extent.PARTIAL, 9, 12), Coverage("math", Extent.WHOLE, 3, None))),
    max_full=st.integers(0, 6),
    unreadable=st.lists(st.text(max_size=3), max_size=2),
)


@given(_DIGESTS)
def test_the_counts_add_up(digest: Digest):
    for section in digest.sections:
        standing = len(section.entries) + len(section.brief)
        assert section.hits == standing + sum(e.count for e in section.elsewhere) + section.sent_before
    assert digest.matched == len(digest.paper_ids) == len(set(digest.paper_ids))
    assert digest.matched <= digest.seen
    assert (digest.nothing is None) == (digest.matched > 0)


@given(_DIGESTS, st.integers(0, 6))
def test_abridging_moves_papers_and_loses_none(digest: Digest, max_full):
    shorter = abridge(digest, max_full)
    assert set(shorter.paper_ids) == set(digest.paper_ids)
    assert sum(len(section.entries) for section in shorter.sections) <= max_full


@given(_DIGESTS)
def test_a_digest_survives_the_way_through_json(digest: Digest):
    assert digest_from_json(json.loads(json.dumps(digest_to_json(digest)))) == digest


def test_what_several_batches_have_together_and_the_next_one_are_passed_on():
    dates, due = (date(2026, 4, 9), date(2026, 4, 10)), datetime(2026, 4, 13, 0, 30, tzinfo=UTC)
    digest = compose_day([announce("1")], [hit(AGENT, "1")], dates=dates, next_due=due, timezone="Europe/Berlin")
    assert (digest.dates, digest.batch_dates, digest.next_due, digest.timezone) == (dates, dates, due, "Europe/Berlin")
    assert digest_from_json(json.loads(json.dumps(digest_to_json(digest)))) == digest


def test_a_digest_stored_by_an_older_version_can_be_read():
    digest = compose_day([announce("1")], [hit(AGENT, "1")])
    stored = digest_to_json(digest)
    for name in ("dates", "next_due", "timezone", "unreadable"):
        del stored[name]
    assert digest_from_json(stored) == digest
    assert digest.batch_dates == (digest.announced_on,)


@pytest.mark.parametrize("nothing", Nothing)
def test_every_kind_of_nothing_survives_the_way_through_json(nothing):
    digest = replace(compose_day([], []), nothing=nothing)
    assert digest_from_json(json.loads(json.dumps(digest_to_json(digest)))) == digest
