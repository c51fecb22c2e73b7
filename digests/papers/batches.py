"""How much of a batch each source has given: the rows of `batches`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from digests.papers.gate import Fault, Progress, find_gap, judge
from digests.papers.paper import Announcement, Source
from digests.store.engine import Store
from digests.store.tables import batches


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """How much of a scope's batch a source has given.

    fault       a word of gate.Fault, empty when it is whole
    next_skip   pages: how many entries to skip to get the first missing one; None when none is missing
    added       papers of this batch that no other source had given before
    changed_at  since when (aware UTC) it has said the same
    """

    scope: str
    source: Source
    seen: int
    total: int | None
    whole: bool
    fault: str = ""
    next_skip: int | None = None
    added: int = 0
    changed_at: datetime | None = None


def coverage(store: Store, on: date) -> list[BatchRow]:
    """Everything that is known of that day's batches, by scope and source."""
    query = select(batches).where(batches.c.announced_on == on).order_by(batches.c.scope, batches.c.source)
    with store.reading() as connection:
        return [_build_batch_row(row) for row in connection.execute(query).mappings()]


def count_seen(store: Store, on: date) -> int:
    """Entries that all sources together have given of that day's batches; one more means that there is news."""
    return sum(row.seen for row in coverage(store, on))


def find_recent_dates(store: Store, since: datetime) -> list[date]:
    """ArXiv's dates of the batches that changed since then (aware UTC), oldest first."""
    query = select(batches.c.announced_on).where(batches.c.updated_at >= since).distinct()
    with store.reading() as connection:
        return sorted(connection.scalars(query))


def store_progress(
    store: Store,
    connection: Connection,
    announcement: Announcement,
    day: date,
    now_at: datetime,
    *,
    added: int,
    doubt: Fault | None,
) -> None:
    key = {"scope": announcement.scope, "announced_on": day, "source": announcement.source}
    query = select(batches).filter_by(**key)
    row = connection.execute(query).mappings().one_or_none()
    progress = judge(announcement, _build_progress(row) if row else None)
    fault = doubt or progress.fault
    if row and row["closed_at"] and fault:
        # What was proved whole stays so: a stale, short or empty answer of later says nothing.
        return
    values = {
        "seen": 0 if doubt is Fault.STALE else progress.seen,
        "total": progress.total,
        "broken": len(announcement.broken),
        "closed_at": None if fault else (row and row["closed_at"]) or now_at,
        "fault": fault or "",
        "items": progress.items,
    }
    store_batch(store, connection, key, values, added=added, now_at=now_at)


def store_batch(
    store: Store,
    connection: Connection,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    added: int,
    now_at: datetime,
) -> None:
    """Write a row of `batches`; `added` comes to what the source has added before."""
    row = connection.execute(select(batches).filter_by(**key)).mappings().one_or_none()
    is_same = row is not None and all(row[name] == values[name] for name in ("seen", "total", "fault"))
    moments = {"updated_at": now_at, "changed_at": row["changed_at"] if row is not None and is_same else now_at}
    counted = {"added": added + (row["added"] if row is not None else 0)}
    everything = {**values, **moments, **counted}
    insert = store.insert(batches).values({**key, **everything})
    connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=everything))


def _build_progress(row: RowMapping) -> Progress:
    items = tuple((first, last) for first, last in row["items"])
    return Progress(items, row["total"], row["seen"], Fault(row["fault"]) if row["fault"] else None)


def _build_batch_row(row: RowMapping) -> BatchRow:
    gap = find_gap(_build_progress(row).items, row["total"] or 0)
    return BatchRow(
        scope=row["scope"],
        source=Source(row["source"]),
        seen=row["seen"],
        total=row["total"],
        whole=row["closed_at"] is not None,
        fault=row["fault"],
        next_skip=None if gap is None else gap - 1,
        added=row["added"],
        changed_at=row["changed_at"],
    )
