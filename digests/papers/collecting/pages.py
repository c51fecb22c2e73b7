"""The listing pages: arXiv's newest announcement of an archive, page by page, until it proves itself whole."""

from datetime import date
from typing import Final

from digests.papers.batches import find_batch_row
from digests.papers.collecting.checking import check_document
from digests.papers.collecting.stages import Desk, Outcome
from digests.papers.paper import Announcement, Source
from digests.papers.shelf import store_announcement
from digests.papers.wire import read_document

# A page has 2,000 entries and a day of all of arXiv about 6,000: more pages than this is a fault of the source.
_MAX_PAGES: Final = 8


def collect(desk: Desk, *, scope: str, source: Source) -> date | None:
    """Fetch what `source` has of `scope` now, all its pages, and store what they say; returns arXiv's date of it.

    None: the document had no date, which an empty Atom feed has not; nothing was stored.
    Raises  SourceUnavailable (what came before is stored; asking again goes on from there), SourceMalformed.
    """
    if source is Source.LISTING:
        return look_at_listing(desk, scope).on
    payload = desk.sources.fetch_feed(scope, source.value)
    feed = desk.quarantine.read(payload, f"{source}/{scope}", lambda body: read_document(body, source.value))
    if feed.announced_on is not None:
        store_announcement(desk.store, feed, desk.now)
    return feed.announced_on


def look_at_listing(desk: Desk, scope: str, on: date | None = None) -> Outcome:
    """Ask for the newest batch of `scope`; through when it is that of `on` and whole.

    Raises  as collect does.
    """
    skip, shown, changed, found = 0, None, set(), 0
    for _ in range(_MAX_PAGES):
        page = _read_page(desk, scope, skip)
        if page.announced_on is None or shown not in {None, page.announced_on}:
            # The next batch came out between two pages: its own first page is fetched at the next asking.
            break
        shown = page.announced_on
        stored = store_announcement(desk.store, page, desk.now)
        changed |= {shown} if stored.announced else set()
        found += stored.entries
        row = find_batch_row(desk.store, scope, Source.LISTING, shown)
        if row is None or row.next_skip in {None, skip}:
            break
        skip = row.next_skip or 0
    row = None if shown is None else find_batch_row(desk.store, scope, Source.LISTING, shown)
    is_through = row is not None and row.announced_on == on and row.whole
    return Outcome(is_through=is_through, changed=frozenset(changed), found=found, on=shown)


def _read_page(desk: Desk, scope: str, skip: int) -> Announcement:
    payload = desk.sources.fetch_listing(scope, skip=skip)
    return desk.quarantine.read(
        payload,
        f"list/{scope}/new?skip={skip}",
        lambda body: check_document(read_document(body, Source.LISTING), scope, desk.now()),
    )
