"""What happened: counts for `run`, `status`, the demo's report. Everything is read from the store."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from digests.delivery.states import DeliveryState
from digests.store.engine import Store
from digests.store.tables import (
    announcements,
    batches,
    deliveries,
    edition_papers,
    editions,
    subscribers,
    subscriptions,
    summaries,
    targets,
)

_MAX_ERRORS = 10
_MAX_DAYS = 5


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
class Status:
    """The whole house: the batches of the newest days, readers, and every send of all days by state."""

    batches: tuple[BatchStatus, ...]
    readers: int
    paused: int
    addresses: int
    unconfirmed: int
    keywords: int
    summaries: Mapping[str, int]
    deliveries: Mapping[str, int]


def report_day(store: Store, on: date) -> DayReport:
    of_day = select(editions.c.id).where(editions.c.announced_on == on)
    matched = select(edition_papers.c.paper_id).where(edition_papers.c.edition_id.in_(of_day)).distinct()
    by_kind = select(announcements.c.kind, func.count()).where(announcements.c.announced_on == on)
    by_summary = select(summaries.c.state, func.count()).where(summaries.c.paper_id.in_(matched))
    unsent = select(deliveries.c.error).where(
        deliveries.c.edition_id.in_(of_day), deliveries.c.state != DeliveryState.SENT, deliveries.c.error != ""
    )
    by_delivery = select(deliveries.c.state, func.count()).where(deliveries.c.edition_id.in_(of_day))
    with store.reading() as connection:

        def count(query: Select[str, int]) -> dict[str, int]:
            return {row[0]: row[1] for row in connection.execute(query)}

        return DayReport(
            on=on,
            papers=count(by_kind.group_by(announcements.c.kind)),
            matched=connection.scalar(select(func.count()).select_from(matched.subquery())) or 0,
            summaries=count(by_summary.group_by(summaries.c.state)),
            editions=connection.scalar(select(func.count()).select_from(of_day.subquery())) or 0,
            deliveries=count(by_delivery.group_by(deliveries.c.state)),
            errors=tuple(connection.scalars(unsent.distinct().order_by(deliveries.c.error).limit(_MAX_ERRORS))),
        )


def report_status(store: Store) -> Status:
    with store.reading() as connection:

        def scalar(query: Select[int]) -> int:
            return connection.scalar(query) or 0

        def count(query: Select[str, int]) -> dict[str, int]:
            return {row[0]: row[1] for row in connection.execute(query)}

        number = func.count()
        return Status(
            batches=tuple(BatchStatus(**row) for row in connection.execute(_select_batches()).mappings()),
            readers=scalar(select(number).select_from(subscribers)),
            paused=scalar(select(number).where(subscribers.c.paused_at.is_not(None))),
            addresses=scalar(select(number).select_from(targets)),
            unconfirmed=scalar(select(number).where(targets.c.confirmed_at.is_(None))),
            keywords=scalar(select(number).select_from(subscriptions)),
            summaries=count(select(summaries.c.state, number).group_by(summaries.c.state)),
            deliveries=count(select(deliveries.c.state, number).group_by(deliveries.c.state)),
        )


def _select_batches() -> Select[Any]:
    newest = select(batches.c.announced_on).distinct().order_by(batches.c.announced_on.desc()).limit(_MAX_DAYS)
    columns = [batches.c[field.name] for field in fields(BatchStatus)]
    query = select(*columns).where(batches.c.announced_on.in_(newest))
    return query.order_by(batches.c.announced_on, batches.c.scope, batches.c.source)
