"""What a channel found out about an address, and what becomes of the parts that wait for it."""

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from digests.delivery.outcomes import storable
from digests.delivery.states import DeliveryState, move
from digests.store.engine import Store
from digests.store.tables import deliveries, targets


def mark_gone(store: Store, target_id: int, reason: str, now: datetime) -> int:
    """Never send to this address again; returns how many waiting parts were closed."""
    with store.writing() as connection:
        gone = (
            update(targets)
            .where(targets.c.id == target_id, targets.c.gone_at.is_(None))
            .values(gone_at=now, gone_reason=storable(reason))
            .returning(targets.c.subscriber_id)
        )
        subscriber_id = connection.scalars(gone).one_or_none()
        if subscriber_id is not None:
            _fall_back(connection, subscriber_id)
    return close_gone(store, now, target_id)


def _fall_back(connection: Connection, subscriber_id: int) -> None:
    """The only address where they wanted digests is dead: better an address they had switched off than silence."""
    theirs = (
        targets.c.subscriber_id == subscriber_id,
        targets.c.gone_at.is_(None),
        targets.c.confirmed_at.is_not(None),
    )
    wanted = select(targets.c.id).where(*theirs, targets.c.muted_at.is_(None))
    if connection.execute(wanted).first() is None:
        connection.execute(update(targets).where(*theirs).values(muted_at=None))


def close_gone(store: Store, now: datetime, target_id: int | None = None) -> int:
    """Close what waits for addresses that are gone, or for this one of them; returns how many.

    A part that is being sent is left to its sender.
    """
    gone = select(targets.c.id).where(targets.c.gone_at.is_not(None))
    if target_id is not None:
        gone = gone.where(targets.c.id == target_id)
    statement = (
        move(DeliveryState.GONE)
        .where(deliveries.c.state != DeliveryState.CLAIMED, deliveries.c.target_id.in_(gone))
        .values(finished_at=now, body="", not_before=None)
    )
    with store.writing() as connection:
        return len(connection.execute(statement.returning(deliveries.c.id)).all())


def move_address(store: Store, target_id: int, new_address: str) -> bool:
    """The channel says that the address is another one now. False: somebody else has that one."""
    try:
        with store.writing() as connection:
            connection.execute(update(targets).where(targets.c.id == target_id).values(address=new_address))
    except IntegrityError:
        return False
    return True
