"""What the answers about a paper cost."""

from dataclasses import dataclass, field

from digests.summaries.asking.model import Answer, Tokens


@dataclass(slots=True)
class Usage:
    """What a paper cost, and why its last answer ended.

    micros  millionths of the currency of PAPERPOST_LLM_PRICES
    error   for the operator: faults with their details
    """

    tokens: Tokens = field(default_factory=Tokens)
    micros: int = 0
    finish_reason: str = ""
    error: str = ""
    retry_after_seconds: float | None = None

    def add(self, answer: Answer) -> None:
        self.tokens += answer.tokens
        self.micros += answer.micros
        self.finish_reason = answer.finish_reason
