"""One reader's digest as data: what stands where and why, without the papers' words.

It is small and goes into the store with its edition; the words are looked up when it is rendered.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from digests.keywords.match import Span
from digests.papers.paper import ArxivId, Kind
from digests.summaries.own_terms.term import OwnTerm


class Nothing(StrEnum):
    """Which kind of nothing (invariant 7)."""

    NO_MATCH = "no_match"
    NO_KEYWORDS = "no_keywords"
    NOT_ANNOUNCED = "not_announced"
    ALL_SENT_BEFORE = "all_sent_before"
    HOLIDAY = "holiday"
    NOT_FETCHED = "not_fetched"
    ALL_UNREADABLE = "all_unreadable"
    #: All of it since the digest was composed.
    ALL_WITHDRAWN = "all_withdrawn"


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the reader's keywords that hit, as typed, with the places."""

    keyword: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper in a digest. `reasons` has all its keywords, the section's own first.

    late_on  arXiv's date of its batch, where the reader should have had it with an earlier digest
    upvotes  of Hugging Face's readers; None where it is not on their lists
    """

    paper_id: ArxivId
    kind: Kind
    reasons: tuple[Reason, ...]
    score: float
    late_on: date | None = None
    upvotes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A new version of a paper that the reader was sent.

    version       the announced one; None where arXiv did not say
    comments      arXiv's comment of that version, which may say what changed
    is_withdrawn  it was taken back
    sent_on       arXiv's date of the digest that had it
    """

    paper_id: ArxivId
    version: int | None
    comments: str
    is_withdrawn: bool
    sent_on: date


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


class Extent(StrEnum):
    WHOLE = "whole"
    PARTIAL = "partial"
    MISSING = "missing"
    #: A category: what its archive's page leaves out, cross-lists inside the archive, was not looked for yet.
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a scope's batch is here: all 430 of cs, or 75 of 94 of math. `total` None = not known."""

    scope: str
    extent: Extent
    seen: int
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    announced_on  arXiv's own date of the batch, of the newest one where there are several
    dates         all batches in it, oldest first; empty where there is one
    composed_at   aware UTC
    seen          papers of the batch, new and cross-listed (see `has_crosses`), inside the reader's scope; late ones
                  are of other batches
    matched       distinct papers that stand in it, the late ones too = the sum over sections of entries and brief
    next_due      aware UTC: when the next digest is due; None = nobody has said
    timezone      IANA name of the reader's zone, for `next_due`
    unreadable    keywords, as typed, that were not matched: this version of the language refuses them
    updates       new versions of papers sent before, for who wants them; not counted in `matched`
    has_crosses   False: its reader wants no cross-lists
    terms         the reader's own words for terms
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
    updates: tuple[Update, ...] = ()
    has_crosses: bool = True
    terms: tuple[OwnTerm, ...] = ()

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
        """Did any keyword look at it, and is what it found still here? Else "0 matched" would say too much."""
        silent = {Nothing.NO_KEYWORDS, Nothing.ALL_UNREADABLE, Nothing.ALL_WITHDRAWN}
        return self.is_out and self.nothing not in silent

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Of all sections, in reading order, the ones in full first."""
        full = [entry for section in self.sections for entry in section.entries]
        return (*full, *(entry for section in self.sections for entry in section.brief))

    @property
    def late(self) -> int:
        """How many of `matched` are late."""
        return sum(entry.late_on is not None for entry in self.entries)

    @property
    def paper_ids(self) -> tuple[ArxivId, ...]:
        """Every paper in it, in reading order, the ones in full first, those with a new version last."""
        return tuple(dict.fromkeys([entry.paper_id for entry in self.entries] + [u.paper_id for u in self.updates]))
