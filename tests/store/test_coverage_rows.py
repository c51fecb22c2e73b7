"""What is stored of batches, as `status` and a digest's footer see it; on both databases."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from digests.alerts import raise_alert
from digests.cli.coverage import describe_catch_ups, describe_coverage
from digests.coverage.catching_up import CatchUpStatus
from digests.coverage.judging import State
from digests.coverage.rows import load_coverage
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import settle, watch
from digests.status import report_status
from digests.store.tables import batches, catch_ups

FRIDAY, THURSDAY, WEDNESDAY = date(2026, 11, 20), date(2026, 11, 19), date(2026, 11, 18)
#: 21:00 in New York on Thursday: Friday's batch has been out for an hour.
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def add_batch(store, scope, on, source="list", **fields):
    row = {
        "scope": scope,
        "announced_on": on,
        "source": source,
        "seen": 94,
        "total": 94,
        "broken": 0,
        "closed_at": NOW,
        "fault": "",
        "added": 0,
        "updated_at": NOW,
        "changed_at": NOW,
        "items": [],
    }
    with store.writing() as connection:
        connection.execute(insert(batches).values(row | fields))


def add_catch_up(store, scope, on, **fields):
    row = {"scope": scope, "announced_on": on, "is_late": True, "rank": 0, "next_at": NOW, "route": "page"}
    with store.writing() as connection:
        connection.execute(insert(catch_ups).values(row | fields))


def states(store, *dates, now=NOW):
    return {(one.announced_on, one.scope): one.state for one in load_coverage(store, dates, now)}


def test_an_evening_with_a_bit_of_everything(store):
    watched = [(Stage.LISTING, scope) for scope in ("cs", "math", "physics", "stat")]
    watch(store, [*watched, (Stage.RSS, "cs.LG"), (Stage.HF, "daily")], NOW)
    settle(store, (Stage.LISTING, "physics"), NOW - MINUTE, on=FRIDAY, is_through=False, fault="503")
    add_batch(store, "stat", THURSDAY, updated_at=NOW - MINUTE)
    add_batch(store, "cs", THURSDAY, updated_at=NOW - 70 * MINUTE)
    add_batch(store, "cs", FRIDAY)
    add_batch(store, "cs", FRIDAY, "oai", total=None, added=3)
    add_batch(store, "math", FRIDAY, seen=75, closed_at=None, fault="gap")
    assert states(store, FRIDAY) == {
        (FRIDAY, "cs"): State.PROVED,
        (FRIDAY, "math"): State.PARTIAL,
        (FRIDAY, "physics"): State.UNAVAILABLE,
        (FRIDAY, "stat"): State.OLD_PAGE,
        (FRIDAY, "cs.LG"): State.WAITING,
    }


def test_what_is_asked_for_now_says_nothing_of_an_older_batch(store):
    watch(store, [(Stage.LISTING, "cs"), (Stage.LISTING, "math"), (Stage.RSS, "cs.LG")], NOW)
    add_batch(store, "cs", WEDNESDAY)
    add_catch_up(store, "cs", THURSDAY, fault="403")
    assert states(store, WEDNESDAY, THURSDAY) == {
        (WEDNESDAY, "cs"): State.WHOLE,
        (THURSDAY, "cs"): State.CATCHING_UP,
        # Until midnight the feed is Thursday's.
        (THURSDAY, "cs.LG"): State.WAITING,
    }


def test_feeds_alone_are_categories(store):
    add_batch(store, "cs.LG", FRIDAY, "rss", total=None)
    add_batch(store, "cs.CV", FRIDAY, "atom", total=None, closed_at=None, fault="cut")
    assert states(store, FRIDAY) == {(FRIDAY, "cs.LG"): State.PROVED, (FRIDAY, "cs.CV"): State.UNPROVED}


def test_nothing_stored_and_nothing_asked_is_nothing_to_say(store):
    assert load_coverage(store, [FRIDAY], NOW) == []
    assert load_coverage(store, [], NOW) == []
    assert report_status(store, NOW).coverage == ()


def test_status_has_the_batch_that_is_waited_for_beside_those_that_are_here(store):
    watch(store, [(Stage.LISTING, "cs")], NOW)
    add_batch(store, "cs", THURSDAY, updated_at=NOW - 70 * MINUTE)
    assert [(one.announced_on, one.state) for one in report_status(store, NOW).coverage] == [
        (THURSDAY, State.WHOLE),
        (FRIDAY, State.COMING),
    ]


def test_catching_up_is_counted_with_the_oldest_and_why_it_fails(store):
    add_catch_up(store, "cs", date(2026, 10, 1), closed_at=NOW)
    add_catch_up(store, "cs", date(2026, 11, 2), fault="429 Rate exceeded.")
    add_catch_up(store, "cs", date(2026, 11, 3), closed_at=NOW)
    add_catch_up(store, "math", date(2026, 11, 4), closed_at=NOW, fault="gone")
    add_catch_up(store, "math", date(2026, 11, 5), is_late=False, rank=9)
    counted = report_status(store, NOW).catch_ups
    assert counted == CatchUpStatus(
        pending=2, late=1, done=1, given_up=1, oldest_on=date(2026, 11, 2), fault="429 Rate exceeded."
    )
    assert list(describe_catch_ups(counted)) == [
        "1 of 3 batches, the oldest to come is of 2026-11-02; digests wait for 1; fails: 429 Rate exceeded.",
        "1 given up; to ask again: paperpost backfill --since DATE",
    ]


def test_a_house_that_has_all_is_not_catching_up(store):
    add_catch_up(store, "cs", date(2026, 10, 1), closed_at=NOW)
    assert report_status(store, NOW).catch_ups == CatchUpStatus()
    assert list(describe_catch_ups(CatchUpStatus())) == []


def test_open_alerts_stand_in_the_status(store):
    raise_alert(store, "empty:listing:cs:2026-11-20", "No paper.", NOW)
    (alert,) = report_status(store, NOW).alerts
    assert (alert.text, alert.told_at) == ("No paper.", None)


def test_scopes_in_the_same_state_share_a_line_and_many_are_counted(store):
    for number in range(6):
        add_batch(store, f"archive-{number}", FRIDAY, seen=10, total=10)
        add_batch(store, f"archive-{number}", FRIDAY, "oai", total=None, added=number)
    add_batch(store, "math", FRIDAY, seen=75, closed_at=None, fault="gap", changed_at=NOW - 90 * MINUTE)
    add_batch(store, "stat", FRIDAY, seen=9, total=9)
    assert [text for _, text in describe_coverage(load_coverage(store, [FRIDAY], NOW))] == [
        "whole: stat 9/9",
        "proved: 6 archives, 60 entries, 15 added",
        "frozen since 2026-11-20 00:30 UTC (gap): math 75/94",
    ]
