"""What is asked of a language model and what comes back, whoever speaks with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """
    system           byte-identical for all questions of a kind, so that providers can cache it
    schema           JSON schema of the answer, for servers that enforce one
    plain_text_hint  added to `user` on servers that know no JSON mode at all
    is_frugal        may be paid for with what the day's budget keeps for short answers
    """

    system: str
    user: str
    schema: Mapping[str, Any]
    plain_text_hint: str = ""
    max_tokens: int = 2000
    is_frugal: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a server counted; `cached` are those of `prompt` that it had read before, and are cheaper."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(self.prompt + other.prompt, self.completion + other.completion, self.cached + other.cached)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model wrote and why it stopped.

    tokens  all that the question cost, answers that came to nothing too; an estimate where the server counts none
    micros  their price in millionths of the currency of PAPERPOST_LLM_PRICES, 0 where none is known
    """

    text: str
    finish_reason: str
    tokens: Tokens = Tokens()
    micros: int = 0


class Model(Protocol):
    """`complete` raises SummaryUnavailable, SummaryRejected, SummaryClosed, SummaryOverBudget."""

    @property
    def name(self) -> str: ...

    async def complete(self, question: Question, *, within_seconds: float) -> Answer: ...

    async def close(self) -> None: ...


class Reservation(Protocol):
    """Money put aside for one call: settled or released, once."""

    async def settle(self, tokens: Tokens) -> int:
        """The call's price in micros, which is now spent; the rest is free again."""
        ...

    async def release(self) -> None:
        """The call came to nothing that is billed."""
        ...


class Purse(Protocol):
    """Who pays for the calls of one model."""

    async def reserve(self, estimate: Tokens, *, is_frugal: bool = False) -> Reservation:
        """Put aside what a call may cost at most.

        Raises  SummaryOverBudget: nothing was put aside, ask again tomorrow.
        """
        ...
