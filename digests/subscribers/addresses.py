"""What an address must look like, and what is left of one that was forgotten."""

import hmac
import re
from hashlib import sha256
from typing import Final

from digests.delivery.channel import EMAIL, TELEGRAM
from digests.errors import InputError
from digests.subscribers.typed import make_readable, shorten

# The dot-atom of RFC 5322 §3.2.3 (no quoted local parts), lengths of RFC 5321 §4.5.3.1, a last label with a letter.
_LOCAL: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"({_LABEL}\.)+(?=[0-9-]*[a-z]){_LABEL}")
_MAX_MAIL_CHARS: Final = 254
_MAX_LOCAL_CHARS: Final = 64
# Telegram's ids have at most 52 significant bits.
_MAX_TELEGRAM_ID: Final = 2**52


def clean_address(channel: str, address: str) -> str:
    """The one form under which we keep this address.

    Raises  InputError: `chat.bad_channel`, `chat.bad_mail_address`, `chat.bad_telegram_id`.
    """
    if channel == TELEGRAM:
        return _clean_telegram_id(address.strip())
    if channel == EMAIL:
        return _clean_mail_address(address.strip())
    fields = {"channel": channel, "channels": f"{TELEGRAM}, {EMAIL}"}
    raise InputError("no such channel", code="chat.bad_channel", fields=fields)


def hash_address(channel: str, address: str, salt: bytes) -> str:
    """All that is kept of a forgotten address: without `salt` nobody can try addresses against it."""
    return hmac.digest(salt, f"{channel}:{address}".encode(), sha256).hex()


def _clean_telegram_id(address: str) -> str:
    digits = address.removeprefix("-")
    # The length first: int() refuses thousands of digits with an error of its own.
    if not (digits.isdecimal() and len(digits) <= 16 and 0 < int(digits) < _MAX_TELEGRAM_ID):
        raise InputError("not a Telegram chat id", code="chat.bad_telegram_id", fields=_echo(address))
    return str(int(address))


def _clean_mail_address(address: str) -> str:
    # The standard library's parser takes comments and groups, and on "a@[" it breaks inside with AttributeError.
    local, _, written = address.rpartition("@")
    try:
        domain = written.encode("idna").decode().lower()
    except UnicodeError as error:
        raise _bad_mail_address(address) from error
    if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) and _is_short_enough(local, domain)):
        raise _bad_mail_address(address)
    # RFC 5321 §2.4 lets a host tell case apart in the local part. None in use does, and people write LIN@ and lin@
    # alike: as two addresses they would get everything twice, and be forgotten by halves.
    return f"{local.lower()}@{domain}"


def _is_short_enough(local: str, domain: str) -> bool:
    return len(local) <= _MAX_LOCAL_CHARS and len(local) + 1 + len(domain) <= _MAX_MAIL_CHARS


def _bad_mail_address(address: str) -> InputError:
    return InputError("not a mail address", code="chat.bad_mail_address", fields=_echo(address))


def _echo(address: str) -> dict[str, str]:
    return {"address": make_readable(shorten(address))}
