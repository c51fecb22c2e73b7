"""How much of a batch is here: judged from rows, chosen for a reader, said in a sentence."""

from datetime import UTC, date, datetime, timedelta

import pytest

from digests.composing.codec import digest_from_json, digest_to_json
from digests.composing.coverage import choose_coverage, find_named
from digests.composing.digest import Coverage, Digest, Extent
from digests.coverage.judging import CatchUp, Covered, Known, Poll, State, judge_archive, judge_category
from digests.keywords.language import parse
from digests.papers.batches import BatchRow
from digests.papers.collecting.plan import Stage
from digests.papers.paper import Source
from digests.phrases import load_phrases
from digests.rendering.coverage import say_coverage

ON = date(2026, 11, 20)
#: 20:00 in New York on the 19th.
ANNOUNCED = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 20, 5, 5, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOON = ANNOUNCED + 20 * MINUTE


def row(*, closed=False, fault="", seen=75, total=94, added=0, changed=SOON, updated=SOON):
    return BatchRow(
        scope="math",
        announced_on=ON,
        source=Source.LISTING,
        items=(),
        seen=seen,
        total=total,
        closed_at=SOON if closed else None,
        fault="" if closed else fault,
        added=added,
        changed_at=changed,
        updated_at=updated,
    )


def poll(*, next_at=SOON, done_on=None, failing_since=None, fault=""):
    return Poll(next_at=next_at, done_on=done_on, failing_since=failing_since, fault=fault)


def archive(now=SOON, *, listing=None, catch_up=None, old_page_at=None, on=ON, **rows):
    here = {Source[name.upper()]: one for name, one in rows.items()}
    polls = {Stage.LISTING: listing} if listing else {}
    return judge_archive("math", on, Known(rows=here, polls=polls, catch_up=catch_up, old_page_at=old_page_at), now)


def category(now=SOON, *, asked=None, on=ON, **rows):
    here = {Source[name.upper()]: one for name, one in rows.items()}
    return judge_category("cs.LG", on, Known(rows=here, polls={Stage.RSS: asked} if asked else {}), now)


# --- an archive ---------------------------------------------------------------------------------


def test_a_page_is_whole_by_its_totals_and_proved_by_the_second_look():
    page = row(closed=True, seen=94)
    assert archive(LISTING=page).state is State.WHOLE
    found = archive(LISTING=page, OAI=row(closed=True, seen=97, added=3))
    assert (found.state, found.seen, found.total, found.added) == (State.PROVED, 94, 94, 3)
    assert archive(LISTING=page, OAI=row(fault="gap")).state is State.WHOLE


def test_a_part_is_told_from_a_page_that_says_the_same_for_an_hour():
    part = archive(LISTING=row(fault="gap"))
    assert (part.state, part.seen, part.total, part.fault) == (State.PARTIAL, 75, 94, "gap")
    frozen = archive(SOON + 2 * HOUR, LISTING=row(fault="gap", updated=SOON + HOUR))
    assert (frozen.state, frozen.since) == (State.FROZEN, SOON)
    # Not asked since: nobody knows.
    assert archive(SOON + 2 * HOUR, LISTING=row(fault="gap")).state is State.PARTIAL


def test_why_a_part_does_not_grow_is_what_the_last_asking_met():
    failing = poll(failing_since=SOON, fault="503: back soon")
    assert archive(LISTING=row(fault="gap"), listing=failing).fault == "503: back soon"


def test_an_empty_page_is_a_quiet_day_after_an_hour():
    empty = row(fault="empty", seen=0, total=None)
    assert archive(SOON, LISTING=empty).state is State.COMING
    assert archive(ANNOUNCED + HOUR, LISTING=empty).state is State.QUIET


def test_records_make_up_for_a_page_that_never_came_whole():
    records = row(closed=True, seen=94, total=None, added=19)
    assert archive(LISTING=row(fault="gap"), OAI=records).state is State.PROVED
    assert archive(OAI=records).state is State.PROVED
    nothing = row(closed=True, seen=0, total=None)
    assert archive(SOON + HOUR, LISTING=row(fault="empty", seen=0, total=None), OAI=nothing).state is State.QUIET


