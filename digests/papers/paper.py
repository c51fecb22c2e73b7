"""What a paper is, and what one wire document said about papers, announced or not."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType

#: Without version: `2604.18326`, `hep-th/9901001`.
ArxivId = NewType("ArxivId", str)


class Kind(StrEnum):
    """Why arXiv announced it, as far as the source can tell (a listing page knows no `replace-cross`)."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


#: What digests are made of.
NEWS: Final = frozenset({Kind.NEW, Kind.CROSS})


class Source(StrEnum):
    """Where words came from, the least trusted first: a later one's words win (invariant 2)."""

    HF = "hf"
    LISTING = "list"
    CATCHUP = "catchup"
    ATOM = "atom"
    RSS = "rss"
    API = "api"
    OAI = "oai"

    @property
    def is_page(self) -> bool:
        """With item numbers and totals that prove it whole."""
        return self in {Source.LISTING, Source.CATCHUP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One arXiv paper. Text is Unicode with LaTeX left in; white space is folded to single blanks."""

    id: ArxivId
    version: int | None = None
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    #: Canonical category ids, the primary one first.
    categories: tuple[str, ...] = ()
    comments: str = ""
    journal_ref: str = ""
    doi: str = ""
    #: URL of the licence, empty where the source does not say.
    licence: str = ""
    #: The newest version was taken back; there is nothing to read.
    is_withdrawn: bool = False

    @property
    def primary_category(self) -> str:
        return self.categories[0] if self.categories else ""

    @property
    def abs_url(self) -> str:
        return f"https://arxiv.org/abs/{self.id}"

    @property
    def pdf_url(self) -> str:
        return f"https://arxiv.org/pdf/{self.id}"


@dataclass(frozen=True, slots=True)
class Announced:
    """A paper in a batch. `item` is its number on the listing page (from 1, over all pages), else None."""

    paper: Paper
    kind: Kind
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that could not be read: where it stood, why, and the beginning of its payload."""

    where: str
    reason: str
    payload: str = ""


class Unreadable(ValueError):
    """An entry is not what it should be; the message is the `reason` of a Broken. It never leaves a reader."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a listing page: `Cross submissions (showing last 2 of 9 entries)`."""

    kind: Kind
    shown: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What one wire document said.

    scope         category, archive or feed query as the document names itself: `cs.CV`, `cs`, `cs.LG+stat.ML`
    announced_on  arXiv's own date (the listing page's date line; the day of a feed's pubDate in New York);
                  None where the document has none (an empty Atom feed)
    sections      listing pages only
    total         listing pages only: the page's own count over all its pages; None where it shows none
    """

    source: Source
    scope: str
    announced_on: date | None
    entries: tuple[Announced, ...] = ()
    broken: tuple[Broken, ...] = ()
    sections: tuple[Section, ...] = ()
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """`submitted_at` is aware UTC; None where the source's date is none."""

    number: int
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """A paper as OAI-PMH has it.

    datestamp  the day of UTC on which anything of it changed last; None where the answer does not say
    versions   oldest first; none in other formats than arXivRaw
    """

    paper: Paper
    datestamp: date | None
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What one answer said about papers, whenever they were announced.

    records     OAI-PMH: the same papers with their dates
    next_token  OAI-PMH: what to ask with for the rest of the list; empty where this is its end
    """

    source: Source
    papers: tuple[Paper, ...] = ()
    records: tuple[Record, ...] = ()
    broken: tuple[Broken, ...] = ()
    next_token: str = ""
