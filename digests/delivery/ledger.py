"""The record of every send: a row is planned, claimed and settled; nothing leaves the house without one (invariant 4).

A row may be sent twice at most: `unknown_at` is set when an attempt ends without an answer, the next one is the marked
repeat, and a repeat without an answer is `failed`. Attempts that were certainly not sent do not count.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Select, and_, case, exists, func, literal, or_, select, update

from digests.delivery.outcomes import MAX_ATTEMPTS, build_values, judge
from digests.delivery.states import FINAL, DeliveryState, move
from digests.errors import DeliveryError, RecipientGone
from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.store.tables import UtcDateTime, deliveries, edition_papers, editions, subscribers, targets

# SQLite takes 32,766 parameters a statement, and a day of all of arXiv has some 6,000 papers.
_MAX_IDS = 5_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A part to be sent; `body` is empty where the channel renders when it sends (mail)."""

    target_id: int
    channel: str
    part: int
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to send one part until the lease ends. `attempts` counts this one."""

    delivery_id: int
    token: str
    edition_id: int
    target_id: int
    part: int
    channel: str
    address: str
    body: str
    attempts: int
    is_repeat: bool
    #: The reader's.
    language: str
    #: The edition says that there is nothing to read.
    is_empty: bool


def plan_edition(
    store: Store,
    *,
    subscriber_id: int,
    slot: str,
    announced_on: date,
    digest_json: dict[str, Any],
    paper_ids: Collection[ArxivId],
    parts: Sequence[Planned],
    now: datetime,
    serves: bool = True,
    next_due: datetime | None = None,
) -> int | None:
    """Write an edition, its deliveries and where the reader stands now, in one transaction; returns the edition's id.

    serves    with it the reader has had everything up to `announced_on`
    next_due  when to look for their next one; None = to be worked out

    A slot that exists is left as it is, and its id returned. Without parts the edition only records that there was
    nothing to say. None: the reader has left or is paused, or none of the parts is for a confirmed address of theirs.
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
        _move_on(connection, subscriber_id, announced_on if serves else None, next_due)
        if edition_id is None:
            return _find_edition(connection, subscriber_id, slot)
        state = {"edition_id": edition_id, "state": DeliveryState.PLANNED, "planned_at": now}
        if rows:
            connection.execute(deliveries.insert(), [row | state for row in rows])
        papers = [
            {"edition_id": edition_id, "subscriber_id": subscriber_id, "paper_id": paper_id}
            for paper_id in dict.fromkeys(paper_ids)
        ]
        if papers:
            connection.execute(edition_papers.insert(), papers)
        return edition_id


def claim_next(store: Store, *, edition_id: int, target_id: int, lease_seconds: float, now: datetime) -> Claim | None:
    """Claim the first part that is not final, if it may be sent now. Of two callers one gets it.

    None too while the reader is paused or the address is unconfirmed or gone (invariant 5).
    """
    token = str(uuid.uuid4())
    statement = (
        move(DeliveryState.CLAIMED)
        .where(deliveries.c.edition_id == edition_id, deliveries.c.target_id == target_id, *_is_due(now))
        .values(
            claim=token,
            lease_until=now + timedelta(seconds=lease_seconds),
            attempts=deliveries.c.attempts + 1,
            begun_at=None,
            not_before=None,
        )
    )
    with store.writing() as connection:
        row = connection.execute(statement.returning(deliveries)).one_or_none()
        if row is None:
            return None
        address, language, empty_because = connection.execute(_select_around(row.id)).one()
    return Claim(
        delivery_id=row.id,
        token=token,
        edition_id=edition_id,
        target_id=target_id,
        part=row.part,
        channel=row.channel,
        address=address,
        body=row.body,
        attempts=row.attempts,
        is_repeat=row.unknown_at is not None,
        language=language,
        is_empty=empty_because is not None,
    )


