"""The record of every send: a row is planned, claimed and settled; nothing leaves the house without one (invariant 4).

A row may be sent twice at most: `unknown_at` is set when an attempt ends without an answer, the next one is the marked
repeat, and a repeat without an answer is `failed`. Attempts that were certainly not sent do not count.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select, update

from digests.delivery.editions import is_reachable
from digests.delivery.outcomes import MAX_ATTEMPTS, build_values, judge
from digests.delivery.states import FINAL, DeliveryState, move
from digests.errors import DeliveryError
from digests.store.engine import Store
from digests.store.tables import UtcDateTime, deliveries, editions, subscribers, targets


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
        targets.c.id == deliveries.c.target_id, targets.c.subscriber_id == subscribers.c.id, *is_reachable()
    )
