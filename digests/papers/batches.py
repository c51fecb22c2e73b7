"""How much of a batch each source has given: the rows of `batches`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, func, select

from digests.papers.gate import Fault, Progress, Runs, find_gap, judge
from digests.papers.paper import Announcement, Source
from digests.store.engine import Store
from digests.store.tables import batches

_FEW: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """How much of a scope's batch a source has given. Moments are aware UTC.

    closed_at   when it was whole
    fault       a word of gate.Fault, empty when it is whole
    items       pages: item numbers that are here
    added       papers of this batch that no other source had given before
    changed_at  since when it has said the same
    """

    scope: str
    announced_on: date
    source: Source
    seen: int
    total: int | None
    closed_at: datetime | None
    fault: str
    items: Runs
    added: int
    updated_at: datetime
    changed_at: datetime

    @property
    def whole(self) -> bool:
        return self.closed_at is not None

    @property
    def next_skip(self) -> int | None:
        """Pages: how many entries to skip to get the first missing one; None when none is missing."""
        gap = find_gap(self.items, self.total or 0)
        return None if gap is None else gap - 1


_COLUMNS: Final = tuple(field.name for field in fields(BatchRow))


def coverage(store: Store, on: date) -> list[BatchRow]:
    """Everything that is known of that day's batches, by scope and source."""
    with store.reading() as connection:
        return load_batch_rows(connection, [on])


def load_batch_rows(connection: Connection, dates: Collection[date]) -> list[BatchRow]:
    """Of these dates, by date, scope and source."""
    query = select(batches).where(batches.c.announced_on.in_(dates))
    ordered = query.order_by(batches.c.announced_on, batches.c.scope, batches.c.source)
    return [_build_batch_row(row) for row in connection.execute(ordered).mappings()]


def find_batch_row(store: Store, scope: str, source: Source, on: date) -> BatchRow | None:
    with store.reading() as connection:
        return _find_batch_row(connection, {"scope": scope, "announced_on": on, "source": source})


def find_busy(connection: Connection, on: date) -> frozenset[str]:
    """Archives and categories that had papers in every batch of the last month: an empty page of theirs went wrong."""
    recent = batches.c.announced_on.between(on - timedelta(days=30), on - timedelta(days=1))
    whole = (batches.c.source.in_((Source.LISTING, Source.CATCHUP)), batches.c.closed_at.is_not(None))
    query = select(batches.c.scope).where(recent, *whole).group_by(batches.c.scope)
    return frozenset(connection.scalars(query.having(func.min(batches.c.seen) >= _FEW)))


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
    row = _find_batch_row(connection, key)
    progress = judge(announcement, _build_progress(row) if row else None)
    fault = doubt or progress.fault
    if row and row.whole and fault:
        # What was proved whole stays so: a stale, short or empty answer of later says nothing.
        return
    values = {
        "seen": 0 if doubt is Fault.STALE else progress.seen,
        "total": progress.total,
        "broken": len(announcement.broken),
        "closed_at": None if fault else (row and row.closed_at) or now_at,
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
    row = _find_batch_row(connection, key)
    is_same = row is not None and all(getattr(row, name) == values[name] for name in ("seen", "total", "fault"))
    moments = {"updated_at": now_at, "changed_at": row.changed_at if row is not None and is_same else now_at}
    counted = {"added": added + (row.added if row is not None else 0)}
    everything = {**values, **moments, **counted}
    insert = store.insert(batches).values({**key, **everything})
    connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_=everything))


def _find_batch_row(connection: Connection, key: Mapping[str, Any]) -> BatchRow | None:
    row = connection.execute(select(batches).filter_by(**key)).mappings().one_or_none()
    return None if row is None else _build_batch_row(row)


def _build_progress(row: BatchRow) -> Progress:
    return Progress(row.items, row.total, row.seen, Fault(row.fault) if row.fault else None)


def _build_batch_row(row: RowMapping) -> BatchRow:
    columns = {name: row[name] for name in _COLUMNS}
    runs = tuple((first, last) for first, last in row["items"])
    return BatchRow(**columns | {"source": Source(row["source"]), "items": runs})
