"""What arXiv's stand-in announces, one day after the other, each when somebody asks for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from digests.clock import announced_at
from digests.errors import ConfigError, SourceMalformed
from digests.papers.calendar import find_expected
from digests.papers.gate import PAGE_SIZE
from digests.papers.paper import Announcement, Source
from digests.papers.taxonomy import archive_of
from digests.papers.wire import read_document, read_payload
from sandbox.arxiv_pages import render_feed, render_listing
from sandbox.document import Document, document_path
from sandbox.keeping import replace_text
from sandbox.replay.folders import build_sample
from sandbox.replay.inventing import build_daily
from sandbox.replay.world import World
from sandbox.sample import SampleDay

_ENDINGS: Final = (".html", ".xml", ".rss", ".gz")
_MINUTE: Final = timedelta(minutes=1)
#: Papers on Hugging Face's list of a day.
_DAILY: Final = 6

#: Scope and source of a page: `cs.LG` of RSS.
Page = tuple[str, Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedDay:
    """One batch. `papers` counts each once; `documents` are recorded pages, `sample` stands for all others."""

    announced_on: date
    papers: int
    pages: tuple[Page, ...]
    sample: SampleDay
    documents: tuple[tuple[Page, Document], ...] = ()


class Announcer:
    """The days in their order, and how many of them are out. One thread at a time publishes; any may look.

    state   the file that keeps the newest date that is out, so that a restart goes on from there
    Raises  ConfigError when that date is newer than all of `days`: arXiv never goes back.
    """

    def __init__(self, days: Iterable[AnnouncedDay], state: Path) -> None:
        self._days = sorted(days, key=lambda day: day.announced_on)
        self._state = state
        newest = _load_date(state)
        if newest and newest > self._days[-1].announced_on:
            raise ConfigError(
                f"{newest} is announced here already, and every batch to announce is older; "
                "choose another folder for PAPERPOST_HOME."
            )
        self._published = 0 if newest is None else sum(day.announced_on <= newest for day in self._days)
        self._build_world = lru_cache(maxsize=1)(lambda published: _build_world(self._days[:published], self._eve))

    @property
    def published(self) -> int:
        return self._published

    @property
    def left(self) -> int:
        return len(self._days) - self._published

    def peek(self) -> AnnouncedDay | None:
        """What `publish` would announce."""
        return self._days[self._published] if self.left else None

    def publish(self) -> date | None:
        """Announce the next day; None when nothing is left."""
        day = self.peek()
        if day is None:
            return None
        replace_text(self._state, f"{day.announced_on}\n")
        self._published += 1
        return day.announced_on

    def scopes(self) -> list[str]:
        """What to ask for: every scope that has a listing page on any day."""
        return sorted({scope for day in self._days for scope, source in day.pages if source is Source.LISTING})

    @property
    def opened_at(self) -> datetime:
        """So late it is at least: a batch that is out is out, whatever the clock says."""
        newest = self._days[self._published - 1].announced_on if self._published else self._eve
        return announced_at(newest) + _MINUTE

    @property
    def world(self) -> World:
        return self._build_world(self._published)

    @property
    def has_documents(self) -> bool:
        """Whether it announces recorded pages, which know nothing of arXiv's others."""
        return any(day.documents for day in self._days)

    @property
    def documents(self) -> list[Document]:
        """Of each recorded page its newest day; before its first one of the day before, empty: a late server."""
        newest: dict[Page, list[Document]] = {page: [self._build_empty(page)] for page in self._all_pages()}
        for day in self._days[: self._published]:
            grouped = defaultdict(list)
            for page, document in day.documents:
                grouped[page].append(document)
            newest |= grouped
        return [document for documents in newest.values() for document in documents]

    def _all_pages(self) -> set[Page]:
        return {page for day in self._days for page, _ in day.documents}

    def _build_empty(self, page: Page) -> Document:
        scope, source = page
        eve = SampleDay(announced_on=self._eve, archive=archive_of(scope), papers=())
        if source is Source.LISTING:
            return Document(document_path(page), render_listing(eve, scope))
        feed = render_feed(eve, scope, feed_format="rss" if source is Source.RSS else "atom")
        return Document(document_path(page), feed, "application/xml")

    @property
    def _eve(self) -> date:
        return find_expected(announced_at(self._days[0].announced_on) - _MINUTE)


def _build_world(days: Sequence[AnnouncedDay], eve: date) -> World:
    samples = tuple(day.sample for day in days)
    return World(days=samples, daily=build_daily(samples, seed=1, a_day=_DAILY), eve=eve)


def sample_days(samples: Iterable[SampleDay]) -> list[AnnouncedDay]:
    return [
        AnnouncedDay(
            announced_on=day.announced_on,
            papers=len(day.announced(day.archive)),
            pages=((day.archive, Source.LISTING),),
            sample=day,
        )
        for day in samples
    ]


def load_recorded(folder: Path) -> list[AnnouncedDay]:
    """The days of recorded files: listing pages, RSS and Atom feeds, packed by gzip or not.

    Raises  ConfigError that lists every file that cannot be read, or says that there is none.
    """
    read: list[tuple[Announcement, bytes]] = []
    mistakes: list[str] = []
    for path in _find_files(folder):
        try:
            payload = read_payload(path)
            announcement = read_document(payload)
        except OSError as error:
            mistakes.append(f"{path} cannot be read: {error.strerror}")
        except SourceMalformed as error:
            mistakes.append(f"{path}: {error}")
        else:
            read.append((announcement, payload))
            if announcement.announced_on is None:
                mistakes.append(f"{path} is an empty feed: it announces nothing")
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return _group(read)


def _find_files(folder: Path) -> list[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be read: {error.strerror}") from error
    if not found:
        raise ConfigError(f"{folder} has no recorded pages: files that end in {', '.join(_ENDINGS)}.")
    return found


def _group(read: Sequence[tuple[Announcement, bytes]]) -> list[AnnouncedDay]:
    by_date: defaultdict[date, list[tuple[Announcement, bytes]]] = defaultdict(list)
    # Of one page the emptier answer comes first, as from a server that lags.
    for announcement, payload in sorted(read, key=lambda pair: len(pair[0].entries)):
        assert announcement.announced_on is not None
        by_date[announcement.announced_on].append((announcement, payload))
    return [_build_day(on, found) for on, found in sorted(by_date.items())]


def _build_day(on: date, found: Sequence[tuple[Announcement, bytes]]) -> AnnouncedDay:
    documents = tuple(_build_documents(found))
    return AnnouncedDay(
        announced_on=on,
        papers=len({entry.paper.id for announcement, _ in found for entry in announcement.entries}),
        pages=tuple(dict.fromkeys(page for page, _ in documents)),
        sample=build_sample(on, [entry for announcement, _ in found for entry in announcement.entries]),
        documents=documents,
    )


def _build_documents(found: Sequence[tuple[Announcement, bytes]]) -> Iterator[tuple[Page, Document]]:
    for announcement, payload in found:
        page = (announcement.scope, announcement.source)
        skip = (announcement.entries[0].item or 1) - 1 if announcement.entries else 0
        query = f"?skip={skip}&show={PAGE_SIZE}" if skip else ""
        media_type = "text/html; charset=utf-8" if announcement.source is Source.LISTING else "application/xml"
        yield page, Document(document_path(page) + query, payload, media_type)


def _load_date(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.read_text("utf-8").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: remove it, and the first batch is announced again.") from error
