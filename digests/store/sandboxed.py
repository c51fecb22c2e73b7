"""What stand-ins wrote and were sent, known by its model and its slots (invariant 8)."""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from digests.store.engine import Store
from digests.store.slots import is_trending
from digests.store.tables import (
    editions,
    fault_counts,
    model_servers,
    reservations,
    spending,
    subscribers,
    summaries,
    trending,
)

SANDBOX_MODEL: Final = "sandbox"
SANDBOX_SLOTS: Final = "sandbox:"
_AFTER_SANDBOX: Final = "sandbox;"


def forget_sandbox(store: Store) -> None:
    """Remove it all: no reader shall get a stand-in's words, or miss a digest that only the sandbox got."""
    # A range, not LIKE: it is asked at every start, and the slots' index answers it.
    is_sandbox = and_(editions.c.slot >= SANDBOX_SLOTS, editions.c.slot < _AFTER_SANDBOX)
    with store.writing() as connection:
        for table in (summaries, fault_counts, model_servers, spending, reservations):
            connection.execute(delete(table).where(table.c.model == SANDBOX_MODEL))
        _take_back(connection, is_sandbox)
        # Papers and deliveries hang on it with ON DELETE CASCADE.
        connection.execute(delete(editions).where(is_sandbox))


def has_served(store: Store) -> bool:
    """Has anybody been sent, or planned, a digest that was not the sandbox's?"""
    real = or_(editions.c.slot < SANDBOX_SLOTS, editions.c.slot >= _AFTER_SANDBOX)
    with store.reading() as connection:
        return connection.execute(select(editions.c.id).where(real).limit(1)).first() is not None


def _take_back(connection: Connection, is_sandbox: ColumnElement[bool]) -> None:
    """Readers stand again before the first batch, and the first trending papers, that they had in the sandbox."""
    for table, reader, which in (
        (subscribers, subscribers.c.id, ~is_trending()),
        (trending, trending.c.subscriber_id, is_trending()),
    ):
        first = (
            select(editions.c.subscriber_id, func.min(editions.c.announced_on).label("on"))
            .where(is_sandbox, which)
            .group_by(editions.c.subscriber_id)
        )
        for row in connection.execute(first).all():
            values = {"served_on": row.on - timedelta(days=1), "next_due": None}
            served = (reader == row.subscriber_id, table.c.served_on >= row.on)
            connection.execute(update(table).where(*served).values(values))
