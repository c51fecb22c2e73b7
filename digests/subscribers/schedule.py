"""When a batch is due for a reader: the first occurrence of their hour not before arXiv announces it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from sqlalchemy import select

from digests.clock import BEIJING, announced_at
from digests.papers.calendar import find_expected, find_next_expected
from digests.store.engine import Store
from digests.store.tables import subscribers
from digests.subscribers.reach import gets_digests

log = structlog.get_logger(__name__)

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
# The widest gap that a zone has made in its own day is 24 hours (Apia skipped 30 December 2011).
_MAX_GAP_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    timezone  IANA name
    send_at   local wall time; None = as soon as the batch is ready
    weekdays  ISO weekdays on which it may arrive; None = every day
    """

    timezone: str = "Asia/Shanghai"
    send_at: time | None = None
    weekdays: tuple[int, ...] | None = None

    @classmethod
    def of(cls, reader: Any) -> "Schedule":
        """Of a row of `subscribers`, or whoever has its fields."""
        return cls(reader.timezone, reader.send_at, tuple(reader.weekdays) if reader.weekdays else None)

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            # Stored while it had another name: one row must not stop everybody's digests.
            log.error("unknown_timezone", timezone=self.timezone)  # noqa: TRY400 no traceback helps
            return BEIJING


def find_due_at(schedule: Schedule, announced_on: date) -> datetime:
    """When this batch is due (aware UTC); without an hour of the reader's, at the announcement."""
    announced = announced_at(announced_on).astimezone(schedule.zone)
    if schedule.send_at is None and _is_wanted(schedule, announced.date()):
        return announced.astimezone(UTC)
    return find_occurrence(schedule, schedule.send_at or announced.time(), announced)


def find_occurrence(schedule: Schedule, wall: time, not_before: datetime) -> datetime:
    """The first moment from then on (aware UTC) at which the reader's clock shows `wall` on one of their days."""
    first = not_before.astimezone(schedule.zone).date()
    return next(moment for moment in _occurrences(schedule, wall, first) if moment >= not_before)


def find_next_due(schedule: Schedule, served_on: date | None, now: datetime) -> datetime:
    """When to look next, for a reader who has had everything up to `served_on` (aware UTC).

    None: whatever is there now is news to them. A moment that has passed means now.
    """
    return find_due_at(schedule, find_expected(now) if served_on is None else find_next_expected(served_on))


def count_due(store: Store, on: date) -> dict[datetime, int]:
    """When the digest of that batch is due (aware UTC, ascending) and for how many readers."""
    query = select(subscribers.c.timezone, subscribers.c.send_at, subscribers.c.weekdays).where(gets_digests())
    with store.reading() as connection:
        held = Counter(Schedule.of(row) for row in connection.execute(query))
    due: Counter[datetime] = Counter()
    for schedule, readers in held.items():
        due[find_due_at(schedule, on)] += readers
    return dict(sorted(due.items()))


def _occurrences(schedule: Schedule, wall: time, first: date) -> Iterator[datetime]:
    """The moments (aware UTC) at which the reader's clock shows `wall`, one on each of their days from `first` on."""
    day = first
    while True:
        if _is_wanted(schedule, day):
            yield _find_moment(schedule.zone, day, wall)
        day += _DAY


def _is_wanted(schedule: Schedule, day: date) -> bool:
    return schedule.weekdays is None or day.isoweekday() in schedule.weekdays


def _find_moment(zone: ZoneInfo, day: date, wall: time) -> datetime:
    """An hour that the clock shows twice is its first time, one that it skips the first moment after the gap."""
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=zone)
    for _ in range(_MAX_GAP_MINUTES):
        moment = local.astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return moment
        local += _MINUTE
    return local.astimezone(UTC)
