"""How good the models are: every fault of every answer, counted by day, model, prompt version and role."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from digests.store.engine import Store
from digests.store.tables import fault_counts
from digests.summaries.faults import HARMLESS

#: What is counted beside the faults: the answers themselves, and those with nothing that a reader is told of.
ANSWERS: Final = ""
FAULTLESS: Final = "faultless"


class Role(StrEnum):
    """Which answer about a paper it was."""

    FIRST = "first"
    #: The same model again, with the list of faults.
    REPAIR = "repair"
    SECOND = "second"
    #: After the judge's verdict.
    REVISED = "revised"
    #: What the judge found in the answer that was to be shown; its `model` is the writer's.
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Tried:
    """One answer. `faults` are codes, each once; an answer that never came is `unavailable` or `refused`."""

    model: str
    prompt_version: str
    role: Role
    faults: tuple[str, ...] = ()

    @property
    def counted_as(self) -> tuple[str, ...]:
        return (ANSWERS, *self.faults) if set(self.faults) - HARMLESS else (ANSWERS, FAULTLESS, *self.faults)


def count_answers(store: Store, connection: Connection, tried: Iterable[Tried], on: date) -> None:
    """Add them to the counts of the day `on` (UTC)."""
    counts = Counter((one.model, one.prompt_version, one.role, counted) for one in tried for counted in one.counted_as)
    # In one order: two workers that count at once must not lock each other out.
    for key, answers in sorted(counts.items()):
        row = dict(zip(("model", "prompt_version", "role", "fault"), key, strict=True))
        insert = store.insert(fault_counts).values(counted_on=on, answers=answers, **row)
        more = {"answers": fault_counts.c.answers + insert.excluded.answers}
        connection.execute(insert.on_conflict_do_update(index_elements=list(fault_counts.primary_key), set_=more))
