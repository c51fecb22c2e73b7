"""Where a reader stands when they begin: with the next batch."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from digests.clock import announced_at
from digests.store.slots import is_trending
from digests.store.tables import announcements, editions, subscribers


def begin_now(connection: Connection, subscriber_id: int) -> None:
    """What is stored already is not sent to them, nor what is found later of those batches; /today shows it."""
    newest = select(func.max(announcements.c.announced_on)).scalar_subquery()
    moment = select(func.max(announcements.c.stored_at)).where(announcements.c.announced_on == newest)
    values = {"served_on": newest, "served_at": moment.scalar_subquery(), "began_on": newest, "next_due": None}
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(values))


def has_newer_batch(connection: Connection, since: datetime) -> bool:
    """Has anything been announced since then (aware UTC)?"""
    newest = connection.scalar(select(func.max(announcements.c.announced_on)))
    return newest is not None and announced_at(newest) > since


def has_had_digests(connection: Connection, subscriber_id: int) -> bool:
    """Who has, and only exchanges what they look for, keeps what is still to come to them today."""
    # What the community reads comes without a keyword too.
    of_keywords = editions.c.subscriber_id == subscriber_id, ~is_trending()
    return connection.execute(select(editions.c.id).where(*of_keywords).limit(1)).first() is not None


def look_again(connection: Connection, subscriber_id: int) -> None:
    """They want something else now: a digest that is just being composed is composed again (see Standing)."""
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(next_due=None))
