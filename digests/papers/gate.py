"""Is a batch whole? Judged by arXiv's own totals only (invariant 1); pure, nothing is read or written.

A listing page that lags behind its database comes with status 200 and may stay in a cache for a week, an empty one for
ten hours (2026-06-25); a feed drops new papers first when it is cut. So whatever does not prove itself is not whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from digests.papers.paper import Announcement

#: Runs of item numbers, first and last of each, ascending and apart: `((1, 250), (501, 501))`.
Runs = tuple[tuple[int, int], ...]

#: arXiv cuts a feed here: https://info.arxiv.org/help/rss_specifications.html
MAX_FEED_ENTRIES: Final = 2_000
#: What one page of a listing can show; the default of arXiv's own /new.
PAGE_SIZE: Final = 2_000
#: So long after the announcement a page with the new date and no paper is a quiet day; or went wrong, as on 2026-06-25.
QUIET_AFTER: Final = timedelta(hours=1)


class Fault(StrEnum):
    """Why a batch is not whole; the words of batches.fault."""

    #: Nothing on it: a quiet day, a lagging page or a page past the end. It can't be told apart.
    EMPTY = "empty"
    #: Entries but no `Total of …`.
    NO_TOTAL = "no_total"
    #: Fewer entries than a heading says, at a place where no page ends.
    SHORT = "short"
    #: The headings' totals do not make the page's.
    SUM = "sum"
    #: A paper or an item number twice.
    REPEATED = "repeated"
    #: Entries that could not be read.
    BROKEN = "broken"
    #: Item numbers are missing: more pages to fetch, or a lag at the end.
    GAP = "gap"
    #: A feed of 2,000 entries has lost some.
    CUT = "cut"
    #: A feed with a new date and the old papers.
    STALE = "stale"
    #: A feed lacks papers that the page has.
    LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class Progress:
    """What is here of one scope, date and source; whole without `fault`. `items` and `total` are the listing pages'."""

    items: Runs = ()
    total: int | None = None
    seen: int = 0
    fault: Fault | None = Fault.EMPTY


def judge(announcement: Announcement, before: Progress | None = None) -> Progress:
    """Progress of the batch with this document added to `before`; pages may come in any order, again and again."""
    if not announcement.source.is_page:
        return Progress(seen=len(announcement.entries), fault=_find_feed_fault(announcement))
    before = before or Progress()
    seen, total = len(announcement.entries), announcement.total
    if fault := _find_page_fault(announcement):
        # A page that contradicts itself counts papers that it lacks: its item numbers prove nothing.
        return replace(before, total=before.total or total, seen=max(before.seen, seen), fault=fault)
    # Another total is another numbering.
    known = before.items if total == before.total else ()
    items = add_items(known, (entry.item for entry in announcement.entries if entry.item))
    gap = Fault.BROKEN if announcement.broken else Fault.GAP
    is_whole = find_gap(items, total or 0) is None
    return Progress(items, total, max(seen, count_items(items)), None if is_whole else gap)


def add_items(runs: Runs, items: Iterable[int]) -> Runs:
    merged: list[tuple[int, int]] = []
    for first, last in sorted([*runs, *((item, item) for item in items)]):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def count_items(runs: Runs) -> int:
    return sum(last - first + 1 for first, last in runs)


def find_gap(runs: Runs, total: int) -> int | None:
    """The first item number of 1…total that is missing; a page fetched with `skip` one less begins with it."""
    first_missing = runs[0][1] + 1 if runs and runs[0][0] == 1 else 1
    return first_missing if first_missing <= total else None


def _find_page_fault(page: Announcement) -> Fault | None:
    if page.total is None:
        return Fault.NO_TOTAL if page.entries else Fault.EMPTY
    if not page.entries:
        return Fault.EMPTY
    numbers = [entry.item for entry in page.entries]
    ids = {entry.paper.id for entry in page.entries}
    if len(ids) < len(numbers) or len(set(numbers)) < len(numbers):
        return Fault.REPEATED
    if _is_short(page):
        return Fault.SHORT
    promised = sum(section.of for section in page.sections)
    is_all = sum(section.shown for section in page.sections) == page.total
    if promised > page.total or (is_all and promised != page.total):
        return Fault.SUM
    return None


def _is_short(page: Announcement) -> bool:
    """Only the first section of a later page and the last one of a page may stand there in part."""
    if sum(section.shown for section in page.sections) != len(page.entries) + len(page.broken):
        return True
    begins_batch = any(entry.item == 1 for entry in page.entries)
    inner = page.sections[0 if begins_batch else 1 : -1]
    return any(section.shown < section.of for section in inner)


def _find_feed_fault(feed: Announcement) -> Fault | None:
    if len(feed.entries) + len(feed.broken) >= MAX_FEED_ENTRIES:
        return Fault.CUT
    if feed.broken:
        return Fault.BROKEN
    return None if feed.entries else Fault.EMPTY
