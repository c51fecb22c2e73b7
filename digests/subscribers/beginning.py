"""Where a reader stands when they begin: with the next batch."""

from sqlalchemy import Connection, func, select, update

from digests.store.tables import announcements, subscribers


def begin_now(connection: Connection, subscriber_id: int) -> None:
    """What is stored already is not sent to them; /today shows it."""
    newest = select(func.max(announcements.c.announced_on)).scalar_subquery()
    values = {"served_on": newest, "next_due": None}
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(values))
