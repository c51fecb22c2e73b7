"""What the end of an attempt makes of a delivery: pure, so that the whole table can be read and tested in one place."""

from datetime import datetime, timedelta
from typing import Any, Final

from digests.delivery.states import FINAL, DeliveryState
from digests.errors import Deferred, DeliveryError, RecipientGone, Unknown

#: A deferral's wait doubles with each attempt up to an hour, so that this many take a good day.
MAX_ATTEMPTS: Final = 30
_MAX_WAIT_SECONDS: Final = 3600.0
#: A lost answer often means that the other side is in trouble: the one repeat is not wasted on the same minute.
REPEAT_AFTER: Final = timedelta(minutes=2)
_MAX_ERROR_CHARS: Final = 500
_MAX_PROVIDER_ID_CHARS: Final = 200


def judge(outcome: str | DeliveryError, *, attempts: int, is_repeat: bool) -> DeliveryState:
    """The next state. `outcome` is the provider's id or the error; `attempts` counts the one that just ended."""
    match outcome:
        case str():
            return DeliveryState.SENT
        case Deferred() if attempts < MAX_ATTEMPTS:
            return DeliveryState.DEFERRED
        case Unknown() if not is_repeat:
            return DeliveryState.UNKNOWN
        case RecipientGone():
            return DeliveryState.GONE
        case _:
            return DeliveryState.FAILED


def build_values(state: DeliveryState, outcome: str | DeliveryError, *, attempts: int, now: datetime) -> dict[str, Any]:
    """The columns that change with the move to `state`."""
    values: dict[str, Any] = {"claim": None, "lease_until": None, "error": ""}
    if isinstance(outcome, str):
        values["provider_id"] = storable(outcome, _MAX_PROVIDER_ID_CHARS)
    else:
        values["error"] = storable(str(outcome))
    if state is DeliveryState.DEFERRED and isinstance(outcome, Deferred):
        values["not_before"] = now + _wait(outcome.retry_after_seconds, attempts)
    if state is DeliveryState.UNKNOWN:
        values |= {"unknown_at": now, "not_before": now + REPEAT_AFTER}
    if state in FINAL:
        values["finished_at"] = now
    if state in {DeliveryState.SENT, DeliveryState.GONE}:
        # A failed part keeps its words for an operator's retry.
        values["body"] = ""
    return values


def storable(text: str, max_chars: int = _MAX_ERROR_CHARS) -> str:
    """A server's words: PostgreSQL refuses NUL, both refuse the surrogates that stand for undecodable bytes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:max_chars]


def _wait(asked_seconds: float, attempts: int) -> timedelta:
    asked = max(asked_seconds, 1.0)
    return timedelta(seconds=max(asked, min(asked * 2.0 ** (attempts - 1), _MAX_WAIT_SECONDS)))
