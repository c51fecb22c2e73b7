"""Who gets a digest, read for all of them at once."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from digests.store.engine import Store
from digests.store.tables import subscribers, subscriptions, targets
from digests.subscribers.directory import build_target, no_such_subscriber
from digests.subscribers.keywords import build_keyword
from digests.subscribers.subscriber import Keyword, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What a digest needs of one subscriber. `keywords` in the order of adding; every target is usable."""

    id: int
    language: str
    scope: tuple[str, ...] | None
    keywords: tuple[Keyword, ...]
    targets: tuple[Target, ...]


def active_readers(store: Store) -> list[Reader]:
    """Everybody who is not paused and has a usable address, by id; three queries however many they are."""
    return [reader for reader in _read(store, subscribers.c.paused_at.is_(None)) if reader.targets]


def load_reader(store: Store, subscriber_id: int) -> Reader:
    """One subscriber as a reader, paused or without an address too (for a preview).

    Raises  InputError `chat.no_such_subscriber`.
    """
    found = _read(store, subscribers.c.id == subscriber_id)
    if not found:
        raise no_such_subscriber(subscriber_id)
    return found[0]


def _read(store: Store, wanted: ColumnElement[bool]) -> list[Reader]:
    with store.reading() as connection:
        addresses = _usable_targets(connection, wanted)
        keywords = _keywords(connection, wanted)
        columns = select(subscribers.c.id, subscribers.c.language, subscribers.c.scope)
        rows = connection.execute(columns.where(wanted).order_by(subscribers.c.id)).all()
    return [
        Reader(
            id=row.id,
            language=row.language,
            scope=None if row.scope is None else tuple(row.scope),
            keywords=tuple(keywords[row.id]),
            targets=tuple(addresses[row.id]),
        )
        for row in rows
    ]


def _usable_targets(connection: Connection, wanted: ColumnElement[bool]) -> defaultdict[int, list[Target]]:
    query = (
        select(targets)
        .join(subscribers)
        .where(wanted, targets.c.confirmed_at.is_not(None), targets.c.gone_at.is_(None))
        .order_by(targets.c.id)
    )
    found: defaultdict[int, list[Target]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.subscriber_id].append(build_target(row))
    return found


def _keywords(connection: Connection, wanted: ColumnElement[bool]) -> defaultdict[int, list[Keyword]]:
    query = select(subscriptions).join(subscribers).where(wanted).order_by(subscriptions.c.id)
    found: defaultdict[int, list[Keyword]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.subscriber_id].append(build_keyword(row))
    return found
