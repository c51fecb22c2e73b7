"""A paper on Hugging Face's daily list, and how its votes grow."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sandbox.sample import SamplePaper

#: Half of the votes that ever come have come by then.
_HALF: Final = timedelta(hours=18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """
    listed_at  aware UTC: its day is the list's, and before that moment the list has it not
    upvotes    what they come to in the end, as `comments` and `stars`
    missing    names of the answer's fields that it has not: fields came over the years
    """

    paper: SamplePaper
    published_on: date
    listed_at: datetime
    upvotes: int
    comments: int = 0
    repo: str = ""
    stars: int = 0
    missing: frozenset[str] = frozenset()

    def grow(self, count: int, now: datetime) -> int:
        """How much of `count` has come by `now`."""
        share: float = 1 - 0.5 ** ((now - self.listed_at) / _HALF)
        return round(count * share)
