"""Editions: one composed thing for one reader, planned with all its deliveries (invariant 4)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, case, literal, or_, select, update

from digests.delivery.channel import TELEGRAM
from digests.delivery.states import DeliveryState
from digests.errors import RecipientGone
from digests.papers.paper import ArxivId
from digests.store.engine import Store, lots
from digests.store.tables import UtcDateTime, deliveries, edition_papers, editions, subscribers, targets


@dataclass(frozen=True, slots=True)
class Planned:
    """A part to be sent; `body` is empty where the channel renders when it sends (mail)."""

    target_id: int
    channel: str
    part: int
    body: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a reader stood when their edition was composed: columns of `subscribers`."""

    served_on: date | None
    next_due: datetime | None


def plan_parts(
    targets: Iterable[tuple[int, str]], channels: Collection[str], *, draw: Callable[[], Sequence[str]], is_mailed: bool
) -> list[Planned]:
    """For each target (id, channel) whose channel is open: the messages that `draw` gives for a chat, or one mail."""
    parts: list[Planned] = []
    for target_id, channel in targets:
        if channel not in channels:
            continue
        if channel == TELEGRAM:
            parts += [Planned(target_id, channel, part, body) for part, body in enumerate(draw(), 1)]
        elif is_mailed:
            parts.append(Planned(target_id, channel, 1))
    return parts


def plan_edition(
    store: Store,
    *,
    subscriber_id: int,
    slot: str,
    announced_on: date,
    digest_json: dict[str, Any],
    paper_ids: Collection[ArxivId],
    versions: Mapping[ArxivId, int | None] | None = None,
    parts: Sequence[Planned],
    now: datetime,
    standing: Standing | None = None,
    serves: bool = True,
    served_at: datetime | None = None,
    next_due: datetime | None = None,
) -> int | None:
    """Write an edition, its deliveries and where the reader stands now, in one transaction; returns the edition's id.

    versions   of those papers whose version is known, as they are in it or as it tells of them
    standing   what was composed from; None = whatever it is
    serves     with it the reader has had everything up to `announced_on`
    served_at  ... of what was stored up to then (aware UTC); what came later is late. None: as before
    next_due   when to look for their next one; None = to be worked out

    A slot that exists is left as it is, and its id returned. Without parts the edition only records that there was
    nothing to say. None: the reader has left or is paused, none of the parts is for a confirmed address of theirs, or
    they stand elsewhere by now: another digest was first, or they changed what they want. Then it is composed again.
    """
    with store.writing() as connection:
        reachable = _find_reachable(connection, subscriber_id)
        rows = [
            {"target_id": p.target_id, "channel": p.channel, "part": p.part, "body": p.body}
            for p in parts
            if p.target_id in reachable
        ]
        if not reachable or (parts and not rows):
            return None
        served = (announced_on, served_at) if serves else None
        if not _move_on(connection, subscriber_id, standing, served, next_due):
            return None
        edition_id = _insert_edition(
            store,
            connection,
            {
                "subscriber_id": subscriber_id,
                "slot": slot,
                "announced_on": announced_on,
                "digest": digest_json,
                "composed_at": now,
            },
        )
        if edition_id is None:
            return _find_edition(connection, subscriber_id, slot)
        state = {"edition_id": edition_id, "state": DeliveryState.PLANNED, "planned_at": now}
        if rows:
            connection.execute(deliveries.insert(), [row | state for row in rows])
        known = versions or {}
        whose: dict[str, Any] = {"edition_id": edition_id, "subscriber_id": subscriber_id}
        papers = [{**whose, "paper_id": one, "version": known.get(one)} for one in dict.fromkeys(paper_ids)]
        if papers:
            connection.execute(edition_papers.insert(), papers)
        return edition_id


def sent_paper_ids(
    store: Store, subscriber_ids: Collection[int], among: Collection[ArxivId]
) -> dict[int, set[ArxivId]]:
    """Those of the papers `among` that stand in an edition of a reader, for every one of the readers."""
    sent: dict[int, set[ArxivId]] = {subscriber_id: set() for subscriber_id in subscriber_ids}
    query = select(edition_papers.c.subscriber_id, edition_papers.c.paper_id)
    with store.reading() as connection:
        for readers, papers in product(lots(sent), lots(among)):
            of_some = edition_papers.c.subscriber_id.in_(readers)
            some = edition_papers.c.paper_id.in_(papers)
            for row in connection.execute(query.where(of_some, some)):
                sent[row.subscriber_id].add(ArxivId(row.paper_id))
    return sent


def load_digest(store: Store, edition_id: int) -> dict[str, Any]:
    """The digest as it was planned. Raises RecipientGone: its reader was forgotten meanwhile."""
    with store.reading() as connection:
        query = select(editions.c.digest).where(editions.c.id == edition_id)
        digest: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
    if digest is None:
        raise RecipientGone("the reader has left")
    return digest


def find_edition_subscribers(store: Store, slot: str) -> set[int]:
    """Readers that have an edition in `slot`."""
    with store.reading() as connection:
        return set(connection.execute(select(editions.c.subscriber_id).where(editions.c.slot == slot)).scalars())


def is_reachable() -> Iterable[ColumnElement[bool]]:
    yield targets.c.confirmed_at.is_not(None)
    yield targets.c.gone_at.is_(None)
    yield subscribers.c.paused_at.is_(None)


def _find_reachable(connection: Connection, subscriber_id: int) -> set[int]:
    query = (
        select(targets.c.id)
        .join(subscribers, subscribers.c.id == targets.c.subscriber_id)
        .where(subscribers.c.id == subscriber_id, *is_reachable(), targets.c.muted_at.is_(None))
        # PostgreSQL: the reader cannot be forgotten until the rows that point at them are written.
        .with_for_update(read=True, key_share=True)
    )
    return set(connection.execute(query).scalars())


def _insert_edition(store: Store, connection: Connection, row: dict[str, Any]) -> int | None:
    statement = store.insert(editions).values(row).on_conflict_do_nothing(index_elements=["subscriber_id", "slot"])
    return connection.execute(statement.returning(editions.c.id)).scalar_one_or_none()


def _move_on(
    connection: Connection,
    subscriber_id: int,
    standing: Standing | None,
    served: tuple[date, datetime | None] | None,
    next_due: datetime | None,
) -> bool:
    """Compare and set; False: they do not stand there any more. An older batch never takes them back."""
    values: dict[str, Any] = {"next_due": next_due}
    if served is not None:
        served_on, served_at = served
        is_newer = or_(subscribers.c.served_on.is_(None), subscribers.c.served_on < served_on)
        values["served_on"] = case((is_newer, literal(served_on, Date())), else_=subscribers.c.served_on)
        if served_at is not None:
            moment = literal(served_at, UtcDateTime())
            values["served_at"] = case((is_newer, moment), else_=subscribers.c.served_at)
    statement = update(subscribers).where(subscribers.c.id == subscriber_id).values(values)
    if standing is not None:
        statement = statement.where(
            subscribers.c.served_on.is_not_distinct_from(standing.served_on),
            subscribers.c.next_due.is_not_distinct_from(standing.next_due),
        )
    return connection.execute(statement.returning(subscribers.c.id)).first() is not None


def _find_edition(connection: Connection, subscriber_id: int, slot: str) -> int | None:
    query = select(editions.c.id).where(editions.c.subscriber_id == subscriber_id, editions.c.slot == slot)
    return connection.execute(query).scalar_one_or_none()
