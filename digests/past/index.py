"""The stored announcements made searchable: in the database, so that a fresh process need not read them again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, case, delete, extract, func, select, text

from digests.clock import ARXIV_ZONE
from digests.papers.paper import NEWS, ArxivId, Paper
from digests.past.postings import MAX_PAPERS, Posting, build_postings, find_hidden_beginnings
from digests.store.engine import Store
from digests.store.tables import announcements, papers, past_beginnings, past_days, past_words

#: How far back the past goes.
DAYS: Final = 60

#: Counted up when the same papers give other rows, as when words are read in another way.
VERSION: Final = 1
# Any number; see _write.
_ADVISORY_LOCK: Final = 7_301_996
_PAPER_FIELDS: Final = ("id", "title", "abstract", "authors", "categories", "comments")

#: Goes through the days; it may show how far that is, or end early.
Track = Callable[[Sequence[date]], Iterable[date]]


def index_past(store: Store, now_at: datetime, days: int = DAYS, *, track: Track = iter) -> list[date]:
    """Index the days of which a paper came or changed, and forget those before the window: the days indexed anew.

    A day of all of arXiv takes about a second; other writers wait only for its end. To see that nothing changed takes
    a tenth of that. Several processes may do it at the same time.
    """
    since = find_since(now_at, days)
    with store.reading() as connection:
        known = _find_known(connection, since)
        found = {row.announced_on: _sign(row) for row in connection.execute(_select_signs(since))}
    _forget(store, since, known.keys() - found.keys())
    changed = [on for on in sorted(found) if known.get(on) != found[on]]
    return [on for on in track(changed) if _index_day(store, on, now_at)]


def index_missing(store: Store, now_at: datetime, days: int = DAYS) -> list[date]:
    """Index the days of which nothing is indexed yet."""
    return [on for on in find_missing(store, now_at, days) if _index_day(store, on, now_at)]


def find_missing(store: Store, now_at: datetime, days: int = DAYS) -> list[date]:
    """Stored days of which nothing is indexed yet, oldest first; takes some milliseconds."""
    since = find_since(now_at, days)
    query = select(announcements.c.announced_on).where(announcements.c.announced_on >= since).distinct()
    with store.reading() as connection:
        return sorted(set(connection.scalars(query)) - _find_known(connection, since).keys())


def find_since(now_at: datetime, days: int) -> date:
    """The first day of the window."""
    return now_at.astimezone(ARXIV_ZONE).date() - timedelta(days=days)


def _find_known(connection: Connection, since: date) -> dict[date, str]:
    query = select(past_days.c.announced_on, past_days.c.fingerprint).where(past_days.c.announced_on >= since)
    return {row.announced_on: row.fingerprint for row in connection.execute(query)}


def _select_signs(since: date, until: date = date.max) -> Select[Any]:
    """By day, what changes when a paper comes or changes. No clock is compared with another host's."""
    changed_at = case((announcements.c.kind.in_(NEWS), papers.c.updated_at))
    return (
        select(
            announcements.c.announced_on,
            func.count(changed_at).label("papers"),
            func.sum(extract("epoch", changed_at)).label("seconds"),
            func.max(changed_at).label("newest"),
        )
        .join(papers, papers.c.id == announcements.c.paper_id)
        .where(announcements.c.announced_on.between(since, until))
        .group_by(announcements.c.announced_on)
    )


def _sign(row: Row[Any]) -> str:
    return f"{VERSION} {row.papers} {row.seconds} {row.newest}"


def _index_day(store: Store, on: date, now_at: datetime) -> bool:
    """False where another process was faster."""
    with store.reading() as connection:
        before = connection.execute(select(past_days).where(past_days.c.announced_on == on)).one_or_none()
        # Read before the papers: of one that changes between the two the next run hears.
        signs = connection.execute(_select_signs(on, on)).one_or_none()
        found = _load_papers(connection, on)
    if signs is None or (before and before.fingerprint == _sign(signs)):
        return False
    numbered = _number(before.papers if before else (), found)
    postings = list(build_postings([found[paper_id] for paper_id in numbered]))
    day = {"announced_on": on, "papers": numbered, "fingerprint": _sign(signs), "indexed_at": now_at}
    return _write(store, day, postings, instead_of=before.fingerprint if before else None)


def _load_papers(connection: Connection, on: date) -> dict[ArxivId, Paper]:
    query = (
        select(*(papers.c[name] for name in _PAPER_FIELDS))
        .join(announcements, announcements.c.paper_id == papers.c.id)
        .where(announcements.c.announced_on == on, announcements.c.kind.in_(NEWS))
    )
    rows = connection.execute(query).mappings()
    read = (row | {"authors": tuple(row["authors"]), "categories": tuple(row["categories"])} for row in map(dict, rows))
    return {fields["id"]: Paper(**fields) for fields in read}


def _number(before: Iterable[ArxivId], found: Mapping[ArxivId, Paper]) -> list[ArxivId]:
    """New papers behind the others: who reads meanwhile has the numbers of before."""
    kept = list(before)
    if not set(kept) <= found.keys():
        kept = []
    return [*kept, *sorted(found.keys() - set(kept))][:MAX_PAPERS]


def _write(store: Store, day: Mapping[str, Any], postings: Sequence[Posting], *, instead_of: str | None) -> bool:
    on = day["announced_on"]
    words = [{"announced_on": on, **posting._asdict()} for posting in postings]
    beginnings = {(start, posting.word) for posting in postings for start in find_hidden_beginnings(posting)}
    with store.writing() as connection:
        if store.is_postgresql:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        if _find_known(connection, on).get(on) != instead_of:
            return False
        for table in (past_days, past_words, past_beginnings):
            connection.execute(delete(table).where(table.c.announced_on == on))
        connection.execute(store.insert(past_days).values(day))
        if words:
            connection.execute(store.insert(past_words), words)
        if beginnings:
            rows = [{"announced_on": on, "beginning": start, "word": word} for start, word in sorted(beginnings)]
            connection.execute(store.insert(past_beginnings), rows)
    return True


def _forget(store: Store, since: date, gone: Iterable[date]) -> None:
    """Days before the window, and those of which no paper is here any more."""
    with store.reading() as connection:
        old = connection.scalars(select(past_days.c.announced_on).where(past_days.c.announced_on < since)).all()
    for on in [*old, *gone]:
        with store.writing() as connection:
            for table in (past_days, past_words, past_beginnings):
                connection.execute(delete(table).where(table.c.announced_on == on))
