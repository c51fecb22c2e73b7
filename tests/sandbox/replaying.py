"""A small world on a clock of one's own, and moments of it."""

from datetime import UTC, date, datetime, timedelta

from digests.clock import announced_at
from sandbox.replay.inventing import build_daily, build_days
from sandbox.replay.sources import ReplayedSources, SteppedClock
from sandbox.replay.world import World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
#: From a Monday on; New York's clocks change on the Sunday after.
DAYS = build_days(date(2026, 10, 26), count=7, papers_per_day=24, seed=5)
DAILY = build_daily(DAYS, seed=5)
FIRST, SECOND, THIRD = (day.announced_on for day in DAYS[:3])


def build_world(**troubles) -> World:
    return World(**{"days": DAYS, "daily": DAILY} | troubles)


def evening(on: date, after: timedelta = MINUTE) -> datetime:
    """So long after 20:00 in New York on the evening before the batch's date."""
    return announced_at(on).astimezone(UTC) + after


def ask_at(moment: datetime, **troubles) -> ReplayedSources:
    """Sources at that moment; whoever asks twice is told that it was too soon."""
    clock = SteppedClock(moment)
    return ReplayedSources(build_world(**troubles), clock, wait=clock.wait, tries=1)
