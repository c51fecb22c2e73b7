"""What an hour brings: the batch of the same day, or the one of the day before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from digests.clock import announced_at
from digests.papers.calendar import find_expected, find_next_expected
from digests.subscribers.schedule import Schedule, find_due_at

_YEAR: Final = timedelta(days=365)
#: Between the announcement and the hour that is proposed: arXiv's pages are whole a little later.
_MARGIN: Final = timedelta(minutes=30)


class Freshness(StrEnum):
    """Which batch comes, by the reader's own calendar."""

    SAME_DAY = "same_day"
    #: In some months it is announced after the reader's hour, and waits for the next day.
    PART_OF_YEAR = "part_of_year"
    DAY_BEFORE = "day_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class HourAdvice:
    """Over the coming year, in the reader's zone; weekdays left aside.

    announced    wall times at which arXiv announces, ascending: (08:00, 09:00) in Beijing
    late_months  those in which a batch waits for the next day, in the order of the seasons: (11, 12, 1, 2, 3)
    proposal     the hour that waits least, half an hour after the announcement all the year round
    """

    freshness: Freshness
    announced: tuple[time, ...]
    late_months: tuple[int, ...]
    proposal: time


def describe_hour(schedule: Schedule, now: datetime) -> HourAdvice:
    """For a schedule without an hour: everything comes the same day."""
    daily = Schedule(schedule.timezone, schedule.send_at)
    announced, late = [], []
    for on in _coming_batches(now):
        moment = announced_at(on).astimezone(daily.zone)
        announced.append(moment)
        if find_due_at(daily, on).astimezone(daily.zone).date() > moment.date():
            late.append(moment)
    return HourAdvice(
        freshness=_judge(len(late), len(announced)),
        announced=tuple(sorted({moment.time() for moment in announced})),
        late_months=_order_months({moment.month for moment in late}),
        proposal=_propose(announced),
    )


def _coming_batches(now: datetime) -> Iterator[date]:
    day = find_expected(now)
    while announced_at(day) < now + _YEAR:
        yield day
        day = find_next_expected(day)


def _judge(late: int, every: int) -> Freshness:
    if not late:
        return Freshness.SAME_DAY
    return Freshness.DAY_BEFORE if late == every else Freshness.PART_OF_YEAR


def _order_months(months: set[int]) -> tuple[int, ...]:
    """Beginning after the gap: a winter goes over the new year."""
    first = next((month for month in sorted(months) if (month - 2) % 12 + 1 not in months), 1)
    return tuple(sorted(months, key=lambda month: (month - first) % 12))


def _propose(announced: list[datetime]) -> time:
    def longest_wait(wall: time) -> timedelta:
        return max(_wait(moment.time(), wall) for moment in announced)

    return min((_later(wall) for wall in {moment.time() for moment in announced}), key=lambda w: (longest_wait(w), w))


def _later(wall: time) -> time:
    return (datetime.combine(date.min, wall, tzinfo=UTC) + _MARGIN).time()


def _wait(announced: time, wall: time) -> timedelta:
    """By the clock, from one to the next occurrence of the other."""
    start, end = (datetime.combine(date.min, one, tzinfo=UTC) for one in (announced, wall))
    return (end - start) % timedelta(days=1)
