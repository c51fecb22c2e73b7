"""Proving a mail address: a code goes there, and comes back through the chat (invariant 5)."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, select, update

from digests.delivery.channel import EMAIL
from digests.delivery.codes import DIGITS, CodeState, build_code
from digests.errors import InputError
from digests.store.engine import Store
from digests.store.tables import confirmations, subscribers, targets
from digests.subscribers.addresses import clean_address
from digests.subscribers.directory import load_on, lock, select_target
from digests.subscribers.membership import confirm_target, refuse_forgotten, was_asked_for
from digests.subscribers.merging import merge
from digests.subscribers.schedule import Schedule
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.typed import fold_setting

VALID: Final = timedelta(minutes=30)
_MAX_TRIES: Final = 5
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_PER_HOUR: Final = 3
_PER_DAY: Final = 10
_PER_ADDRESS_AND_DAY: Final = 3


@dataclass(frozen=True, slots=True)
class Proved:
    """`merged`: the address was another subscriber's, who is this one now."""

    subscriber: Subscriber
    address: str
    merged: bool


def ask_code(store: Store, subscriber_id: int, address: str, *, now: datetime, salt: bytes) -> str:
    """Plan a mail with a code to `address`; returns the address as it is kept. Whose it is now makes no difference.

    Raises  InputError: `chat.bad_mail_address`, `chat.forgotten_address`, `chat.mail_is_yours`,
            `chat.too_many_codes` and `chat.too_many_codes_there` with `free_at`, the moment from which it works again
            (aware, in their zone).
    """
    clean = clean_address(EMAIL, address)
    with store.writing() as connection:
        lock(connection, subscriber_id)
        if store.is_postgresql:
            # Two subscribers who ask for one address at the same moment count one after the other.
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(clean))))
        subscriber = load_on(connection, subscriber_id)
        refuse_forgotten(connection, clean, salt)
        if any(
            target.is_usable and (target.channel, target.address) == (EMAIL, clean) for target in subscriber.targets
        ):
            raise InputError("it is theirs already", code="chat.mail_is_yours", fields={"address": clean})
        _refuse_too_many(connection, subscriber, clean, now, salt)
        _plan(connection, subscriber_id, clean, now)
    return clean


def check_code(store: Store, subscriber_id: int, text: str, *, now: datetime, salt: bytes) -> Proved:
    """Take the address that the newest code was sent to, if `text` is that code.

    Raises  InputError: `chat.bad_code` (not six digits), `chat.no_code`, `chat.code_expired`, `chat.wrong_code`,
            `chat.code_used_up`, `chat.forgotten_address`.
    """
    typed = _find_code(text)
    if typed is None:
        raise InputError(f"not {DIGITS} digits", code="chat.bad_code")
    with store.writing() as connection:
        asked, owner = _lock_both(connection, subscriber_id)
        tries_left = _count_try(connection, asked, now)
        if hmac.compare_digest(typed, build_code(asked.nonce, asked.address, salt)):
            refuse_forgotten(connection, asked.address, salt)
            return _take_address(connection, subscriber_id, owner, asked.address, now)
    # Outside: the try is to stay counted.
    if tries_left:
        raise InputError("another code", code="chat.wrong_code", fields={"tries_left": tries_left})
    raise _used_up()


def is_open_code(store: Store, subscriber_id: int, text: str, now: datetime) -> bool:
    """Whether `text` looks like a code, right or wrong, while this subscriber has one that still can be typed."""
    if _find_code(text) is None:
        return False
    with store.reading() as connection:
        newest = connection.execute(_select_newest(subscriber_id)).one_or_none()
    return newest is not None and newest.expires_at > now and newest.tries < _MAX_TRIES


def _find_code(text: str) -> str | None:
    typed = fold_setting(text).replace(" ", "")
    return typed if len(typed) == DIGITS and typed.isascii() and typed.isdecimal() else None


def _refuse_too_many(connection: Connection, subscriber: Subscriber, address: str, now: datetime, salt: bytes) -> None:
    mine, there = confirmations.c.subscriber_id == subscriber.id, confirmations.c.address == address
    limits = (
        (mine, _HOUR, _PER_HOUR, "chat.too_many_codes"),
        (mine, _DAY, _PER_DAY, "chat.too_many_codes"),
        (there, _DAY, _PER_ADDRESS_AND_DAY, "chat.too_many_codes_there"),
    )
    for whose, window, most, code in limits:
        free_at = _find_free_at(connection, whose, now, window, most)
        if free_at is not None:
            raise _too_many(code, address, free_at, subscriber)
    asked_at = was_asked_for(connection, address, salt)
    if asked_at is not None and asked_at > now - _DAY:
        raise _too_many("chat.too_many_codes_there", address, asked_at + _DAY, subscriber)


def _find_free_at(
    connection: Connection, whose: ColumnElement[bool], now: datetime, window: timedelta, most: int
) -> datetime | None:
    """When there is room for one more; None = now."""
    query = (
        select(confirmations.c.asked_at)
        .where(whose, confirmations.c.asked_at > now - window)
        .order_by(confirmations.c.asked_at.desc())
        .limit(most)
    )
    asked = list(connection.execute(query).scalars())
    return asked[-1] + window if len(asked) == most else None


