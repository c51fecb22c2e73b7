"""What happened, and what waits: counts for `run`, `status`, the demo's report. Everything is read from the store."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from digests.alerts import Alert, find_open
from digests.coverage.catching_up import CatchUpStatus, count_catch_ups
from digests.coverage.judging import Covered
from digests.coverage.rows import load_coverage
from digests.delivery.states import DeliveryState
from digests.heartbeat import find_heartbeats
from digests.papers.calendar import find_expected
from digests.store.engine import Store
from digests.store.slots import is_trending
from digests.store.tables import (
    announcements,
    batches,
    deliveries,
    edition_papers,
    editions,
    polls,
    subscribers,
    subscriptions,
    summaries,
    targets,
)
from digests.subscribers.reach import gets_digests
from digests.summaries.spending.spent import Spending, report_spending
from digests.summaries.summary import SummaryState

_MAX_ERRORS = 10
_MAX_DAYS = 5
_WEEK: Final = timedelta(days=7)
_NUMBER: Final = func.count()
_BY_SUMMARY: Final = select(summaries.c.state, _NUMBER).group_by(summaries.c.state)
_BY_DELIVERY: Final = select(deliveries.c.state, _NUMBER).group_by(deliveries.c.state)
_UNWRITTEN: Final = (SummaryState.PLANNED, SummaryState.CLAIMED, SummaryState.REFUSED, SummaryState.FAILED)


@dataclass(frozen=True, kw_only=True)
class DayReport:
    """One announcement, counted.

    papers      announced, by kind
    matched     distinct papers that stand in somebody's digest
    summaries   of these papers, by state
    editions    readers with an edition
    deliveries  parts, by state
    errors      why parts were not sent, each reason once
    """

    on: date
    papers: Mapping[str, int]
    matched: int
    summaries: Mapping[str, int]
    editions: int
    deliveries: Mapping[str, int]
    errors: tuple[str, ...] = ()

    @property
    def seen(self) -> int:
        return sum(self.papers.values())

    @property
    def is_delivered(self) -> bool:
        """Every part of every edition reached its reader."""
        return set(self.deliveries) <= {DeliveryState.SENT}


@dataclass(frozen=True, kw_only=True)
class BatchStatus:
    scope: str
    source: str
    announced_on: date
    seen: int
    total: int | None
    closed_at: datetime | None
    fault: str


@dataclass(frozen=True, kw_only=True)
class PollStatus:
    """What is asked for. `failing_since` None: the last answer was one."""

    stage: str
    scope: str
    next_at: datetime
    failing_since: datetime | None
    fault: str


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why so many parts are in this state."""

    state: str
    error: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    process: str
    beat_at: datetime
    seconds_ago: int


