"""When a batch is due: every zone of the world, two years of announcements."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.clock import announced_at
from digests.papers.calendar import (
    find_expected,
    find_next_expected,
    load_calendar,
)
from digests.subscribers.advice import Freshness, describe_hour
from digests.subscribers.schedule import Schedule, find_due_at, find_next_due

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
HOURS = (None, time(2, 30), time(8, 30))
DAY = timedelta(days=1)
#: The widest gap in the zones of these years; Lord Howe's is 30 minutes.
WIDEST_GAP = timedelta(hours=1)


@cache
def batches() -> dict[date, datetime]:
    """Dates, and when they are announced."""
    days = [date(2026, 1, 1) + DAY * n for n in range(730)]
    return {day: announced_at(day) for day in days if day.isoweekday() < 6}


def same_zones() -> Iterator[list[str]]:
    """Names whose zone is the same file, byte for byte: what holds for the first holds for the others."""
    by_content: dict[bytes, list[str]] = {}
    for name in ZONES:
        found = [path for folder in TZPATH if (path := Path(folder) / name).is_file()]
        content = found[0].read_bytes() if found else (resources.files("tzdata") / "zoneinfo" / name).read_bytes()
        by_content.setdefault(content, []).append(name)
    yield from by_content.values()


def find_faults(name: str, hour: time | None) -> list[str]:
    schedule, zone = Schedule(name, hour), ZoneInfo(name)
    faults, last = [], datetime(2025, 1, 1, tzinfo=UTC)
    for on, announced in batches().items():
        due = find_due_at(schedule, on)
        local, said = due.astimezone(zone), f"{name} {hour} {on}: announced {announced}, due {due}"
        if not timedelta(0) <= due - announced <= (DAY + WIDEST_GAP if hour else timedelta(0)):
            faults.append(f"{said}: too late or too early")
        if hour and local.time() != hour and exists(zone, datetime.combine(local.date(), hour)):
            faults.append(f"{said}: the clock shows {local}")
        # Where the clock goes back between two announcements both may wait for the same hour: one digest of two batches.
        if due != last and local.date() <= last.astimezone(zone).date():
            faults.append(f"{said}: a second one that day")
        last = due
    return faults


def exists(zone: ZoneInfo, wall: datetime) -> bool:
    """Whether the clock shows this time at all."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall


# --- every zone ---------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", HOURS, ids=str)
def test_in_every_zone_every_batch_is_due_once_within_a_day_at_the_reader_s_hour(hour):
    faults = [fault for names in same_zones() for fault in find_faults(names[0], hour)]
    assert faults == []


def test_every_zone_is_one_of_those_that_were_tried():
    assert sorted(name for names in same_zones() for name in names) == ZONES


