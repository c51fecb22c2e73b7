"""What readers are to be told of by one digest, read from the store for all of them at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from digests.clock import announced_at
from digests.composing.compose import is_in_scope
from digests.composing.digest import Update
from digests.delivery.updates import find_updates
from digests.papers.calendar import CATCH_UP_SPAN
from digests.papers.late_papers import (
    Late,
    find_late_ids,
    find_newest_moment,
    find_replaced,
    load_stored_since,
)
from digests.papers.paper import NEWS, Announced, ArxivId, Kind, Paper
from digests.papers.shelf import load_batch
from digests.store.engine import Store, lots
from digests.subscribers.readers import Reader

_DAY: Final = timedelta(days=1)
#: Which version a replacement is, is known hours after the page: batches before the digest's own are looked at again.
_VERSIONS_KNOWN_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class News:
    """
    announced  new papers and cross-lists of the batches
    late       those of older batches that came since any of the readers was served
    updates    by reader, who wants them: new versions of papers that they were sent
    looked_at  up to when (aware UTC) what is stored was looked at; None: nothing is
    """

    announced: Sequence[Announced]
    late: Sequence[Late] = ()
    updates: Mapping[int, Sequence[Update]] = field(default_factory=dict)
    looked_at: datetime | None = None

    @property
    def papers(self) -> list[Paper]:
        """Of the batches, each once."""
        return list({item.paper.id: item.paper for item in self.announced}.values())

    @property
    def late_papers(self) -> list[Paper]:
        """Each once; what is in the batches is not late."""
        late = {one.paper_id: one.announced.paper for one in self.late if one.paper_id not in self._all_ids}
        return list(late.values())

    def list_late(self, reader: Reader) -> list[Late]:
        """What this reader should have had with an earlier digest, and was not looked at for them."""
        return [one for one in self.late if _is_late(one, reader)]

    def list_taken(self, reader: Reader, among: Iterable[Paper]) -> list[ArxivId]:
        """Those of the papers that are of a kind and a scope that the reader takes."""
        late = [one.announced for one in self.list_late(reader)]
        taken = self._all_ids if reader.wants_crosses else self._new_ids
        taken |= {item.paper.id for item in late if reader.wants_crosses or item.kind is Kind.NEW}
        return [paper.id for paper in among if paper.id in taken and is_in_scope(paper, reader.scope)]

    @cached_property
    def _all_ids(self) -> frozenset[ArxivId]:
        return frozenset(item.paper.id for item in self.announced)

    @cached_property
    def _new_ids(self) -> frozenset[ArxivId]:
        return frozenset(item.paper.id for item in self.announced if item.kind is Kind.NEW)


def load_news(store: Store, dates: Sequence[date], readers: Collection[Reader]) -> News:
    """For who gets the batches of these dates, oldest first, next."""
    # Before anything else is: what comes while we read is looked at twice rather than not at all.
    looked_at = find_newest_moment(store, dates[-1])
    news = load_batches(store, dates)
    wanting = [reader.id for reader in readers if reader.wants_updates]
    first_on = dates[0] - _VERSIONS_KNOWN_AFTER
    return News(
        announced=news.announced,
        late=_load_late(store, dates[0], readers),
        updates=find_updates(store, wanting, first_on=first_on, last_on=dates[-1]),
        looked_at=looked_at,
    )


def load_batches(store: Store, dates: Iterable[date]) -> News:
    """The batches alone, as somebody sees them who asks for them."""
    announced = [item for on in dates for item in load_batch(store, on)]
    return News(announced=[item for item in announced if item.kind in NEWS and not item.paper.is_withdrawn])


def list_lots(store: Store, dates: Sequence[date]) -> Iterator[list[ArxivId]]:
    """All that may stand in the digest of anybody who gets these batches next, in lots that a statement takes."""
    announced = (item.paper.id for on in dates for item in load_batch(store, on))
    replaced = find_replaced(store, dates[0] - _VERSIONS_KNOWN_AFTER, dates[0])
    ids = list(dict.fromkeys((*announced, *find_late_ids(store, dates[0]), *replaced)))
    return lots(ids)


def _load_late(store: Store, first_on: date, readers: Collection[Reader]) -> list[Late]:
    """A superset for each of them, and nothing where nobody has been served yet."""
    served = [(reader.served_on, reader.served_at) for reader in readers if reader.served_on and reader.served_at]
    if not served:
        return []
    joined_on = min(reader.joined_at for reader in readers).date()
    return load_stored_since(
        store,
        min(moment for _, moment in served),
        first_on=max(first_on - CATCH_UP_SPAN, joined_on),
        last_on=min(first_on - _DAY, max(on for on, _ in served)),
    )


def _is_late(one: Late, reader: Reader) -> bool:
    if reader.served_on is None or reader.served_at is None:
        return False
    is_theirs = one.announced_on > reader.began_on if reader.began_on else True
    return (
        is_theirs
        and one.announced_on <= reader.served_on
        and one.stored_at > reader.served_at
        and announced_at(one.announced_on) >= reader.joined_at
    )
