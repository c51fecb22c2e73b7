"""What the console shows of the house, read from its store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from digests.status import BatchStatus, report_status
from digests.store.engine import Store
from digests.store.tables import subscribers


@dataclass(frozen=True, kw_only=True)
class HouseReport:
    """
    batch        the newest that was asked for
    readers      all, and `waiting` those whose digest is due and not there yet
    next_due_at  the earliest moment from now on at which a digest is due
    deliveries   every send of all days, by state
    """

    batch: BatchStatus | None
    readers: int
    waiting: int
    keywords: int
    next_due_at: datetime | None
    deliveries: Mapping[str, int]


def report_house(store: Store, now: datetime) -> HouseReport:
    status = report_status(store, now)
    due = subscribers.c.next_due
    active = subscribers.c.paused_at.is_(None)
    with store.reading() as connection:
        next_due_at = connection.scalar(select(func.min(due)).where(active, due > now))
        waiting = connection.scalar(select(func.count()).select_from(subscribers).where(active, due <= now))
    return HouseReport(
        batch=max(status.batches, key=lambda batch: batch.announced_on, default=None),
        readers=status.readers,
        waiting=waiting or 0,
        keywords=status.keywords,
        next_due_at=next_due_at,
        deliveries=status.deliveries,
    )