def _too_many(code: str, address: str, free_at: datetime, subscriber: Subscriber) -> InputError:
    # Rounded up: at that minute it works.
    local = (free_at + timedelta(minutes=1)).astimezone(Schedule(subscriber.timezone).zone)
    return InputError("too many codes", code=code, fields={"address": address, "free_at": local})


def _plan(connection: Connection, subscriber_id: int, address: str, now: datetime) -> None:
    # They are kept for the limits only.
    connection.execute(delete(confirmations).where(confirmations.c.asked_at <= now - _DAY))
    # Only the newest code counts, so an older one is not sent any more.
    waiting = (confirmations.c.subscriber_id == subscriber_id, confirmations.c.state == CodeState.PLANNED)
    connection.execute(update(confirmations).where(*waiting).values(state=CodeState.FAILED, error="asked again"))
    connection.execute(
        confirmations.insert().values(
            subscriber_id=subscriber_id,
            address=address,
            nonce=secrets.token_hex(16),
            asked_at=now,
            expires_at=now + VALID,
            state=CodeState.PLANNED,
        )
    )


def _lock_both(connection: Connection, subscriber_id: int) -> tuple[Row[Any], int | None]:
    """Lock the one who typed and whose address it is now; returns the newest code and the latter."""
    _lock_with_owner(connection, subscriber_id, _find_newest(connection, subscriber_id).address)
    # Once more: another code may have been asked for, or somebody joined, while we waited for the lock.
    newest = _find_newest(connection, subscriber_id)
    return newest, _lock_with_owner(connection, subscriber_id, newest.address)


def _lock_with_owner(connection: Connection, subscriber_id: int, address: str) -> int | None:
    found = connection.execute(select_target(EMAIL, address)).one_or_none()
    owner = found.subscriber_id if found else None
    lock(connection, subscriber_id, *([owner] if owner else []))
    return owner


def _find_newest(connection: Connection, subscriber_id: int) -> Row[Any]:
    newest = connection.execute(_select_newest(subscriber_id)).one_or_none()
    if newest is None:
        raise InputError("no code was asked for", code="chat.no_code")
    return newest


def _select_newest(subscriber_id: int) -> Select[Any]:
    theirs = select(confirmations).where(confirmations.c.subscriber_id == subscriber_id)
    return theirs.order_by(confirmations.c.id.desc()).limit(1)


def _count_try(connection: Connection, asked: Row[Any], now: datetime) -> int:
    """How many are left after this one."""
    if asked.expires_at <= now:
        raise InputError("too late", code="chat.code_expired")
    if asked.tries >= _MAX_TRIES:
        raise _used_up()
    tries: int = asked.tries + 1
    connection.execute(update(confirmations).where(confirmations.c.id == asked.id).values(tries=tries))
    return _MAX_TRIES - tries


def _used_up() -> InputError:
    return InputError("too many tries", code="chat.code_used_up", fields={"max_tries": _MAX_TRIES})


def _take_address(connection: Connection, subscriber_id: int, owner: int | None, address: str, now: datetime) -> Proved:
    if owner is None:
        connection.execute(targets.insert().values(subscriber_id=subscriber_id, channel=EMAIL, address=address))
    merged = owner is not None and owner != subscriber_id and _take_over(connection, subscriber_id, owner, address)
    target_id = connection.execute(select_target(EMAIL, address)).one().id
    confirm_target(connection, target_id, now)
    # They have just asked for mail here.
    connection.execute(update(targets).where(targets.c.id == target_id).values(muted_at=None))
    values = {"next_due": None}
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(values))
    _close_codes(connection, subscriber_id, address, now)
    return Proved(load_on(connection, subscriber_id), address, merged)


def _close_codes(connection: Connection, subscriber_id: int, address: str, now: datetime) -> None:
    """None of theirs is open any more, those that they asked for earlier included."""
    theirs = confirmations.c.subscriber_id == subscriber_id
    connection.execute(delete(confirmations).where(theirs, confirmations.c.address == address))
    # The others stay for the limits: by proving addresses of one's own one could else fill a stranger's mailbox.
    is_open = confirmations.c.expires_at > now
    connection.execute(update(confirmations).where(theirs, is_open).values(expires_at=now))


def _take_over(connection: Connection, subscriber_id: int, owner: int, address: str) -> bool:
    """Whether the two became one. An address that its owner never proved says nothing about the rest of theirs."""
    others = [target for target in load_on(connection, owner).targets if target.address != address]
    is_proved = select(targets.c.confirmed_at).where(targets.c.channel == EMAIL, targets.c.address == address)
    if others and connection.execute(is_proved).scalar_one() is None:
        ours = update(targets).where(targets.c.channel == EMAIL, targets.c.address == address)
        connection.execute(ours.values(subscriber_id=subscriber_id))
        return False
    merge(connection, subscriber_id, owner)
    return True
