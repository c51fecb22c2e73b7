"""Who waits for what the community reads, and since when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, or_, select, true, update

from digests.composing.trending import Period
from digests.papers.collecting.plan import Stage, load_plan
from digests.store.engine import Store
from digests.store.tables import subscribers, targets, trending
from digests.subscribers.reach import is_wanted
from digests.subscribers.schedule import Schedule, find_occurrence
from digests.subscribers.trending import Trend, build_trend

#: For who has no hour of their own.
_HOUR: Final = time(9)
_DAY: Final = timedelta(days=1)
#: No next one is further away (a month, and the days until a weekday): such a row was written while a clock was wrong.
_FURTHEST: Final = timedelta(days=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A reader and a period whose moment has come, or is to be worked out.

    is_reachable  not paused, and with somewhere to send to
    is_open       by a channel that is open now
    """

    subscriber_id: int
    trend: Trend
    language: str
    schedule: Schedule
    is_reachable: bool
    is_open: bool

    def find_due(self, now: datetime) -> date | None:
        """The last day of the newest period that is due; None: none is that they have not had."""
        on = self.trend.period.find_over(now)
        while on > self.trend.served_on:
            if find_trending_due_at(self.schedule, on) <= now:
                return on
            on = self.trend.period.find_end_before(on)
        return None


@dataclass(frozen=True, slots=True)
class Step:
    """Where a reader stands now who stood at `trend`: what they have had, and when to look for the next one."""

    subscriber_id: int
    trend: Trend
    served_on: date
    next_due: datetime


def find_trending_due_at(schedule: Schedule, on: date) -> datetime:
    """When the period that ends with `on` is due (aware UTC): at their hour, once that day is over in UTC."""
    midnight = datetime.combine(on + _DAY, time(), tzinfo=UTC)
    return find_occurrence(schedule, schedule.send_at or _HOUR, max(midnight, find_last_asked_at(on)))


def find_next_trending_at(schedule: Schedule, period: Period, served_on: date) -> datetime:
    """When the first one is due after that which they have had (aware UTC)."""
    return find_trending_due_at(schedule, period.find_end(served_on + _DAY))


def find_last_asked_at(on: date) -> datetime:
    """When Hugging Face is asked on that day for the last time (aware UTC)."""
    return load_plan()[Stage.HF].list_starts(on)[-1]


def find_waiting(store: Store, now: datetime, channels: Collection[str]) -> list[Waiting]:
    """Everybody whose moment has come or is not worked out yet; `channels` are those that are open."""
    next_due = trending.c.next_due
    query = (
        select(
            trending,
            *(subscribers.c[name] for name in ("language", "timezone", "send_at", "weekdays")),
            _has_target(true()).label("is_reachable"),
            _has_target(targets.c.channel.in_(channels)).label("is_open"),
        )
        .join(subscribers, subscribers.c.id == trending.c.subscriber_id)
        .where(or_(next_due.is_(None), next_due <= now, next_due > now + _FURTHEST))
        .order_by(trending.c.subscriber_id, trending.c.period)
    )
    with store.reading() as connection:
        return [_build(row) for row in connection.execute(query)]


def save_steps(store: Store, steps: Iterable[Step]) -> None:
    """Unless they stand elsewhere meanwhile."""
    statement = (
        update(trending)
        .where(
            trending.c.subscriber_id == bindparam("reader"),
            trending.c.period == bindparam("of_period"),
            trending.c.served_on == bindparam("before"),
            trending.c.next_due.is_not_distinct_from(bindparam("due_before")),
        )
        .values(served_on=bindparam("after"), next_due=bindparam("moment"))
    )
    rows = [
        {
            "reader": step.subscriber_id,
            "of_period": step.trend.period,
            "before": step.trend.served_on,
            "due_before": step.trend.next_due,
            "after": step.served_on,
            "moment": step.next_due,
        }
        for step in steps
    ]
    if rows:
        with store.writing() as connection:
            connection.execute(statement, rows)


def _has_target(which: ColumnElement[bool]) -> ColumnElement[bool]:
    there = exists().where(targets.c.subscriber_id == subscribers.c.id, is_wanted(), which)
    return and_(subscribers.c.paused_at.is_(None), there)


def _build(row: Row[Any]) -> Waiting:
    return Waiting(
        subscriber_id=row.subscriber_id,
        trend=build_trend(row),
        language=row.language,
        schedule=Schedule.of(row),
        is_reachable=bool(row.is_reachable),
        is_open=bool(row.is_open),
    )
