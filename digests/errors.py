"""Every error that crosses a room's border. Each answers: was it sent, may we retry, when?

PaperPostError
├─ ConfigError            stop at start; lists everything wrong at once
├─ StoreError             the database or a folder cannot be used; nothing was done
├─ InputError             a person's input; `code` names the sentence in templates/phrases
│  └─ QueryRefused        with the place in the text as typed
├─ SourceError
│  ├─ SourceUnavailable   wait (`retry_after_seconds`), ask again
│  └─ SourceMalformed     do not retry; the payload is not what it should be
├─ SummaryError
│  ├─ SummaryUnavailable  the model's server; wait
│  ├─ SummaryRejected     this paper's answer was unusable; the paper goes out in English
│  ├─ SummaryOverBudget   the day's budget is spent: not asked, ask again tomorrow
│  └─ SummaryClosed       the server, our account there or its address: stop asking in this run
└─ DeliveryError
   ├─ Deferred            certainly not sent; try again after `retry_after_seconds`
   │  └─ ChannelDown      so is everybody else's: leave the channel alone until then
   ├─ RecipientGone       certainly not sent; the address is dead or has refused us
   ├─ RecipientMoved      certainly not sent; send to `new_address`
   ├─ MessageRejected     certainly not sent; our message or our credentials are wrong, a person must look
   └─ Unknown             may have been sent: one marked repeat, then final (invariant 4)

The message is positional, everything else keyword-only with a default, so that each one survives pickling.
"""

from typing import Any


class PaperPostError(Exception):
    """Base of all errors of the house."""


class ConfigError(PaperPostError):
    """Settings that cannot work. The message lists every mistake, one a line."""


class StoreError(PaperPostError):
    """The database or its folder cannot be used."""


class InputError(PaperPostError):
    """Something a person typed. `code` is a key of templates/phrases, `fields` fill its sentence."""

    def __init__(self, message: str = "", *, code: str = "", fields: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.fields = fields or {}


class QueryRefused(InputError):
    """A keyword that is not one. `position` counts code points of `query` as typed; None means the whole."""

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        fields: dict[str, Any] | None = None,
        query: str = "",
        position: int | None = None,
    ) -> None:
        super().__init__(message, code=code, fields=fields)
        self.query = query
        self.position = position


class SourceError(PaperPostError):
    """A source of papers did not give what it should."""


class SourceUnavailable(SourceError):
    """`is_for_host`: its host wants to be left alone, whatever is asked of it."""

    def __init__(
        self, message: str = "", *, retry_after_seconds: float | None = None, is_for_host: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.is_for_host = is_for_host


class SourceMalformed(SourceError):
    """The answer is not the format it claims to be."""


class SummaryError(PaperPostError):
    """No summary for now."""


class SummaryUnavailable(SummaryError):
    def __init__(self, message: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class SummaryRejected(SummaryError):
    """`faults` says what was wrong with the answer."""

    def __init__(self, message: str = "", *, faults: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class SummaryOverBudget(SummaryError):
    """Nothing was asked, nothing was spent. `retry_after_seconds`: until what the next day's batch has left."""

    def __init__(self, message: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class SummaryClosed(SummaryError):
    """Asking again in this run is pointless. `retry_after_seconds`: when one call may try it; None = ten minutes."""

    def __init__(self, message: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class DeliveryError(PaperPostError):
    """A send that did not end as `sent`."""


class Deferred(DeliveryError):
    def __init__(self, message: str = "", *, retry_after_seconds: float = 60.0) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ChannelDown(Deferred):
    """The server cannot be reached, or refuses us whoever the message is for."""


class RecipientGone(DeliveryError):
    """Pause this address."""


class RecipientMoved(DeliveryError):
    def __init__(self, message: str = "", *, new_address: str = "") -> None:
        super().__init__(message)
        self.new_address = new_address


class MessageRejected(DeliveryError):
    """Never retried by itself."""


class Unknown(DeliveryError):
    """The connection ended after the send began."""
