"""One reader's digest as data: what stands where and why, without the papers' words.

It is small and goes into the store with its edition; the words are looked up when it is rendered.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from digests.keywords.match import Span
from digests.papers.paper import ArxivId, Kind


class Nothing(StrEnum):
    """Which kind of nothing (invariant 7)."""

    NO_MATCH = "no_match"
    NO_KEYWORDS = "no_keywords"
    NOT_ANNOUNCED = "not_announced"
    ALL_SENT_BEFORE = "all_sent_before"
    HOLIDAY = "holiday"
    NOT_FETCHED = "not_fetched"
    ALL_UNREADABLE = "all_unreadable"


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the reader's keywords that hit, as typed, with the places."""

    keyword: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper in a digest. `reasons` has all its keywords, the section's own first."""

    paper_id: ArxivId
    kind: Kind
    reasons: tuple[Reason, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`count` papers of this section's keyword stand under `keyword`."""

    keyword: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A keyword, as typed. hits = len(entries) + len(brief) + the sum of elsewhere + sent_before.

    entries  in full, best first     brief  one line each, best first
    """

    keyword: str
    hits: int
    entries: tuple[Entry, ...] = ()
    brief: tuple[Entry, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    sent_before: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a scope's batch is here: all 430 of cs, or 75 of 94 of cs.CV. `total` None = not known."""

    scope: str
    source: str
    seen: int
    total: int | None
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    announced_on  arXiv's own date of the batch, of the newest one where there are several
    dates         all batches in it, oldest first; empty where there is one
    composed_at   aware UTC
    seen          papers of the batch, new and cross-listed, inside the reader's scope
    matched       distinct papers that stand in it = the sum over sections of entries and brief
    next_due      aware UTC: when the next digest is due; None = nobody has said
    timezone      IANA name of the reader's zone, for `next_due`
    unreadable    keywords, as typed, that were not matched: this version of the language refuses them
    """

    language: str
    announced_on: date
    composed_at: datetime
    seen: int
    matched: int
    sections: tuple[Section, ...] = ()
    coverage: tuple[Coverage, ...] = field(default=())
    nothing: Nothing | None = None
    dates: tuple[date, ...] = ()
    next_due: datetime | None = None
    timezone: str = "Asia/Shanghai"
    unreadable: tuple[str, ...] = ()

    @property
    def batch_dates(self) -> tuple[date, ...]:
        """All batches in it, oldest first; one at least."""
        return self.dates or (self.announced_on,)

    @property
    def is_holiday(self) -> bool:
        return self.nothing is Nothing.HOLIDAY

    @property
    def is_out(self) -> bool:
        """Was it announced, and have we got it?"""
        return self.nothing not in {Nothing.HOLIDAY, Nothing.NOT_ANNOUNCED, Nothing.NOT_FETCHED}

    @property
    def is_searched(self) -> bool:
        """Did any keyword look at it? Else "0 matched" would say too much."""
        return self.is_out and self.nothing not in {Nothing.NO_KEYWORDS, Nothing.ALL_UNREADABLE}

    @property
    def paper_ids(self) -> tuple[ArxivId, ...]:
        """Every paper in it, in reading order, the ones in full first."""
        full = [entry.paper_id for section in self.sections for entry in section.entries]
        brief = [entry.paper_id for section in self.sections for entry in section.brief]
        return tuple(full + brief)
