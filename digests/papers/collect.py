"""Ask arXiv for one scope's newest announcement and store it."""

from collections.abc import Callable
from datetime import date
from typing import Final, Protocol

from digests.clock import Now
from digests.papers.paper import Announcement, Source
from digests.papers.shelf import coverage, store_announcement
from digests.papers.wire import read_document
from digests.store.engine import Store

# A page has 2,000 entries and a day of all of arXiv about 6,000: more pages than this is a fault of the source.
_MAX_PAGES: Final = 8


class PageSource(Protocol):
    """What `collect` asks; `fetch.PageFetcher` is the real one."""

    def fetch_listing(self, scope: str, *, skip: int = 0) -> bytes: ...

    def fetch_feed(self, scope: str, form: str = "rss") -> bytes: ...


def collect(store: Store, pages: PageSource, *, scope: str, source: Source, now: Now) -> date | None:
    """Fetch `scope` from `source`, all its pages, and store what they say; returns arXiv's date of it.

    None: the document had no date, which an empty Atom feed has not; nothing was stored.
    Raises  SourceUnavailable (what came before is stored; asking again goes on from there), SourceMalformed.
    """
    if source is not Source.LISTING:
        return _store(store, read_document(pages.fetch_feed(scope, source.value), source.value), now)
    return _collect_listing(lambda skip: pages.fetch_listing(scope, skip=skip), store, scope, now)


def _collect_listing(fetch: Callable[[int], bytes], store: Store, scope: str, now: Now) -> date | None:
    skip: int | None = 0
    on: date | None = None
    for _ in range(_MAX_PAGES):
        announcement = read_document(fetch(skip or 0), "list")
        if on not in {None, announcement.announced_on}:
            # The next batch came out between two pages: its own first page is fetched at the next call.
            return on
        on = _store(store, announcement, now)
        asked, skip = skip, _next_skip(store, announcement, scope)
        if skip is None or skip == asked:
            break
    return on


def _store(store: Store, announcement: Announcement, now: Now) -> date | None:
    if announcement.announced_on is not None:
        store_announcement(store, announcement, now)
    return announcement.announced_on


def _next_skip(store: Store, announcement: Announcement, scope: str) -> int | None:
    if announcement.announced_on is None:
        return None
    rows = coverage(store, announcement.announced_on)
    mine = (row for row in rows if row.source is Source.LISTING and row.scope in {scope, announcement.scope})
    return next((row.next_skip for row in mine), None)
