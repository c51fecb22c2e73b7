"""A sign of life that every long-running process leaves, for who looks whether the house stands."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from digests.store.engine import Store
from digests.store.tables import heartbeats

#: The worker leaves one every minute (PAPERPOST_TICK_SECONDS).
MAX_SILENCE: Final = timedelta(minutes=5)


def beat(store: Store, process: str, now: datetime) -> None:
    """`process` was alive at `now`, by the real clock (a sandbox moves its own): one row for each name.

    Raises  what the database raises.
    """
    row = store.insert(heartbeats).values(process=process, beat_at=now)
    latest = row.on_conflict_do_update(index_elements=[heartbeats.c.process], set_={"beat_at": row.excluded.beat_at})
    with store.writing() as connection:
        connection.execute(latest)


def find_heartbeats(store: Store) -> dict[str, datetime]:
    """The last sign of life (aware UTC) of every process that ever left one.

    Raises  what the database raises.
    """
    with store.reading() as connection:
        return {row.process: row.beat_at for row in connection.execute(select(heartbeats))}