def begin(store: Store, claim: Claim, now: datetime) -> bool:
    """Say that the message leaves the house now; False when the claim is no longer ours, then it must not."""
    ours = (deliveries.c.id == claim.delivery_id, deliveries.c.claim == claim.token)
    statement = update(deliveries).where(*ours, deliveries.c.lease_until >= now).values(begun_at=now)
    with store.writing() as connection:
        return connection.execute(statement.returning(deliveries.c.id)).one_or_none() is not None


def settle(store: Store, claim: Claim, outcome: str | DeliveryError, now: datetime) -> DeliveryState | None:
    """Write down how the attempt ended: the provider's id, or the error. None when the claim is no longer ours."""
    state = judge(outcome, attempts=claim.attempts, is_repeat=claim.is_repeat)
    values = build_values(state, outcome, attempts=claim.attempts, now=now)
    ours = (deliveries.c.id == claim.delivery_id, deliveries.c.claim == claim.token)
    with store.writing() as connection:
        moved = connection.execute(move(state).where(*ours).values(values).returning(deliveries.c.id)).all()
    return state if moved else None


def expire_claims(store: Store, now: datetime) -> int:
    """Close the claims whose sender did not come back; returns how many.

    One whose send never began is as it was before. One whose send had begun is `unknown` and will be repeated at
    once; when it was the repeat, `failed`. So is what has been claimed MAX_ATTEMPTS times and kills whoever holds it.
    """
    claimed = (deliveries.c.state == DeliveryState.CLAIMED, deliveries.c.lease_until < now)
    has_begun, was_unknown = deliveries.c.begun_at.is_not(None), deliveries.c.unknown_at.is_not(None)
    ends = or_(and_(has_begun, was_unknown), and_(~has_begun, deliveries.c.attempts >= MAX_ATTEMPTS))
    free = {"claim": None, "lease_until": None, "error": "the sender did not come back"}
    unknown_at = case((was_unknown, deliveries.c.unknown_at), else_=literal(now, UtcDateTime()))
    # In this order: what one statement has moved, the next no longer finds.
    moves = (
        move(DeliveryState.FAILED).where(*claimed, ends).values(finished_at=now, **free),
        move(DeliveryState.UNKNOWN).where(*claimed, or_(has_begun, was_unknown)).values(unknown_at=unknown_at, **free),
        move(DeliveryState.PLANNED).where(*claimed).values(**free),
    )
    with store.writing() as connection:
        return sum(len(connection.execute(one.returning(deliveries.c.id)).all()) for one in moves)


def retry_failed(store: Store, delivery_id: int, now: datetime) -> bool:
    """An operator's retry. `unknown_at` stays: what may have been sent before goes out marked as a repeat."""
    statement = (
        move(DeliveryState.PLANNED)
        .where(deliveries.c.id == delivery_id, deliveries.c.state == DeliveryState.FAILED)
        .values(attempts=0, planned_at=now, not_before=None, finished_at=None, error="")
    )
    with store.writing() as connection:
        return connection.execute(statement.returning(deliveries.c.id)).one_or_none() is not None


def due_targets(store: Store, now: datetime, *, channel: str | None = None, limit: int = 500) -> list[tuple[int, int]]:
    """(edition id, target id) pairs whose next part may be claimed now, the longest planned first."""
    claimable = [DeliveryState.PLANNED, DeliveryState.DEFERRED, DeliveryState.UNKNOWN]
    query = (
        select(deliveries.c.edition_id, deliveries.c.target_id)
        .where(deliveries.c.state.in_(claimable), *_is_due(now))
        .order_by(deliveries.c.planned_at, deliveries.c.id)
        .limit(limit)
    )
    if channel is not None:
        query = query.where(deliveries.c.channel == channel)
    with store.reading() as connection:
        return [(row.edition_id, row.target_id) for row in connection.execute(query)]


