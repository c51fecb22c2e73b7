"""The rows of what was announced: store a document, find papers and batches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, func, select, text

from digests.clock import Now
from digests.errors import SourceMalformed
from digests.papers.batches import store_progress
from digests.papers.gate import Fault
from digests.papers.merging import Known, best_kind, hash_words, kind_rank, merge
from digests.papers.paper import NEWS, Announced, Announcement, ArxivId, Kind, Paper, Source
from digests.store.engine import Store, lots
from digests.store.tables import announcements, papers

# Any number; see lock_shelf.
_ADVISORY_LOCK: Final = 7_301_995
#: Hosts' clocks differ by seconds; what is further ahead was written while a clock was wrong.
_MAX_SKEW: Final = timedelta(minutes=10)
_PAPER_FIELDS: Final = tuple(Paper.__slots__)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a document brought: distinct papers, how many of them no document had brought before, unreadable entries.

    announced  of how many papers this batch, or that they are news in it, was not known before
    """

    entries: int
    new: int
    known: int
    broken: int = 0
    announced: int = 0


def store_announcement(
    store: Store, announcement: Announcement, now: Now, *, on: date | None = None, doubt: Fault | None = None
) -> Stored:
    """Store papers, announcements and the batch's progress in one transaction; a second time changes nothing.

    on      the day, where the document has none or the caller knows better
    doubt   why it is not whole although it says so
    Raises  SourceMalformed when neither says the day.
    """
    day = on or announcement.announced_on
    if day is None:
        raise SourceMalformed("The document does not say of which day it is; give the day (--on DATE).")
    kinds = _kinds_of(announcement)
    with store.writing() as connection:
        lock_shelf(store, connection)
        found = [entry.paper for entry in announcement.entries]
        new = _merge_papers(store, connection, found, announcement.source, now())
        is_stale = _is_stale(connection, announcement, kinds, day)
        added = 0 if is_stale else store_kinds(store, connection, _announce(announcement, kinds), day, now())
        doubt = Fault.STALE if is_stale else doubt
        store_progress(store, connection, announcement, day, now(), added=added, doubt=doubt)
    return Stored(entries=len(kinds), new=new, known=len(kinds) - new, broken=len(announcement.broken), announced=added)


def store_papers(store: Store, found: Iterable[Paper], source: Source, now: Now) -> Stored:
    """Store papers that no announcement brought: they are in no batch. A second time changes nothing."""
    found = list(found)
    with store.writing() as connection:
        lock_shelf(store, connection)
        new = _merge_papers(store, connection, found, source, now())
    entries = len({paper.id for paper in found})
    return Stored(entries=entries, new=new, known=entries - new)


def load_batch(store: Store, on: date) -> list[Announced]:
    """All papers announced on that day, each once: new, cross-listed, replaced, in each the ids ascending."""
    query = (
        select(papers, announcements.c.kind)
        .join(announcements, announcements.c.paper_id == papers.c.id)
        .where(announcements.c.announced_on == on)
    )
    with store.reading() as connection:
        found = [Announced(_build_paper(row), Kind(row["kind"])) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda entry: (kind_rank(entry.kind), entry.paper.id))


def find_papers(store: Store, ids: Iterable[ArxivId]) -> dict[ArxivId, Paper]:
    """Those of the papers that are here."""
    with store.reading() as connection:
        return {paper_id: known.paper for paper_id, known in _find_known(connection, sorted(set(ids))).items()}


def find_stored(store: Store, since: date) -> dict[date, datetime]:
    """Dates from `since` on of which any paper is here, oldest first, and since when (aware UTC)."""
    query = (
        select(announcements.c.announced_on, func.min(announcements.c.stored_at))
        .where(announcements.c.announced_on >= since)
        .group_by(announcements.c.announced_on)
        .order_by(announcements.c.announced_on)
    )
    with store.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def latest_date(store: Store) -> date | None:
    """The newest day of which any paper is here."""
    with store.reading() as connection:
        newest: date | None = connection.scalar(select(func.max(announcements.c.announced_on)))
        return newest


def lock_shelf(store: Store, connection: Connection) -> None:
    """One writer at a time: what it merges with must not change meanwhile. On SQLite BEGIN IMMEDIATE is enough."""
    if store.is_postgresql:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _kinds_of(announcement: Announcement) -> dict[ArxivId, Kind]:
    kinds: dict[ArxivId, Kind] = {}
    for entry in announcement.entries:
        kinds[entry.paper.id] = best_kind(entry.kind, kinds.get(entry.paper.id, entry.kind))
    return kinds


