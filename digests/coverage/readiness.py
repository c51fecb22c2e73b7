"""Which batches are here, and what is still missing of the newest one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from digests.clock import announced_at
from digests.papers.batches import BatchRow, coverage, find_busy
from digests.papers.calendar import CATCH_UP_SPAN, find_expected
from digests.papers.collecting.missed import find_awaited
from digests.papers.collecting.polling import find_watched
from digests.papers.gate import QUIET_AFTER, Fault
from digests.papers.shelf import find_stored
from digests.papers.taxonomy import archives_of
from digests.store.engine import Store

#: Then readers get what is there, and the digest says what is missing.
LONGEST_WAIT: Final = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Batches:
    """
    stored   arXiv's dates, oldest first, and since when (aware UTC) something of that batch is here
    missing  archives of the newest one that are watched, or have begun to come, and are not whole
    awaited  archives with earlier dates that are being caught up with
    """

    stored: Mapping[date, datetime]
    missing: frozenset[str]
    awaited: frozenset[tuple[str, date]] = frozenset()

    @property
    def newest(self) -> date | None:
        return max(self.stored, default=None)

    def is_whole_for(self, scope: Collection[str] | None) -> bool:
        """Whether the newest one is all here for a reader of these archives and categories; None = all of arXiv."""
        return not self.missing if scope is None else self.missing.isdisjoint(find_archives(scope))

    def is_caught_up_for(self, scope: Collection[str] | None, since: date | None) -> bool:
        """Whether no batch after `since` is still to come to a reader of these archives and categories."""
        if since is None or not self.awaited:
            return True
        wanted = None if scope is None else find_archives(scope)
        return not any(on > since and (wanted is None or archive in wanted) for archive, on in self.awaited)


def load_batches(store: Store, now: datetime) -> Batches:
    stored = find_stored(store, find_expected(now) - CATCH_UP_SPAN)
    missing = _find_missing(store, max(stored), now) if stored else frozenset()
    awaited = frozenset((archive, on) for scope, on in find_awaited(store) for archive in find_archives([scope]))
    return Batches(stored, missing, awaited)


def find_archives(names: Iterable[str]) -> frozenset[str]:
    return frozenset(archive for name in names for part in name.split("+") for archive in archives_of(part))


def _find_missing(store: Store, on: date, now: datetime) -> frozenset[str]:
    rows = coverage(store, on)
    with store.reading() as connection:
        busy = find_busy(connection, on)
    # A feed says nothing about the page beside it; where there are only feeds, they must do.
    pages = [row for row in rows if row.source.is_page]
    whole = {row.scope for row in pages if row.whole}
    begun = [
        row.scope
        for row in pages or rows
        if not row.whole and row.scope not in whole and (row.scope in busy or not _is_quiet(row, on, now))
    ]
    unasked = find_watched(store) - {row.scope for row in pages}
    return find_archives([*begun, *unasked])


def _is_quiet(row: BatchRow, on: date, now: datetime) -> bool:
    return row.fault == Fault.EMPTY and now >= announced_at(on) + QUIET_AFTER
