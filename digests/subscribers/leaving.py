"""Leaving by the link in a mail: it names one address and cannot be made by anybody else (invariant 5)."""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select

from digests.delivery.addresses import mark_gone
from digests.store.engine import Store
from digests.store.tables import targets
from digests.subscribers.directory import build_target
from digests.subscribers.subscriber import Target

LEFT: Final = "left"
# Half of SHA-256 is enough against guessing, and the link stays short.
_MAC_BYTES: Final = 16
_MAX_ID_DIGITS: Final = 18


def leave(store: Store, target_id: int, now: datetime) -> Target | None:
    """Send nothing to this address any more, what is planned included; the reader's others stay. None: no such address.

    Twice is once.
    """
    mark_gone(store, target_id, LEFT, now)
    with store.reading() as connection:
        row = connection.execute(select(targets).where(targets.c.id == target_id)).one_or_none()
    return None if row is None else build_target(row)


def sign_target(target_id: int, address: str, salt: bytes) -> str:
    """A token for a link, of letters, digits and `-_.`; it stays valid as long as the address is there.

    The address too: a database made anew, or an older one on SQLite, gives a number that was free to somebody else.
    """
    mac = hmac.digest(salt, f"leave\0{target_id}\0{address}".encode(), sha256)[:_MAC_BYTES]
    return f"{target_id}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


def find_target(store: Store, token: str, salt: bytes) -> int | None:
    """The target of a token that we signed for its address; None for any other text."""
    number, _, _mac = token.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) <= _MAX_ID_DIGITS):
        return None
    target_id = int(number)
    with store.reading() as connection:
        address = connection.scalar(select(targets.c.address).where(targets.c.id == target_id))
    if address is None:
        return None
    # As bytes: compare_digest refuses other letters than ASCII in a str.
    is_ours = hmac.compare_digest(token.encode("utf-8", "replace"), sign_target(target_id, address, salt).encode())
    return target_id if is_ours else None