def _merge_papers(
    store: Store, connection: Connection, found: Sequence[Paper], source: Source, now_at: datetime
) -> int:
    """How many papers were not here before."""
    before = _find_known(connection, sorted({paper.id for paper in found}))
    after = dict(before)
    for paper in found:
        after[paper.id] = merge(after.get(paper.id), paper, source)
    changed = [_build_row(known, now_at) for paper_id, known in sorted(after.items()) if before.get(paper_id) != known]
    if changed:
        insert = store.insert(papers)
        columns = {name: insert.excluded[name] for name in changed[0] if name not in {"id", "stored_at"}}
        connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=columns), changed)
    return len(after) - len(before)


def _build_row(known: Known, now_at: datetime) -> dict[str, Any]:
    row = {name: getattr(known.paper, name) for name in _PAPER_FIELDS}
    words = {"words_source": known.source, "words_hash": hash_words(known.paper)}
    return row | words | {"stored_at": now_at, "updated_at": now_at}


def _find_known(connection: Connection, ids: Sequence[ArxivId]) -> dict[ArxivId, Known]:
    found: dict[ArxivId, Known] = {}
    for some in lots(ids):
        for row in connection.execute(select(papers).where(papers.c.id.in_(some))).mappings():
            paper = _build_paper(row)
            found[paper.id] = Known(paper, Source(row["words_source"]))
    return found


def _build_paper(row: RowMapping) -> Paper:
    fields = {name: row[name] for name in _PAPER_FIELDS}
    return Paper(**fields | {"authors": tuple(row["authors"]), "categories": tuple(row["categories"])})


def _is_stale(connection: Connection, announcement: Announcement, kinds: dict[ArxivId, Kind], day: date) -> bool:
    """A feed with today's date and yesterday's papers (cs.AI on 2026-08-12): all of it was announced so before.

    Its new papers tell, whatever else was fetched; without any, all that it has. Pages keep the old date with the old
    papers.
    """
    if announcement.source.is_page:
        return False
    telling = {paper_id for paper_id, kind in kinds.items() if kind is Kind.NEW} or set(kinds)
    query = select(announcements.c.paper_id, announcements.c.kind).where(
        announcements.c.paper_id.in_(sorted(telling)), announcements.c.announced_on < day
    )
    before = {(row.paper_id, row.kind) for row in connection.execute(query)}
    return bool(telling) and all((paper_id, kinds[paper_id]) in before for paper_id in telling)


def _announce(announcement: Announcement, kinds: dict[ArxivId, Kind]) -> dict[ArxivId, tuple[Kind, int | None]]:
    """A page of the past shows the versions of today: only that of a new paper is known, which is its first."""
    versions = {entry.paper.id: entry.paper.version for entry in announcement.entries}
    if announcement.source is Source.CATCHUP:
        versions = {paper_id: 1 if kind is Kind.NEW else None for paper_id, kind in kinds.items()}
    return {paper_id: (kind, versions[paper_id]) for paper_id, kind in kinds.items()}


def store_kinds(
    store: Store,
    connection: Connection,
    announced: Mapping[ArxivId, tuple[Kind, int | None]],
    day: date,
    now_at: datetime,
) -> int:
    """Say which papers, stored already, that day announced, with kind and version; returns how many that is news of."""
    stored_at = _find_moment(connection, now_at)
    query = select(announcements).where(announcements.c.announced_on == day)
    before = {row["paper_id"]: row for row in connection.execute(query).mappings()}
    rows, fresh = [], 0
    for paper_id, (kind, version) in sorted(announced.items()):
        row = before.get(paper_id)
        after = _announce_again(row, kind, version) if row else {"kind": kind, "version": version}
        if after is None:
            continue
        fresh += "stored_at" not in after
        rows.append({"paper_id": paper_id, "announced_on": day, "stored_at": stored_at} | after)
    if rows:
        insert = store.insert(announcements)
        values = {name: insert.excluded[name] for name in ("kind", "version", "stored_at")}
        index = ["paper_id", "announced_on"]
        connection.execute(insert.on_conflict_do_update(index_elements=index, set_=values), rows)
    return fresh


def _find_moment(connection: Connection, now_at: datetime) -> datetime:
    """Later than all that is stored: of two hosts one's clock is behind, and what came later must not look earlier."""
    newest = connection.scalar(select(func.max(announcements.c.stored_at)))
    is_ahead = newest is not None and now_at <= newest < now_at + _MAX_SKEW
    return newest + timedelta(microseconds=1) if is_ahead else now_at


def _announce_again(row: RowMapping, kind: Kind, version: int | None) -> dict[str, Any] | None:
    """What is better known now than `row` says; None: nothing is.

    A replacement that turns out to be news, and a cross-list that is new, come as if it were now: whoever had the
    batch, perhaps without cross-lists, has not had them.
    """
    known = Kind(row["kind"])
    better = best_kind(known, kind)
    if better is known and (version is None or row["version"] is not None):
        return None
    after = {"kind": better, "version": row["version"] or version}
    return after if better in NEWS and better is not known else after | {"stored_at": row["stored_at"]}
