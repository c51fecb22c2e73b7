"""What a keyword would have brought: the answer to "is this the right word?" while the person is still there."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from digests.papers.paper import ArxivId

DAYS: Final = 60
#: Above either of these a keyword is too broad.
BROAD_SHARE: Final = 0.05
BROAD_PER_DAY: Final = 30


@dataclass(frozen=True, slots=True)
class Example:
    """`title` with its LaTeX."""

    paper_id: ArxivId
    title: str


@dataclass(frozen=True, slots=True)
class DayCount:
    """One stored announcement: how many of its `of` papers (new and cross-listed, in scope) the keyword hits."""

    on: date
    hits: int
    of: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """
    days       every stored announcement of the window, oldest first; a paper counts on the first one only
    only_here  hits that none of the reader's other keywords brings; None where there are no others
    examples   the newest ones
    """

    days: tuple[DayCount, ...]
    only_here: int | None = None
    examples: tuple[Example, ...] = ()

    @property
    def count(self) -> int:
        return sum(day.hits for day in self.days)

    @property
    def seen(self) -> int:
        return sum(day.of for day in self.days)

    @property
    def per_day(self) -> float:
        return self.count / len(self.days) if self.days else 0.0

    @property
    def is_broad(self) -> bool:
        return self.per_day > BROAD_PER_DAY or self.count > BROAD_SHARE * self.seen