# --- gaps, overlaps, weekdays -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "hour", "on", "due"),
    [
        # Beijing, summer and winter: 20:00 in New York is 08:00 or 09:00.
        ("Asia/Shanghai", time(8, 30), date(2026, 7, 8), datetime(2026, 7, 8, 0, 30, tzinfo=UTC)),
        ("Asia/Shanghai", time(8, 30), date(2026, 12, 9), datetime(2026, 12, 10, 0, 30, tzinfo=UTC)),
        ("Asia/Shanghai", None, date(2026, 12, 9), datetime(2026, 12, 9, 1, 0, tzinfo=UTC)),
        # The hour itself: not before it, so at it.
        ("Asia/Shanghai", time(8), date(2026, 7, 8), datetime(2026, 7, 8, 0, 0, tzinfo=UTC)),
        # Chicago leaves out 02:30 on 8 March 2026: 03:00 then, the first moment after.
        ("America/Chicago", time(2, 30), date(2026, 3, 6), datetime(2026, 3, 6, 8, 30, tzinfo=UTC)),
        ("America/Chicago", time(2, 30), date(2026, 3, 9), datetime(2026, 3, 9, 7, 30, tzinfo=UTC)),
        # Gaza leaves out 02:30 on 28 March 2026 (a Saturday), Beirut 00:30 on 29 March.
        ("Asia/Beirut", time(0, 30), date(2026, 3, 27), datetime(2026, 3, 27, 22, 30, tzinfo=UTC)),
        # Berlin shows 02:30 twice on 25 October 2026: the first one.
        ("Europe/Berlin", time(2, 30), date(2026, 10, 23), datetime(2026, 10, 23, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_batch_is_due_at_the_first_such_hour_after_its_announcement(zone, hour, on, due):
    assert find_due_at(Schedule(zone, hour), on) == due


SUNDAYS = {
    # On the day of the change itself, which a reader meets who wants Sundays only.
    "America/Chicago": (date(2026, 3, 6), time(2, 30), datetime(2026, 3, 8, 8, 0, tzinfo=UTC)),
    "Asia/Beirut": (date(2026, 3, 27), time(0, 30), datetime(2026, 3, 28, 22, 0, tzinfo=UTC)),
    "Europe/Berlin": (date(2026, 10, 23), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    "Australia/Lord_Howe": (date(2026, 10, 2), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
}


@pytest.mark.parametrize("zone", SUNDAYS)
def test_a_skipped_hour_is_the_moment_after_the_gap_and_a_doubled_one_its_first(zone):
    on, hour, due = SUNDAYS[zone]
    assert find_due_at(Schedule(zone, hour, (7,)), on) == due


@given(
    zone=st.sampled_from(ZONES),
    hour=st.none() | st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    days=st.none() | st.sets(st.integers(1, 7), min_size=1, max_size=6).map(sorted).map(tuple),
    on=st.sampled_from(sorted(batches())),
)
def test_the_hour_comes_on_the_next_wanted_day(zone, hour, days, on):
    schedule, announced = Schedule(zone, hour, days), announced_at(on)
    due = find_due_at(schedule, on)
    local, first = due.astimezone(schedule.zone), announced.astimezone(schedule.zone).date()

    assert due.utcoffset() == timedelta(0)
    assert due >= announced
    assert days is None or local.isoweekday() in days
    # No wanted day between is left out: the days before are not wanted, or their hour was too early.
    between = [first + DAY * n for n in range((local.date() - first).days)]
    wall = hour or announced.astimezone(schedule.zone).time()
    wanted = [day for day in between if days is None or day.isoweekday() in days]
    assert all(datetime.combine(day, wall, tzinfo=schedule.zone) < announced for day in wanted)


@given(zone=st.sampled_from(ZONES), hour=st.none() | st.times(), on=st.sampled_from(sorted(batches())))
def test_what_is_next_after_a_batch_is_the_next_one(zone, hour, on):
    schedule = Schedule(zone, hour)
    following = find_next_expected(on)
    now = announced_at(on) + timedelta(hours=5)

    assert find_next_due(schedule, on, now) == find_due_at(schedule, following)
    assert find_next_due(schedule, None, now) == find_due_at(schedule, on)
    assert find_expected(now) == on


# --- calendar -----------------------------------------------------------------------------------


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_the_expected_batch_is_the_newest_announced_one(now):
    on = find_expected(now)
    assert announced_at(on) <= now < announced_at(find_next_expected(on))
    assert on.isoweekday() in range(1, 6)


def test_a_holiday_leaves_out_the_first_announcement_from_then_on():
    # Friday 19 June and 25 December 2026: the evenings of that Sunday.
    assert load_calendar().is_holiday(date(2026, 6, 22))
    assert not load_calendar().is_holiday(date(2026, 6, 19))
    assert load_calendar().find_next_announced(date(2026, 6, 19)) == date(2026, 6, 23)
    assert load_calendar().is_holiday(date(2026, 11, 27))
    assert load_calendar().find_next_announced(date(2026, 11, 26)) == date(2026, 11, 30)


# --- advice -------------------------------------------------------------------------------------

NOWS = [datetime(2026, month, 15, 3, tzinfo=UTC) for month in (1, 3, 7, 11)]


@pytest.mark.parametrize("now", NOWS, ids=lambda now: f"{now:%B}")
@pytest.mark.parametrize(
    ("hour", "freshness", "months"),
    [
        (None, Freshness.SAME_DAY, ()),
        (time(9, 30), Freshness.SAME_DAY, ()),
        (time(9), Freshness.SAME_DAY, ()),
        (time(8, 30), Freshness.PART_OF_YEAR, (11, 12, 1, 2, 3)),
        (time(7, 30), Freshness.DAY_BEFORE, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
    ],
)
def test_in_beijing_half_past_nine_is_proposed_whatever_the_season(now, hour, freshness, months):
    advice = describe_hour(Schedule("Asia/Shanghai", hour), now)

    assert (advice.freshness, advice.late_months) == (freshness, months)
    assert (advice.announced, advice.proposal) == ((time(8), time(9)), time(9, 30))


@pytest.mark.parametrize(
    ("zone", "hour", "freshness", "proposal"),
    [
        # In New York the evening's papers come with the next morning's coffee.
        ("America/New_York", time(8), Freshness.DAY_BEFORE, time(20, 30)),
        ("Europe/London", time(8), Freshness.SAME_DAY, time(1, 30)),
        ("Australia/Sydney", time(10, 30), Freshness.PART_OF_YEAR, time(12, 30)),
        # On the Azores the announcement is now before midnight, now after it.
        ("Atlantic/Azores", time(8), Freshness.PART_OF_YEAR, time(0, 30)),
    ],
)
def test_elsewhere_the_least_waiting_hour_is_proposed(zone, hour, freshness, proposal):
    advice = describe_hour(Schedule(zone, hour), NOWS[0])
    assert (advice.freshness, advice.proposal) == (freshness, proposal)


@given(zone=st.sampled_from(ZONES), now=st.sampled_from(NOWS))
def test_the_proposal_never_waits_long(zone, now):
    schedule = Schedule(zone, describe_hour(Schedule(zone), now).proposal)
    on = find_expected(now)
    for _ in range(260):
        assert find_due_at(schedule, on) - announced_at(on) <= timedelta(hours=4)
        on = find_next_expected(on)
