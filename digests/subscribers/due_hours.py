"""At which hours readers get the digest of one batch."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy import select

from digests.store.engine import Store
from digests.store.tables import subscribers
from digests.subscribers.reach import gets_digests
from digests.subscribers.schedule import Schedule, find_due_at


def count_due(store: Store, on: date) -> dict[datetime, int]:
    """When the digest of that batch is due (aware UTC, ascending) and for how many readers."""
    query = select(subscribers.c.timezone, subscribers.c.send_at, subscribers.c.weekdays).where(gets_digests())
    with store.reading() as connection:
        rows = connection.execute(query).all()
    held = Counter(Schedule(row.timezone, row.send_at, tuple(row.weekdays) if row.weekdays else None) for row in rows)
    due: Counter[datetime] = Counter()
    for schedule, readers in held.items():
        due[find_due_at(schedule, on)] += readers
    return dict(sorted(due.items()))
