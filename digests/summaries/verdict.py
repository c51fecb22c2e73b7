"""What a judge says of a translation."""

from dataclasses import dataclass

from digests.summaries.asking.model import Answer
from digests.summaries.faults import Fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """`answer` is what it cost."""

    faults: tuple[Fault, ...]
    answer: Answer
