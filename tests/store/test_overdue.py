"""When the operator hears of a batch that is late, and when of one that comes only in part."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete

from digests.alerts import find_open
from digests.clock import announced_at
from digests.coverage.overdue import look_for_overdue
from digests.papers.calendar import load_calendar
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import settle, watch
from digests.store.tables import batches
from tests.store.test_coverage_rows import add_batch

WEDNESDAY, FRIDAY, MONDAY = date(2026, 11, 18), date(2026, 11, 20), date(2026, 11, 23)
ANNOUNCED = announced_at(FRIDAY).astimezone(UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CALENDAR = load_calendar()
SCOPES = ("cs", "math")


def asked(store, at: datetime, fault=""):
    """Every page was asked for just before, and has nothing new."""
    watched = [(Stage.LISTING, scope) for scope in SCOPES]
    watch(store, [*watched, (Stage.RSS, "cs.LG")], at - MINUTE)
    for stage, scope in watched:
        settle(store, (stage, scope), at - MINUTE, on=FRIDAY, is_through=False, fault=fault)
        if not fault:
            old = batches.c.scope == scope, batches.c.announced_on == WEDNESDAY
            with store.writing() as connection:
                connection.execute(delete(batches).where(*old))
            add_batch(store, scope, WEDNESDAY, updated_at=at - MINUTE)


def look(store, at: datetime, calendar=CALENDAR) -> list[str]:
    look_for_overdue(store, calendar, at)
    return [alert.key for alert in find_open(store)]


def test_an_old_page_is_said_after_three_hours_with_what_to_set(store):
    asked(store, ANNOUNCED + 2 * HOUR)
    assert look(store, ANNOUNCED + 2 * HOUR) == []
    asked(store, ANNOUNCED + 3 * HOUR)
    for _ in range(2):
        assert look(store, ANNOUNCED + 3 * HOUR) == ["late:2026-11-20"]
    (alert,) = find_open(store)
    assert alert.text.endswith("add 2026-11-19 to PAPERPOST_HOLIDAYS.")
    # Which makes it a holiday.
    deferred = CALENDAR.change({date(2026, 11, 19): True})
    assert look(store, ANNOUNCED + 3 * HOUR, deferred) == []


def test_what_is_not_whole_is_named_until_it_is(store):
    at = ANNOUNCED + 3 * HOUR
    asked(store, at, fault="503: back soon")
    add_batch(store, "cs", FRIDAY, seen=75, closed_at=None, fault="gap", changed_at=ANNOUNCED, updated_at=at)
    assert look(store, at) == ["partly:2026-11-20"]
    (alert,) = find_open(store)
    assert "cs frozen 75/94 (503: back soon); math unavailable (503: back soon)." in alert.text
    add_batch(store, "math", FRIDAY)
    add_batch(store, "cs", FRIDAY, "catchup")
    assert look(store, at + HOUR) == []


def test_the_next_evening_is_another_batchs(store):
    asked(store, ANNOUNCED + 3 * HOUR)
    assert look(store, ANNOUNCED + 3 * HOUR) == ["late:2026-11-20"]
    assert look(store, announced_at(MONDAY).astimezone(UTC)) == []


def test_a_house_that_has_just_started_is_given_time_to_ask(store):
    at = ANNOUNCED + 9 * HOUR
    watch(store, [(Stage.LISTING, scope) for scope in SCOPES], at)
    assert look(store, at) == []
    add_batch(store, "cs", FRIDAY)
    assert look(store, at) == []


def test_on_a_holiday_and_where_nothing_is_asked_for_nothing_is_late(store):
    assert look(store, ANNOUNCED + 5 * HOUR) == []
    thanksgiving = announced_at(date(2026, 11, 27)).astimezone(UTC)
    asked(store, thanksgiving + 5 * HOUR)
    assert look(store, thanksgiving + 5 * HOUR) == []
