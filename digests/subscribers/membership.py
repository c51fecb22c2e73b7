"""Joining and leaving (invariant 5)."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, literal, select, update

from digests.delivery.channel import EMAIL
from digests.errors import InputError
from digests.store.engine import Store
from digests.store.tables import UtcDateTime, confirmations, forgotten, subscribers, targets
from digests.subscribers.addresses import clean_address, hash_address
from digests.subscribers.beginning import begin_now
from digests.subscribers.directory import build_target, load_on, lock, select_target
from digests.subscribers.leaving import leave
from digests.subscribers.subscriber import Subscriber, Target

_TIMEZONE: Final = "Asia/Shanghai"
#: In the place of a channel, in hashes of addresses that are nobody's here.
_ASKED: Final = "asked"


def join(
    store: Store,
    *,
    channel: str,
    address: str,
    language: str = "zh",
    confirmed: bool,
    now: datetime,
    salt: bytes,
    asked_again: bool = False,
) -> Subscriber:
    """The subscriber at this address, made if there is none: the same address always gives the same one.

    confirmed    its owner has said that it is theirs (a chat by talking to us). Never taken back by a later call;
                 it also revives an address that had gone.
    asked_again  its owner asks by themselves, now. Without it an address that was forgotten stays so, however
                 `confirmed` the operator's list says it is.
    Raises       InputError: `chat.forgotten_address`, and for an address that cannot be one.
    """
    clean = clean_address(channel, address)
    with store.writing() as connection:
        if asked_again:
            address_hash = hash_address(channel, clean, salt)
            connection.execute(delete(forgotten).where(forgotten.c.address_hash == address_hash))
        else:
            refuse_forgotten(connection, clean, salt, channel=channel)
        target_id, subscriber_id = _find_or_make(store, connection, channel, clean, language, now)
        if confirmed:
            confirm_target(connection, target_id, now)
        return load_on(connection, subscriber_id)


def add_address(
    store: Store, subscriber_id: int, *, channel: str, address: str, confirmed: bool, now: datetime, salt: bytes
) -> Subscriber:
    """Give a subscriber one more address; one that they have already is left as it is, or confirmed.

    Raises  InputError: `chat.address_taken` (somebody else's), `chat.forgotten_address`, `chat.no_such_subscriber`,
            and for an address that cannot be one.
    """
    clean = clean_address(channel, address)
    with store.writing() as connection:
        load_on(connection, subscriber_id)
        refuse_forgotten(connection, clean, salt, channel=channel)
        row = store.insert(targets).values(subscriber_id=subscriber_id, channel=channel, address=clean)
        connection.execute(row.on_conflict_do_nothing())
        found = connection.execute(select_target(channel, clean)).one()
        if found.subscriber_id != subscriber_id:
            raise InputError("another subscriber's", code="chat.address_taken", fields={"address": clean})
        if confirmed:
            confirm_target(connection, found.id, now)
        return load_on(connection, subscriber_id)


def remove_address(store: Store, subscriber_id: int, text: str, now: datetime) -> Target:
    """Send nothing to a mail address of theirs any more, as by the link in a mail; `text` is it, or its Target.id.

    Raises  InputError: `chat.no_such_address`, `chat.no_such_subscriber`.
    """
    wanted = text.strip().lower()
    with store.reading() as connection:
        theirs = load_on(connection, subscriber_id).targets
    for target in theirs:
        if target.channel == EMAIL and target.is_usable and wanted in {str(target.id), target.address}:
            return leave(store, target.id, now) or target
    raise InputError("not an address of theirs", code="chat.no_such_address")


def forget(store: Store, subscriber_id: int, *, salt: bytes, now: datetime) -> None:
    """Remove every row of theirs, what was sent to them included; a salted hash of each address stays.

    So does one of each address that they have lately asked a code for: whoever is forgotten and comes back, again and
    again, could fill a stranger's mailbox with them.
    Raises  InputError `chat.no_such_subscriber`.
    """
    with store.writing() as connection:
        lock(connection, subscriber_id)
        theirs = {(target.channel, target.address) for target in load_on(connection, subscriber_id).targets}
        addresses = [address for _, address in theirs]
        asked = select(confirmations.c.address).where(confirmations.c.subscriber_id == subscriber_id)
        strangers = {(_ASKED, address) for address in connection.execute(asked).scalars() if address not in addresses}
        for channel, address in sorted(theirs | strangers):
            _keep_hash(store, connection, hash_address(channel, address, salt), now)
        connection.execute(delete(confirmations).where(confirmations.c.address.in_(addresses)))
        # Every other table of theirs hangs on this row with ON DELETE CASCADE.
        connection.execute(delete(subscribers).where(subscribers.c.id == subscriber_id))


def refuse_forgotten(connection: Connection, address: str, salt: bytes, *, channel: str = EMAIL) -> None:
    """`address` as clean_address gives it. Raises InputError `chat.forgotten_address`."""
    if _find_forgotten_at(connection, hash_address(channel, address, salt)) is not None:
        raise InputError("this address was forgotten", code="chat.forgotten_address")


def was_asked_for(connection: Connection, address: str, salt: bytes) -> datetime | None:
    """When somebody was forgotten who had asked a code for this mail address."""
    return _find_forgotten_at(connection, hash_address(_ASKED, address, salt))


def confirm_target(connection: Connection, target_id: int, now: datetime) -> None:
    """It is theirs, and alive. Who could be reached nowhere begins anew: the days between would be one heap."""
    subscriber_id = connection.execute(select(targets.c.subscriber_id).where(targets.c.id == target_id)).scalar_one()
    rows = connection.execute(select(targets).where(targets.c.subscriber_id == subscriber_id)).all()
    if not any(build_target(row).is_wanted for row in rows):
        begin_now(connection, subscriber_id)
    confirmed_at = func.coalesce(targets.c.confirmed_at, literal(now, UtcDateTime()))
    values = {"confirmed_at": confirmed_at, "gone_at": None, "gone_reason": ""}
    connection.execute(update(targets).where(targets.c.id == target_id).values(values))


def _keep_hash(store: Store, connection: Connection, address_hash: str, now: datetime) -> None:
    row = store.insert(forgotten).values(address_hash=address_hash, forgotten_at=now)
    newest = row.on_conflict_do_update(index_elements=["address_hash"], set_={"forgotten_at": now})
    connection.execute(newest)


def _find_forgotten_at(connection: Connection, address_hash: str) -> datetime | None:
    query = select(forgotten.c.forgotten_at).where(forgotten.c.address_hash == address_hash)
    return connection.execute(query).scalar_one_or_none()


def _find_or_make(
    store: Store, connection: Connection, channel: str, address: str, language: str, now: datetime
) -> tuple[int, int]:
    """The ids of target and subscriber."""
    found = connection.execute(select_target(channel, address)).one_or_none()
    if found is not None:
        return found.id, found.subscriber_id
    row = store.insert(subscribers).values(language=language, timezone=_TIMEZONE, joined_at=now)
    subscriber_id = connection.execute(row.returning(subscribers.c.id)).scalar_one()
    begin_now(connection, subscriber_id)
    target = store.insert(targets).values(subscriber_id=subscriber_id, channel=channel, address=address)
    target_id = connection.execute(target.on_conflict_do_nothing().returning(targets.c.id)).scalar_one_or_none()
    if target_id is not None:
        return target_id, subscriber_id
    # On PostgreSQL the same address can join twice at the same moment: the other call won, and has committed.
    connection.execute(delete(subscribers).where(subscribers.c.id == subscriber_id))
    winner = connection.execute(select_target(channel, address)).one()
    return winner.id, winner.subscriber_id