def sent_paper_ids(
    store: Store, subscriber_ids: Collection[int], among: Collection[ArxivId]
) -> dict[int, set[ArxivId]]:
    """Those of the papers `among` that stand in an edition of a reader, for every one of the readers."""
    everybody = list(subscriber_ids)
    sent: dict[int, set[ArxivId]] = {subscriber_id: set() for subscriber_id in everybody}
    query = select(edition_papers.c.subscriber_id, edition_papers.c.paper_id).where(
        edition_papers.c.paper_id.in_(among)
    )
    with store.reading() as connection:
        for start in range(0, len(everybody), _MAX_IDS):
            of_some = edition_papers.c.subscriber_id.in_(everybody[start : start + _MAX_IDS])
            for row in connection.execute(query.where(of_some)):
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


def count_states(store: Store, announced_on: date) -> dict[DeliveryState, int]:
    """How many parts of that announcement's editions are in each state; states without any are left out."""
    query = (
        select(deliveries.c.state, func.count())
        .join(editions, editions.c.id == deliveries.c.edition_id)
        .where(editions.c.announced_on == announced_on)
        .group_by(deliveries.c.state)
    )
    with store.reading() as connection:
        return {DeliveryState(state): count for state, count in connection.execute(query)}


def _select_around(delivery_id: int) -> Select[Any]:
    return (
        select(
            targets.c.address,
            subscribers.c.language,
            editions.c.digest["nothing"].as_string().label("empty_because"),
        )
        .select_from(deliveries)
        .join(targets, targets.c.id == deliveries.c.target_id)
        .join(editions, editions.c.id == deliveries.c.edition_id)
        .join(subscribers, subscribers.c.id == editions.c.subscriber_id)
        .where(deliveries.c.id == delivery_id)
    )


def _is_due(now: datetime) -> Iterable[ColumnElement[bool]]:
    """Conditions on `deliveries`, besides its state: not to wait, nothing open before it, somebody to send to."""
    earlier = deliveries.alias()
    yield or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= now)
    # Parts arrive in order; one that failed for good does not hold up the rest.
    yield ~exists().where(
        earlier.c.edition_id == deliveries.c.edition_id,
        earlier.c.target_id == deliveries.c.target_id,
        earlier.c.part < deliveries.c.part,
        earlier.c.state.not_in(FINAL),
    )
    yield exists().where(
        targets.c.id == deliveries.c.target_id, targets.c.subscriber_id == subscribers.c.id, *_is_reachable()
    )


def _is_reachable() -> Iterable[ColumnElement[bool]]:
    yield targets.c.confirmed_at.is_not(None)
    yield targets.c.gone_at.is_(None)
    yield subscribers.c.paused_at.is_(None)


def _find_reachable(connection: Connection, subscriber_id: int) -> set[int]:
    query = (
        select(targets.c.id)
        .join(subscribers, subscribers.c.id == targets.c.subscriber_id)
        .where(subscribers.c.id == subscriber_id, *_is_reachable(), targets.c.muted_at.is_(None))
        # PostgreSQL: the reader cannot be forgotten until the rows that point at them are written.
        .with_for_update(read=True, key_share=True)
    )
    return set(connection.execute(query).scalars())


def _insert_edition(store: Store, connection: Connection, row: dict[str, Any]) -> int | None:
    statement = store.insert(editions).values(row).on_conflict_do_nothing(index_elements=["subscriber_id", "slot"])
    return connection.execute(statement.returning(editions.c.id)).scalar_one_or_none()


def _move_on(connection: Connection, subscriber_id: int, served_on: date | None, next_due: datetime | None) -> None:
    """An older batch never takes them back."""
    values: dict[str, Any] = {"next_due": next_due}
    if served_on is not None:
        is_newer = or_(subscribers.c.served_on.is_(None), subscribers.c.served_on < served_on)
        values["served_on"] = case((is_newer, literal(served_on, Date())), else_=subscribers.c.served_on)
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(values))


def _find_edition(connection: Connection, subscriber_id: int, slot: str) -> int | None:
    query = select(editions.c.id).where(editions.c.subscriber_id == subscriber_id, editions.c.slot == slot)
    return connection.execute(query).scalar_one_or_none()
