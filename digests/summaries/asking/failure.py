"""A question that got no answer: whose fault it was, and whether another try may end better."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, Self

import openai

from digests.errors import SummaryClosed, SummaryError, SummaryRejected, SummaryUnavailable

_BUSY: Final = 429
#: Credentials, balance, permission, address or model name: the next paper would fail the same way.
_CLOSED: Final = frozenset({401, 402, 403, 404})
_RETRIED: Final = frozenset({408, 409})
_LEARNT_FROM: Final = frozenset({400, 404, 422})
# Alibaba, DeepSeek, Azure and OpenAI refuse a text by a 400 with one of these.
_REFUSALS: Final = ("data_inspection_failed", "content exists risk", "content_filter", "content_policy_violation")
_NO_BALANCE: Final = ("insufficient_quota", "insufficient balance", "arrearage")
# DeepSeek says the first with a 400 (github.com/langbot-app/LangBot/issues/1643).
_NO_MODEL: Final = ("model not exist", "model_not_found", "model not found", "unknown model", "not a valid model")
# The SDK's cause of an APIConnectionError, by name: whether httpx or httpx2 is below it is the SDK's affair.
_BEFORE_SENDING: Final = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
_MAX_MESSAGE_CHARS: Final = 200


class Retryable(Exception):
    """The attempt came to nothing; the next one may not. Never leaves the room."""

    def __init__(self, message: str, *, retry_after_seconds: float | None = None, is_half: bool = False) -> None:
        super().__init__(message)
        self.retry_after_seconds, self.is_half = retry_after_seconds, is_half

    def give_up(self, attempts: int) -> SummaryError:
        if self.is_half:
            return SummaryRejected(str(self), faults=("cut_off",))
        return SummaryUnavailable(f"{attempts} attempts failed: {self}", retry_after_seconds=self.retry_after_seconds)


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer.

    status          None: no HTTP answer, or one whose body is none
    said            all that the server said, in lower case; never shown, for it may have the key in it
    message         for people, without the key
    is_before_send  the question has certainly not arrived
    """

    message: str
    status: int | None = None
    said: str = ""
    retry_after_seconds: float | None = None
    is_before_send: bool = False

    @classmethod
    def from_status(cls, error: openai.APIStatusError, without_secrets: Callable[[str], str]) -> Self:
        # The message is prose; what it is about stands in the fields beside it, in each server's own one.
        said = f"{error.message} {error.code} {error.type} {error.param}".lower()
        # Servers repeat the key they refuse.
        message = f"HTTP {error.status_code}: {without_secrets(str(error.message))[:_MAX_MESSAGE_CHARS]}"
        return cls(message, error.status_code, said, read_retry_after(error.response.headers))

    @classmethod
    def from_connection(cls, error: openai.APIConnectionError) -> Self:
        cause = type(error.__cause__ or error).__name__
        return cls(cause, is_before_send=cause in _BEFORE_SENDING)

    @property
    def is_busy(self) -> bool:
        return self.status == _BUSY and not self._says(_NO_BALANCE)

    @property
    def is_passing(self) -> bool:
        """The server's own trouble."""
        return self.status is None or self.status >= 500 or self.status in _RETRIED

    @property
    def is_instructive(self) -> bool:
        """It may be about a part of the question that can be left out."""
        return self.status in _LEARNT_FROM and not self._says(_REFUSALS) and not self._says(_NO_MODEL)

    @property
    def error(self) -> SummaryError:
        if self._says(_REFUSALS):
            return SummaryRejected(self.message, faults=("refused",))
        if self.status in _CLOSED or self.status == _BUSY or self._says(_NO_MODEL):
            return SummaryClosed(self.message)
        return SummaryRejected(self.message, faults=("bad_request",))

    def _says(self, words: tuple[str, ...]) -> bool:
        return any(word in self.said for word in words)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; None where the server did not say, or said 0."""
    for name, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / per_second
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds > 0:
            return seconds
    return _read_retry_after_date(headers)


def _read_retry_after_date(headers: Mapping[str, str]) -> float | None:
    # By the server's clock, which ours need not agree with.
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
        seconds = (until - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError):
        return None
    return seconds if seconds > 0 else None
