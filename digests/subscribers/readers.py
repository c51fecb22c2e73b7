"""Who gets a digest, read for all of them at once."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Connection, and_, select

from digests.store.engine import Store
from digests.store.tables import reader_terms, subscribers, subscriptions, targets
from digests.subscribers.directory import build_target, no_such_subscriber
from digests.subscribers.keywords import build_keyword
from digests.subscribers.reach import is_wanted
from digests.subscribers.schedule import Schedule
from digests.subscribers.subscriber import Keyword, Target
from digests.summaries.own_terms.term import OwnTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What a digest needs of one subscriber. `keywords` in the order of adding; every target is usable and wanted.

    served_at  all that was stored up to then (aware UTC) was looked at for them; None: nobody has looked yet
    began_on   the newest batch that was there when they began, or came back; None = nothing was there
    """

    id: int
    language: str
    timezone: str
    send_at: time | None
    weekdays: tuple[int, ...] | None
    scope: tuple[str, ...] | None
    keywords: tuple[Keyword, ...]
    targets: tuple[Target, ...]
    joined_at: datetime
    served_on: date | None
    served_at: datetime | None
    began_on: date | None
    next_due: datetime | None
    wants_crosses: bool
    wants_updates: bool
    terms: tuple[OwnTerm, ...] = ()

    @property
    def schedule(self) -> Schedule:
        return Schedule.of(self)


def active_readers(store: Store, among: Collection[int] | None = None) -> list[Reader]:
    """Everybody (or of those ids) who is not paused and wants digests somewhere, by id; four queries for them all."""
    is_active = subscribers.c.paused_at.is_(None)
    wanted = is_active if among is None else and_(is_active, subscribers.c.id.in_(among))
    return [reader for reader in _read(store, wanted) if reader.targets]


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
        addresses = _wanted_targets(connection, wanted)
        keywords = _keywords(connection, wanted)
        terms = _terms(connection, wanted)
        rows = connection.execute(select(subscribers).where(wanted).order_by(subscribers.c.id)).all()
    return [
        Reader(
            id=row.id,
            language=row.language,
            timezone=row.timezone,
            send_at=row.send_at,
            weekdays=None if row.weekdays is None else tuple(row.weekdays),
            scope=None if row.scope is None else tuple(row.scope),
            keywords=tuple(keywords[row.id]),
            targets=tuple(addresses[row.id]),
            joined_at=row.joined_at,
            served_on=row.served_on,
            served_at=row.served_at,
            began_on=row.began_on,
            next_due=row.next_due,
            wants_crosses=row.wants_crosses,
            wants_updates=row.wants_updates,
            terms=tuple(terms[row.id]),
        )
        for row in rows
    ]


def _wanted_targets(connection: Connection, wanted: ColumnElement[bool]) -> defaultdict[int, list[Target]]:
    query = select(targets).join(subscribers).where(wanted, is_wanted()).order_by(targets.c.id)
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


def _terms(connection: Connection, wanted: ColumnElement[bool]) -> defaultdict[int, list[OwnTerm]]:
    query = select(reader_terms).join(subscribers).where(wanted).order_by(reader_terms.c.english)
    found: defaultdict[int, list[OwnTerm]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.subscriber_id].append(OwnTerm(row.english, row.chinese))
    return found