@pytest.mark.parametrize(
    ("listing", "old_page_at", "state"),
    [
        (None, None, State.UNASKED),
        (poll(), None, State.COMING),
        (poll(), ANNOUNCED - MINUTE, State.COMING),
        (poll(), SOON, State.OLD_PAGE),
        (poll(failing_since=ANNOUNCED, fault="429"), SOON, State.UNAVAILABLE),
    ],
)
def test_of_what_is_not_here_it_is_said_whether_it_was_asked_for(listing, old_page_at, state):
    found = archive(listing=listing, old_page_at=old_page_at)
    assert found.state is state
    assert (found.since, found.fault) == ((ANNOUNCED, "429") if state is State.UNAVAILABLE else (None, ""))


LATER = ANNOUNCED + 72 * HOUR


@pytest.mark.parametrize(
    ("catch_up", "rows", "state", "fault"),
    [
        (None, {}, State.MISSING, ""),
        (CatchUp(closed_at=None, fault="403"), {}, State.CATCHING_UP, "403"),
        (CatchUp(closed_at=LATER, fault="gone"), {}, State.MISSING, "gone"),
        (CatchUp(closed_at=LATER, fault=""), {}, State.QUIET, ""),
        (CatchUp(closed_at=LATER, fault="by records"), {"OAI": row(seen=3)}, State.PARTIAL, "by records"),
        (None, {"CATCHUP": row(closed=True)}, State.CAUGHT_UP, ""),
        (CatchUp(closed_at=LATER, fault=""), {"LISTING": row(fault="empty")}, State.QUIET, ""),
    ],
)
def test_a_batch_of_the_past_is_missing_or_caught_up_with(catch_up, rows, state, fault):
    found = archive(LATER, catch_up=catch_up, **rows)
    assert (found.state, found.fault) == (state, fault)


# --- a category ---------------------------------------------------------------------------------


def test_a_category_waits_for_midnight_in_new_york_and_is_proved_by_its_feed():
    waits = category(asked=poll(next_at=ANNOUNCED))
    assert (waits.state, waits.since) == (State.WAITING, MIDNIGHT)
    again = category(MIDNIGHT + MINUTE, asked=poll(next_at=MIDNIGHT + 15 * MINUTE))
    assert (again.state, again.since) == (State.WAITING, MIDNIGHT + 15 * MINUTE)
    proved = category(MIDNIGHT + HOUR, asked=poll(), RSS=row(closed=True, seen=120, added=9))
    assert (proved.state, proved.seen, proved.added) == (State.PROVED, 120, 9)


@pytest.mark.parametrize(
    ("asked", "feed", "hours", "state"),
    [
        (None, None, 0, State.UNASKED),
        (poll(failing_since=MIDNIGHT, fault="503"), None, 0, State.UNAVAILABLE),
        (poll(), row(fault="stale", seen=0, total=None), 0, State.UNPROVED),
        (poll(), row(fault="cut", seen=2000, total=None), 0, State.UNPROVED),
        (poll(), row(fault="empty", seen=0, total=None), 0, State.WAITING),
        (poll(done_on=ON), row(fault="empty", seen=0, total=None), 0, State.QUIET),
        # The feed of that day is served no more.
        (None, None, 96, State.UNPROVED),
        (None, row(fault="empty", seen=0, total=None), 96, State.QUIET),
    ],
)
def test_why_a_category_is_not_proved(asked, feed, hours, state):
    rows = {"RSS": feed} if feed else {}
    assert category(MIDNIGHT + MINUTE + hours * HOUR, asked=asked, **rows).state is state


# --- a reader's ---------------------------------------------------------------------------------


def covered(scope, state, *, on=ON, seen=0, total=None):
    return Covered(scope=scope, announced_on=on, is_category="." in scope, state=state, seen=seen, total=total)


KNOWN = [
    covered("cs", State.PROVED, seen=430, total=430),
    covered("eess", State.WHOLE, seen=60, total=60),
    covered("math", State.FROZEN, seen=75, total=94),
    covered("physics", State.UNAVAILABLE),
    covered("stat", State.UNASKED),
    covered("cs.CV", State.PROVED),
    covered("cs.LG", State.WAITING),
]


