"""Codes that prove an address: the only mail to one that is not confirmed (invariant 5).

planned → claimed → sent | planned, later | failed. An attempt without an answer counts as sent: who waits in vain asks
for another code.
"""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import structlog
from sqlalchemy import Update, or_, select, update

from digests.clock import Now
from digests.delivery.channel import Message, MessageChannel
from digests.delivery.outcomes import storable
from digests.errors import ChannelDown, Deferred, DeliveryError, Unknown
from digests.rendering.email import Mail
from digests.store.engine import Store
from digests.store.tables import confirmations, subscribers

log = structlog.get_logger(__name__)

DIGITS: Final = 6
_MAX_ATTEMPTS: Final = 5
#: Of the lease. An attempt that takes longer is given up while the claim is still ours to settle.
_SEND_SHARE: Final = 0.8


class CodeState(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    id: int
    address: str
    nonce: str
    language: str
    attempts: int
    expires_at: datetime


def build_code(nonce: str, address: str, salt: bytes) -> str:
    """Six digits that nobody can work out without `salt`."""
    digest = hmac.digest(salt, f"code\0{nonce}\0{address}".encode(), sha256)
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"


async def send_codes(
    store: Store,
    channel: MessageChannel,
    *,
    build_mail: Callable[[str, str], Mail],
    now: Now,
    salt: bytes,
    lease_seconds: float = 120.0,
) -> int:
    """Send what was asked for and has not expired, one after another; returns how many went out.

    build_mail  (code, language) → the mail
    """
    await asyncio.to_thread(_close_lost, store, now())
    sent = 0
    for confirmation_id in await asyncio.to_thread(_find_due, store, now()):
        claim = await asyncio.to_thread(_claim, store, confirmation_id, now(), lease_seconds)
        if claim is None:
            continue
        error = await _send(channel, _build_message(claim, build_mail, salt), lease_seconds)
        state = await asyncio.to_thread(_settle, store, claim, error, now())
        log.info("code_settled", confirmation_id=claim.id, state=state, error=type(error).__name__ if error else None)
        sent += state is CodeState.SENT
        if isinstance(error, ChannelDown):
            break
    return sent


def _build_message(claim: _Claim, build_mail: Callable[[str, str], Mail], salt: bytes) -> Message:
    mail = build_mail(build_code(claim.nonce, claim.address, salt), claim.language)
    return Message(
        address=claim.address,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        # The nonce too: a database made anew counts from 1 again.
        own_reference=f"code-{claim.id}-{claim.nonce[:8]}",
    )


async def _send(channel: MessageChannel, message: Message, lease_seconds: float) -> DeliveryError | None:
    try:
        async with asyncio.timeout(lease_seconds * _SEND_SHARE):
            await channel.wait_turn(message)
            await channel.send(message)
    except TimeoutError:
        return Unknown("no answer while the claim was ours")
    except DeliveryError as error:
        return error
    return None


def _close_lost(store: Store, now: datetime) -> None:
    """Claims whose sender did not come back; until then `not_before` is the end of the claim."""
    lost = update(confirmations).where(confirmations.c.state == CodeState.CLAIMED, confirmations.c.not_before < now)
    with store.writing() as connection:
        connection.execute(lost.values(state=CodeState.SENT, error="the sender did not come back"))


def _find_due(store: Store, now: datetime) -> list[int]:
    query = select(confirmations.c.id).where(*_is_due(now)).order_by(confirmations.c.id)
    with store.reading() as connection:
        return list(connection.execute(query).scalars())


def _is_due(now: datetime) -> tuple[Any, ...]:
    return (
        confirmations.c.state == CodeState.PLANNED,
        or_(confirmations.c.not_before.is_(None), confirmations.c.not_before <= now),
        confirmations.c.expires_at > now,
    )


def _claim(store: Store, confirmation_id: int, now: datetime, lease_seconds: float) -> _Claim | None:
    """Of two callers one gets it."""
    statement = (
        _update(confirmation_id)
        .where(*_is_due(now))
        .values(
            state=CodeState.CLAIMED,
            attempts=confirmations.c.attempts + 1,
            not_before=now + timedelta(seconds=lease_seconds),
        )
    )
    with store.writing() as connection:
        row = connection.execute(statement.returning(confirmations)).one_or_none()
        if row is None:
            return None
        language = select(subscribers.c.language).where(subscribers.c.id == row.subscriber_id)
        return _Claim(
            id=row.id,
            address=row.address,
            nonce=row.nonce,
            language=connection.execute(language).scalar_one(),
            attempts=row.attempts,
            expires_at=row.expires_at,
        )


def _settle(store: Store, claim: _Claim, error: DeliveryError | None, now: datetime) -> CodeState:
    state, not_before = _judge(claim, error, now)
    # A claim that ran out meanwhile was closed as sent, and stays so.
    ours = _update(claim.id).where(
        confirmations.c.state == CodeState.CLAIMED, confirmations.c.attempts == claim.attempts
    )
    values = {"state": state, "not_before": not_before, "error": storable(str(error)) if error else ""}
    with store.writing() as connection:
        connection.execute(ours.values(values))
    return state


def _judge(claim: _Claim, error: DeliveryError | None, now: datetime) -> tuple[CodeState, datetime | None]:
    """The next state, and when to try again."""
    if error is None or isinstance(error, Unknown):
        return CodeState.SENT, None
    if isinstance(error, Deferred) and claim.attempts < _MAX_ATTEMPTS:
        again_at = now + timedelta(seconds=error.retry_after_seconds)
        if again_at < claim.expires_at:
            return CodeState.PLANNED, again_at
    return CodeState.FAILED, None


def _update(confirmation_id: int) -> Update:
    return update(confirmations).where(confirmations.c.id == confirmation_id)
