"""The plan of a date: which stage begins when, whatever the clocks of New York do that night."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.clock import ARXIV_ZONE, announced_at
from digests.papers.calendar import load_calendar
from digests.papers.collecting.agenda import Kind, build_agenda, find_clock_change, find_planned
from digests.papers.collecting.plan import Stage

CALENDAR = load_calendar()
HOUR = timedelta(hours=1)
FRIDAY, SATURDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)


def starts(on):
    """UTC, by stage; what has no hour of its own is left out."""
    agenda = build_agenda(on, {}, CALENDAR)
    return [(errand.table.stage, f"{errand.at:%m-%d %H:%M}") for errand in agenda.errands if errand.at]


@pytest.mark.parametrize(
    ("on", "listing", "feeds"),
    [
        # An ordinary day in winter, the Mondays after the clocks went forward and back, a holiday.
        (FRIDAY, "11-20 01:00", "11-20 05:05"),
        (date(2026, 3, 9), "03-09 00:00", "03-09 04:05"),
        (date(2026, 11, 2), "11-02 01:00", "11-02 05:05"),
        (date(2026, 11, 27), "11-27 01:00", "11-27 05:05"),
    ],
)
def test_evenings_and_midnights_are_new_yorks(on, listing, feeds):
    found = dict(starts(on))
    assert (found[Stage.LISTING], found[Stage.RSS]) == (listing, feeds)
    assert [at for _, at in starts(on)] == sorted(at for _, at in starts(on))


def test_at_a_weekend_only_what_is_asked_every_day_is_asked():
    agenda = build_agenda(SATURDAY, {}, CALENDAR)
    assert (agenda.kind, agenda.announced_at, agenda.next_on) == (Kind.WEEKEND, None, MONDAY)
    assert [stage for stage, _ in starts(SATURDAY)] == [Stage.HF] * 3
    assert {errand.table.stage for errand in agenda.errands if errand.at is None} == {Stage.CATCH_UP}


def test_a_holiday_is_planned_all_the_same_and_said():
    agenda = build_agenda(date(2026, 11, 27), {}, CALENDAR)
    assert (agenda.kind, agenda.next_on) == (Kind.HOLIDAY, date(2026, 11, 30))
    assert Stage.LISTING in dict(starts(date(2026, 11, 27)))
    opened = CALENDAR.change({date(2026, 11, 26): False})
    assert build_agenda(date(2026, 11, 27), {}, opened).kind is Kind.BATCH


def test_requests_are_counted_with_the_pauses_that_arxiv_asks_for():
    wanted = {Stage.LISTING: ["cs", "math"], Stage.OAI: ["cs"], Stage.RSS: ["cs.LG"] * 60, Stage.HF: ["daily"]}
    agenda = build_agenda(FRIDAY, wanted, CALENDAR)
    counted = {errand.table.stage: (errand.requests, errand.seconds) for errand in agenda.errands}
    assert counted[Stage.LISTING] == (2, 30)
    assert counted[Stage.OAI] == (1, 3)
    assert counted[Stage.RSS] == (60, 180)
    assert counted[Stage.HF] == (7, 0)
    assert counted[Stage.CATCH_UP] == (0, 0)


@pytest.mark.parametrize(
    ("day", "at", "hours"),
    [
        (date(2026, 3, 8), datetime(2026, 3, 8, 7, tzinfo=UTC), 1),
        (date(2026, 11, 1), datetime(2026, 11, 1, 6, tzinfo=UTC), -1),
    ],
)
def test_the_moment_at_which_new_yorks_clocks_are_moved_is_found(day, at, hours):
    change = find_clock_change(day)
    assert change
    assert (change.at, change.by) == (at, hours * HOUR)
    # It is said of the Sunday and of the batch of its evening.
    assert build_agenda(day, {}, CALENDAR).change == change
    assert build_agenda(day + timedelta(days=1), {}, CALENDAR).change == change
    assert build_agenda(day + timedelta(days=2), {}, CALENDAR).change is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_what_is_planned_by_default_is_todays_batch_or_the_next_one(now):
    planned = find_planned(now)
    assert planned.isoweekday() <= 5
    today = now.astimezone(ARXIV_ZONE).date()
    if announced_at(today + timedelta(days=1)) <= now:
        # Friday's until midnight: nothing comes that evening.
        assert planned > today or today.isoweekday() == 5
    else:
        assert planned == today or today.isoweekday() > 5
    assert planned - today <= timedelta(days=2)


@given(st.dates(date(1992, 1, 1), date(2099, 12, 31)))
def test_any_date_has_a_plan(on):
    agenda = build_agenda(on, {}, CALENDAR)
    moments = [errand.at for errand in agenda.errands if errand.at]
    assert moments == sorted(moments)
    assert (agenda.kind is Kind.WEEKEND) == (on.isoweekday() > 5)
