"""The second look by RSS: what the archive's page leaves out of a category that some keyword names."""

from datetime import date

from sqlalchemy import select

from digests.papers.batches import coverage, find_batch_row
from digests.papers.collecting.checking import check_document
from digests.papers.collecting.stages import Desk, Outcome
from digests.papers.gate import Fault
from digests.papers.paper import ArxivId, Kind, Source
from digests.papers.shelf import store_announcement
from digests.papers.taxonomy import archives_of
from digests.papers.wire import read_document
from digests.store.tables import announcements, papers


def look_at_feed(desk: Desk, scope: str, on: date) -> Outcome:
    """Ask for today's feed of a category; through when it is that of `on` and has every paper that the page has.

    A feed can be late, stale (today's date, yesterday's papers) or cut; an empty one is believed where the page is
    whole and has nothing new in the category either.
    Raises  SourceUnavailable, SourceMalformed.
    """
    payload = desk.sources.fetch_feed(scope)
    feed = desk.quarantine.read(
        payload, f"rss/{scope}", lambda body: check_document(read_document(body, Source.RSS), scope, desk.now())
    )
    if feed.announced_on != on:
        return Outcome(is_through=False, on=feed.announced_on)
    known = _find_new(desk, scope, on)
    lacks = known - {entry.paper.id for entry in feed.entries}
    stored = store_announcement(desk.store, feed, desk.now, doubt=Fault.LACKING if lacks and feed.entries else None)
    changed = frozenset({on} if stored.announced else ())
    is_quiet = not feed.entries and not feed.broken and not known and _has_page(desk, scope, on)
    row = find_batch_row(desk.store, feed.scope, Source.RSS, on)
    is_whole = row is not None and row.whole
    return Outcome(is_through=is_quiet or is_whole, changed=changed, found=stored.entries, on=on)


def _find_new(desk: Desk, category: str, on: date) -> set[ArxivId]:
    """Papers of that batch that are new in this category by any page."""
    query = (
        select(papers.c.id, papers.c.categories)
        .join(announcements, announcements.c.paper_id == papers.c.id)
        .where(announcements.c.announced_on == on, announcements.c.kind == Kind.NEW)
    )
    with desk.store.reading() as connection:
        return {ArxivId(row.id) for row in connection.execute(query) if row.categories[:1] == [category]}


def _has_page(desk: Desk, category: str, on: date) -> bool:
    """Whether a page that has the category's papers is whole."""
    listed = {category, *archives_of(category)}
    return any(row.whole and row.source.is_page and row.scope in listed for row in coverage(desk.store, on))
