"""Which batches of the past are missing, in which order they are asked for, and what an interruption leaves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from digests.clock import announced_at
from digests.papers.calendar import load_calendar
from digests.papers.collecting.missed import (
    Route,
    find_awaited,
    find_next,
    list_catch_ups,
    plan_missed,
    plan_since,
)
from digests.papers.paper import Announced, Announcement, Kind, Section, Source
from digests.papers.shelf import store_announcement
from digests.store.tables import catch_ups
from tests.builders import make_paper

FRIDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (13, 16, 17, 18, 19))
THANKSGIVING = date(2026, 11, 27)


def after(on: date) -> datetime:
    return announced_at(on).astimezone(UTC) + timedelta(minutes=10)


def announce(store, on: date, *, at: datetime | None = None, scope="cs", total=1, source=Source.LISTING):
    page = Announcement(
        source=source,
        scope=scope,
        announced_on=on,
        entries=(Announced(make_paper(id=f"26{on:%m}.{on:%d}001"), Kind.NEW, 1),),
        sections=(Section(Kind.NEW, 1, total),),
        total=total,
    )
    store_announcement(store, page, lambda: at or after(on))


def plan(store, at: datetime, *scopes) -> int:
    return plan_missed(store, scopes or ("cs",), at, load_calendar())


def list_open(store, **wanted) -> list[tuple[str, date]]:
    found = [one for one in list_catch_ups(store) if one.closed_at is None]
    return [(o.scope, o.announced_on) for o in found if all(getattr(o, name) == v for name, v in wanted.items())]


def test_a_first_start_brings_thirty_days_the_newest_and_what_most_people_read_first(store):
    plan(store, after(FRIDAY), "cs", "hep-th", "stat")
    found = list_open(store, is_late=False)
    assert found[:2] == [("cs", date(2026, 11, 12)), ("stat", date(2026, 11, 12))]
    assert [scope for scope, _ in found[-20:]] == ["hep-th"] * 20
    dates = [on for scope, on in found if scope == "cs"]
    assert dates == sorted(dates, reverse=True)
    assert (dates[-1], len(dates)) == (date(2026, 10, 14), 22)
    assert find_awaited(store) == frozenset()


def test_after_a_downtime_the_missed_batches_come_first_the_oldest_at_the_head(store):
    announce(store, FRIDAY)
    assert plan(store, after(THURSDAY)) > 20
    assert list_open(store)[:3] == [("cs", on) for on in (MONDAY, TUESDAY, WEDNESDAY)]
    assert find_awaited(store) == {("cs", on) for on in (MONDAY, TUESDAY, WEDNESDAY)}


def test_ninety_days_of_downtime_are_missed_and_not_one_more(store):
    announce(store, date(2026, 5, 4))
    plan(store, after(THURSDAY))
    late = [on for _, on in list_open(store, is_late=True)]
    assert (late[0], late[-1]) == (THURSDAY - timedelta(days=90), WEDNESDAY)


def test_a_holiday_is_asked_for_and_nobody_waits_for_it(store):
    """Calendars are wrong at times."""
    announce(store, date(2026, 11, 24))
    plan(store, after(date(2026, 11, 30)))
    assert ("cs", THANKSGIVING) in list_open(store, is_late=False, is_history=False)
    assert ("cs", date(2026, 11, 26)) in list_open(store, is_late=True)


def test_a_category_has_no_history_of_its_own_and_what_its_feed_missed_is_asked_for(store):
    plan(store, after(FRIDAY), "cs.LG")
    assert list_open(store) == []
    announce(store, FRIDAY, scope="cs.LG", source=Source.RSS)
    plan(store, after(WEDNESDAY), "cs.LG")
    assert list_open(store, is_late=True) == [("cs.LG", MONDAY), ("cs.LG", TUESDAY)]


def test_what_was_whole_is_not_asked_for_and_what_stayed_a_part_is(store):
    announce(store, FRIDAY)
    announce(store, MONDAY, total=2)
    announce(store, TUESDAY)
    announce(store, WEDNESDAY, at=after(THURSDAY), source=Source.CATCHUP)
    plan(store, after(THURSDAY))
    assert list_open(store, is_late=True) == [("cs", MONDAY)]


def test_the_newest_batch_is_its_own_pages_business(store):
    announce(store, FRIDAY)
    plan(store, after(MONDAY))
    assert MONDAY not in {on for _, on in list_open(store)}


def test_planning_again_plans_nothing_new(store):
    announce(store, FRIDAY)
    assert plan(store, after(THURSDAY)) > 0
    assert plan(store, after(THURSDAY)) == 0


def test_a_page_from_an_old_file_is_no_sign_that_the_house_was_there(store):
    announce(store, date(2026, 8, 3), at=after(FRIDAY))
    plan(store, after(FRIDAY))
    assert list_open(store, is_late=True) == []


def test_an_archive_that_somebody_begins_to_read_has_history_and_missed_nothing(store):
    announce(store, FRIDAY)
    plan(store, after(TUESDAY), "cs", "math")
    assert list_open(store, is_late=True) == [("cs", MONDAY)]
    assert ("math", MONDAY) in list_open(store, is_late=False)


def test_what_waits_for_its_time_is_not_asked_for(store):
    announce(store, FRIDAY)
    plan(store, after(TUESDAY))
    with store.writing() as connection:
        connection.execute(update(catch_ups).values(next_at=after(TUESDAY) + timedelta(minutes=5)))
    assert find_next(store, after(TUESDAY)) is None
    assert find_next(store, after(TUESDAY) + timedelta(minutes=5)).announced_on == MONDAY


def test_a_person_may_ask_for_older_ones_which_only_records_have(store):
    plan_since(store, ["cs"], date(2026, 7, 1), after(FRIDAY), load_calendar())
    routes = {one.announced_on: one.route for one in list_catch_ups(store)}
    assert routes[date(2026, 7, 1)] is Route.RECORDS
    assert routes[date(2026, 11, 12)] is Route.PAGE


def test_a_person_who_asks_again_gets_what_was_given_up_tried_again(store):
    plan_since(store, ["cs"], MONDAY, after(WEDNESDAY), load_calendar())
    with store.writing() as connection:
        connection.execute(update(catch_ups).values(closed_at=after(WEDNESDAY), fault="503", attempts=5))
    plan_since(store, ["cs"], MONDAY, after(WEDNESDAY), load_calendar())
    assert list_open(store, attempts=0, fault="") == [("cs", TUESDAY), ("cs", MONDAY)]


@pytest.mark.parametrize("since", [MONDAY, date(2026, 11, 14), date(2026, 11, 15)])
def test_a_date_without_a_batch_means_the_next_one(store, since):
    plan_since(store, ["cs"], since, after(WEDNESDAY), load_calendar())
    assert list_open(store) == [("cs", TUESDAY), ("cs", MONDAY)]
