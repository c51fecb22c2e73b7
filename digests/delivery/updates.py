"""New versions of papers that readers were sent, for many readers at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any, Final

from sqlalchemy import func, select

from digests.composing.digest import Update
from digests.papers.paper import NEWS, ArxivId
from digests.store.engine import Store, lots
from digests.store.tables import announcements, edition_papers, editions, papers

#: More at once are not read; the others come with the next digest.
MAX_UPDATES: Final = 20
#: What was taken back has two versions at least.
_SECOND: Final = 2


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A paper, and which version each of some batches announced; None where nobody knows."""

    comments: str
    is_withdrawn: bool
    versions: Mapping[date, int | None]


def find_updates(
    store: Store, subscriber_ids: Collection[int], *, first_on: date, last_on: date
) -> dict[int, list[Update]]:
    """Of papers that were replaced in the batches of these dates, both included; at most MAX_UPDATES a reader.

    Newer than what the reader was sent or told of, where None counts as the first version. A version that nobody knows
    yet is told of when it is known: OAI-PMH has it hours after the page.
    """
    replaced = _load_replaced(store, first_on, last_on) if subscriber_ids else {}
    found: defaultdict[int, list[Update]] = defaultdict(list)
    for row in _find_sent(store, list(subscriber_ids), sorted(replaced)):
        update = _build_update(row, replaced[row.paper_id])
        if update is not None:
            found[row.subscriber_id].append(update)
    return {subscriber_id: sorted(updates, key=_worst_first)[:MAX_UPDATES] for subscriber_id, updates in found.items()}


def list_versions(updates: Sequence[Update]) -> dict[ArxivId, int | None]:
    """What the reader has been told then: the same is not told again."""
    return {update.paper_id: update.version or _SECOND for update in updates}


def _load_replaced(store: Store, first_on: date, last_on: date) -> dict[ArxivId, _Replaced]:
    query = (
        select(
            papers.c.id,
            papers.c.comments,
            papers.c.is_withdrawn,
            announcements.c.announced_on,
            func.coalesce(announcements.c.version, papers.c.version).label("version"),
        )
        .join(announcements, announcements.c.paper_id == papers.c.id)
        .where(announcements.c.announced_on.between(first_on, last_on), announcements.c.kind.not_in(NEWS))
    )
    rows: defaultdict[ArxivId, list[Any]] = defaultdict(list)
    with store.reading() as connection:
        for row in connection.execute(query):
            rows[ArxivId(row.id)].append(row)
    return {paper_id: _build_replaced(found) for paper_id, found in rows.items()}


def _build_replaced(rows: Sequence[Any]) -> _Replaced:
    return _Replaced(rows[0].comments, rows[0].is_withdrawn, {row.announced_on: row.version for row in rows})


def _find_sent(store: Store, everybody: Sequence[int], ids: Sequence[ArxivId]) -> Iterator[Any]:
    """For every reader and paper the newest version that they know, and when they were sent it first."""
    known = edition_papers.c
    query = (
        select(
            known.subscriber_id,
            known.paper_id,
            func.max(func.coalesce(known.version, 1)).label("version"),
            func.min(editions.c.announced_on).label("sent_on"),
        )
        .join(editions, editions.c.id == known.edition_id)
        .group_by(known.subscriber_id, known.paper_id)
    )
    with store.reading() as connection:
        for readers, some in product(lots(everybody), lots(ids)):
            yield from connection.execute(query.where(known.subscriber_id.in_(readers), known.paper_id.in_(some)))


def _build_update(row: Any, replaced: _Replaced) -> Update | None:
    # What was replaced before they were sent it, they were sent as it was then.
    announced = [version for on, version in replaced.versions.items() if on > row.sent_on]
    newest = max((version or 1 for version in announced), default=1)
    counts_as = max(newest, _SECOND) if announced and replaced.is_withdrawn else newest
    if counts_as <= row.version:
        return None
    return Update(
        paper_id=ArxivId(row.paper_id),
        version=newest if newest == counts_as else None,
        comments=replaced.comments,
        is_withdrawn=replaced.is_withdrawn,
        sent_on=row.sent_on,
    )


def _worst_first(update: Update) -> tuple[bool, ArxivId]:
    return not update.is_withdrawn, update.paper_id