@dataclass(frozen=True, kw_only=True)
class Status:
    """The whole house.

    batches             of the newest days
    last_batch_on       the newest batch of which something is here
    due_now             readers whose digest is due and not composed
    next_due_at         the earliest moment after now at which a digest is due
    queues              waiting tasks by queue; None where no broker answers
    unwritten           summaries that are not there, by state
    recent_deliveries   the sends planned in the last 7 days, by state
    recent_reasons      why some of them are not sent, the most frequent first
    coverage            each archive and category of the newest days
    alerts              what waits for a person, the oldest first
    spending            what the models cost
    """

    batches: tuple[BatchStatus, ...]
    readers: int
    paused: int
    addresses: int
    unconfirmed: int
    keywords: int
    last_batch_on: date | None
    due_now: int
    next_due_at: datetime | None
    queues: Mapping[str, int] | None
    unwritten: Mapping[str, int]
    recent_deliveries: Mapping[str, int]
    recent_reasons: tuple[Reason, ...]
    polls: tuple[PollStatus, ...]
    heartbeats: tuple[Heartbeat, ...]
    coverage: tuple[Covered, ...] = ()
    catch_ups: CatchUpStatus = field(default_factory=CatchUpStatus)
    alerts: tuple[Alert, ...] = ()
    spending: Spending = field(default_factory=Spending)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Summaries and sends of all days, by state: counting them costs more with every day."""

    summaries: Mapping[str, int]
    deliveries: Mapping[str, int]


def report_day(store: Store, on: date) -> DayReport:
    # A list of what the community reads is no digest of a batch.
    of_day = select(editions.c.id).where(editions.c.announced_on == on, ~is_trending())
    matched = select(edition_papers.c.paper_id).where(edition_papers.c.edition_id.in_(of_day)).distinct()
    by_kind = select(announcements.c.kind, _NUMBER).where(announcements.c.announced_on == on)
    unsent = select(deliveries.c.error).where(
        deliveries.c.edition_id.in_(of_day), deliveries.c.state != DeliveryState.SENT, deliveries.c.error != ""
    )
    with store.reading() as connection:
        return DayReport(
            on=on,
            papers=_count_by(connection, by_kind.group_by(announcements.c.kind)),
            matched=_scalar(connection, select(_NUMBER).select_from(matched.subquery())),
            summaries=_count_by(connection, _BY_SUMMARY.where(summaries.c.paper_id.in_(matched))),
            editions=_scalar(connection, select(_NUMBER).select_from(of_day.subquery())),
            deliveries=_count_by(connection, _BY_DELIVERY.where(deliveries.c.edition_id.in_(of_day))),
            errors=tuple(connection.scalars(unsent.distinct().order_by(deliveries.c.error).limit(_MAX_ERRORS))),
        )


def report_status(
    store: Store,
    now: datetime,
    *,
    queues: Mapping[str, int] | None = None,
    beats_now: datetime | None = None,
    priced: Collection[str] = (),
    budget_micros: int | None = None,
) -> Status:
    """The whole house at `now`.

    queues         as the broker has them (broker.find_queue_lengths)
    beats_now      by the real clock, for heartbeats; None = `now` is real
    priced         the models that have a price
    budget_micros  what models may cost a day; None: anything
    """
    due, recent = subscribers.c.next_due, deliveries.c.planned_at > now - _WEEK
    beats, alerts = find_heartbeats(store), find_open(store)
    covered = load_coverage(store, _find_days(store, now), now)
    with store.reading() as connection:
        served = _scalar(connection, select(_NUMBER).where(gets_digests()))
        return Status(
            batches=tuple(BatchStatus(**row) for row in connection.execute(_select_batches()).mappings()),
            readers=_scalar(connection, select(_NUMBER).select_from(subscribers)),
            paused=_scalar(connection, select(_NUMBER).where(subscribers.c.paused_at.is_not(None))),
            addresses=_scalar(connection, select(_NUMBER).select_from(targets)),
            unconfirmed=_scalar(connection, select(_NUMBER).where(targets.c.confirmed_at.is_(None))),
            keywords=_scalar(connection, select(_NUMBER).select_from(subscriptions)),
            last_batch_on=connection.scalar(select(func.max(announcements.c.announced_on))),
            due_now=_scalar(connection, select(_NUMBER).where(due <= now, gets_digests())),
            next_due_at=connection.scalar(select(func.min(due)).where(due > now, gets_digests())),
            queues=queues,
            unwritten=_count_by(connection, _BY_SUMMARY.where(summaries.c.state.in_(_UNWRITTEN))),
            recent_deliveries=_count_by(connection, _BY_DELIVERY.where(recent)),
            recent_reasons=tuple(Reason(**row) for row in connection.execute(_select_reasons(recent)).mappings()),
            polls=tuple(PollStatus(**row) for row in connection.execute(_select_polls()).mappings()),
            heartbeats=tuple(_describe_beat(name, beats[name], beats_now or now) for name in sorted(beats)),
            coverage=tuple(covered),
            catch_ups=count_catch_ups(connection),
            alerts=tuple(alerts),
            spending=report_spending(connection, now, readers=served, priced=priced, budget_micros=budget_micros),
        )


def count_totals(store: Store) -> Totals:
    with store.reading() as connection:
        return Totals(summaries=_count_by(connection, _BY_SUMMARY), deliveries=_count_by(connection, _BY_DELIVERY))


def _find_days(store: Store, now: datetime) -> list[date]:
    """The newest of which anything is here, and the one that is asked for now."""
    with store.reading() as connection:
        days = set(connection.scalars(_select_newest()))
        if connection.scalar(select(polls.c.scope).limit(1)):
            days.add(find_expected(now))
    return sorted(days)[-_MAX_DAYS:]


def _select_newest() -> Select[date]:
    return select(batches.c.announced_on).distinct().order_by(batches.c.announced_on.desc()).limit(_MAX_DAYS)


def _select_batches() -> Select[Any]:
    columns = [batches.c[field.name] for field in fields(BatchStatus)]
    query = select(*columns).where(batches.c.announced_on.in_(_select_newest()))
    return query.order_by(batches.c.announced_on, batches.c.scope, batches.c.source)


def _select_reasons(recent: ColumnElement[bool]) -> Select[Any]:
    number = _NUMBER.label("count")
    return (
        select(deliveries.c.state, deliveries.c.error, number)
        .where(recent, deliveries.c.state != DeliveryState.SENT, deliveries.c.error != "")
        .group_by(deliveries.c.state, deliveries.c.error)
        .order_by(number.desc(), deliveries.c.state, deliveries.c.error)
        .limit(_MAX_ERRORS)
    )


def _select_polls() -> Select[Any]:
    columns = [polls.c[field.name] for field in fields(PollStatus)]
    return select(*columns).order_by(polls.c.failing_since.is_(None), polls.c.next_at, polls.c.stage, polls.c.scope)


def _describe_beat(process: str, beat_at: datetime, now: datetime) -> Heartbeat:
    # A clock that jumped back would make it negative.
    return Heartbeat(process=process, beat_at=beat_at, seconds_ago=max(int((now - beat_at).total_seconds()), 0))


def _count_by(connection: Connection, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}


def _scalar(connection: Connection, query: Select[int]) -> int:
    return connection.scalar(query) or 0
