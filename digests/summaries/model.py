"""What is asked of a language model and what comes back, whoever speaks with it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model wrote and why it stopped. Tokens are the server's count, or an estimate where it gives none."""

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


class Model(Protocol):
    """`complete` raises SummaryUnavailable, SummaryRejected, SummaryClosed."""

    @property
    def name(self) -> str: ...

    async def complete(self, system: str, user: str, *, within_seconds: float) -> Answer: ...

    async def close(self) -> None: ...