def test_a_reader_is_told_of_their_archives_and_of_the_categories_that_their_keywords_name():
    named = find_named([parse("cat:cs.LG diffusion"), parse("agent"), parse("robot NOT pri:cs.CV")])
    assert choose_coverage(KNOWN, ["cs"], named) == (
        Coverage("cs", Extent.WHOLE, 430, 430),
        Coverage("cs.CV", Extent.WHOLE, 0, None),
        Coverage("cs.LG", Extent.UNPROVED, 0, None),
    )
    assert [one.scope for one in choose_coverage(KNOWN, ["math.AG"], named)] == ["math"]
    assert [one.scope for one in choose_coverage(KNOWN, None, ())] == ["cs", "eess", "math", "physics"]


def test_an_alias_belongs_to_both_of_its_archives():
    named = find_named([parse("cat:cs.SY")])
    waiting = [covered("eess.SY", State.WAITING)]
    assert [one.scope for one in choose_coverage(waiting, ["cs"], named)] == ["eess.SY"]
    assert choose_coverage(waiting, ["math"], named) == ()


def test_of_several_batches_the_worst_is_said():
    days = [
        covered("math", State.WHOLE, seen=90, total=90),
        covered("math", State.PARTIAL, on=date(2026, 11, 19), seen=80, total=90),
        covered("math", State.PARTIAL, on=date(2026, 11, 18), seen=10, total=90),
        covered("math", State.QUIET, on=date(2026, 11, 17)),
    ]
    for one in (days, days[::-1]):
        assert choose_coverage(one, None, ()) == (Coverage("math", Extent.PARTIAL, 10, 90),)
    assert choose_coverage([*days, covered("math", State.MISSING)], None, ())[0].extent is Extent.MISSING


# --- the sentence -------------------------------------------------------------------------------

ALL = [Coverage(scope, Extent.WHOLE, 9, 9) for scope in ("cs", "cs.LG", "econ", "eess", "math", "stat")]
MATH = Coverage("math", Extent.PARTIAL, 75, 94)


@pytest.mark.parametrize(
    ("coverage", "zh", "en"),
    [
        ([], "", ""),
        (ALL[:2], "收取情况：cs 已收齐", "Coverage: cs complete"),
        (ALL, "收取情况：全部收齐", "Coverage: complete"),
        (ALL[1:2], "收取情况：cs.LG 已收齐", "Coverage: cs.LG complete"),
        (
            [ALL[0], Coverage("cs.LG", Extent.UNPROVED, 0, None)],
            "收取情况：cs 已收齐；cs.LG 的交叉列表待核",
            "Coverage: cs complete; cs.LG cross-lists still to be checked",
        ),
        (
            [MATH],
            "收取情况：math 只收到 75/94 篇，其余随后补上",
            "Coverage: math only 75 of 94, the others follow",
        ),
        (
            [*ALL, Coverage("q-bio", Extent.MISSING, 0, None)],
            "收取情况：q-bio 还没取到，取到后补上；另外 5 个大类已收齐",
            "Coverage: q-bio not here yet, follows later; 5 other archives complete",
        ),
    ],
)
def test_the_sentence_is_short_where_all_is_well_and_names_what_is_not(coverage, zh, en):
    assert say_coverage(coverage, load_phrases("zh")) == zh
    assert say_coverage(coverage, load_phrases("en")) == en


def test_however_much_is_missing_the_sentence_stays_one_line():
    names = [f"archive-{number}" for number in range(20)]
    for extent in (Extent.PARTIAL, Extent.MISSING, Extent.UNPROVED):
        said = say_coverage([Coverage(name, extent, 75, 94) for name in names], load_phrases("zh"))
        assert len(said) < 120
        assert "20" in said or "17" in said


# --- stored digests -----------------------------------------------------------------------------


def test_a_digest_that_an_older_version_stored_can_still_be_read():
    digest = Digest(language="zh", announced_on=ON, composed_at=SOON, seen=0, matched=0)
    old = digest_to_json(digest) | {
        "coverage": [
            {"scope": "cs", "source": "list", "seen": 430, "total": 430, "whole": True},
            {"scope": "math", "source": "list", "seen": 75, "total": 94, "whole": False},
        ]
    }
    assert digest_from_json(old).coverage == (Coverage("cs", Extent.WHOLE, 430, 430), MATH)


def test_a_stored_digest_says_the_same_again():
    digest = Digest(language="zh", announced_on=ON, composed_at=SOON, seen=0, matched=0, coverage=(*ALL, MATH))
    assert digest_from_json(digest_to_json(digest)) == digest
