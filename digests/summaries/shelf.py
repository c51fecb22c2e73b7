"""The summaries' rows: planned, found by what is due, kept for every later reader (invariant 3).

A row belongs to words, not to a paper: a replacement that changes them has none, and two papers of the same words
share one. Who asks takes a row first: claims.py.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, or_, select, update

from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.store.tables import papers, summaries
from digests.summaries.draft import Kind
from digests.summaries.summary import Key, Point, Summary, SummaryState

#: After the first, second and third failure; there is no fifth try.
RETRY_DELAYS: Final = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
MAX_ATTEMPTS: Final = len(RETRY_DELAYS) + 1
#: So long after a paper came its summary is waited for, while the model's server is closed to us.
_PATIENCE: Final = timedelta(minutes=45)
_READABLE: Final = (SummaryState.DONE, SummaryState.DOUBTFUL)
SAME_WORDS: Final = summaries.c.words_hash == papers.c.words_hash


def plan_summaries(store: Store, readers: Mapping[ArxivId, int], key: Key, now: datetime) -> int:
    """Plan what nobody has in readable form, whatever model or prompt wrote it; the number of new rows.

    Unfinished plans of another model or prompt are dropped: nobody would ask for them any more.

    readers  how many get each paper; planned again by other readers' lots, the largest lot counts
    """
    with store.writing() as connection:
        wanted = _find_unreadable(connection, readers, key.language)
        if not wanted:
            return 0
        unfinished = summaries.c.state.in_((SummaryState.PLANNED, SummaryState.FAILED))
        connection.execute(
            delete(summaries).where(
                summaries.c.words_hash.in_(wanted.values()),
                summaries.c.language == key.language,
                unfinished,
                ~is_of(key),
            )
        )
        same = {
            **asdict(key),
            "state": SummaryState.PLANNED,
            "points": [],
            "faults": [],
            "updated_at": now,
        }
        rows = [
            {"paper_id": paper_id, "words_hash": words, "readers": readers[ArxivId(paper_id)], **same}
            for paper_id, words in wanted.items()
        ]
        insert = store.insert(summaries)
        planned = insert.on_conflict_do_nothing().returning(summaries.c.id)
        count = len(connection.execute(planned, rows).all())
        _count_readers(connection, wanted, readers, key)
        return count


def due_summaries(store: Store, paper_ids: Collection[ArxivId], key: Key, now: datetime) -> list[ArxivId]:
    """The papers whose plan waits to be asked for: planned, failed with its time come, or claimed by a dead process."""
    query = _select_papers(paper_ids, key).where(is_due(now)).order_by(summaries.c.readers.desc(), papers.c.id)
    with store.reading() as connection:
        return [ArxivId(paper_id) for paper_id in connection.scalars(query)]


def has_open(store: Store, paper_ids: Collection[ArxivId], key: Key, now: datetime) -> bool:
    """Is any of them waiting to be asked for now, or being asked for, or about to be?"""
    held = and_(summaries.c.state == SummaryState.CLAIMED, summaries.c.lease_until >= now)
    # A server that is away for a minute must not send a whole day out in English.
    soon = and_(
        summaries.c.state == SummaryState.PLANNED,
        summaries.c.retry_at <= now + RETRY_DELAYS[0],
        papers.c.stored_at > now - _PATIENCE,
    )
    query = _select_papers(paper_ids, key).where(or_(is_due(now), held, soon)).limit(1)
    with store.reading() as connection:
        return connection.execute(query).first() is not None


def find_summaries(store: Store, paper_ids: Collection[ArxivId], language: str) -> dict[ArxivId, Summary]:
    """By the papers' words of now. The newest readable one, of any model and prompt; without one, the newest."""
    query = (
        select(summaries, papers.c.id.label("asked_id"))
        .join(papers, SAME_WORDS)
        .where(papers.c.id.in_(paper_ids), summaries.c.language == language)
        .order_by(summaries.c.state.in_(_READABLE), summaries.c.updated_at, summaries.c.id)
    )
    with store.reading() as connection:
        return {ArxivId(row.asked_id): _summary(row) for row in connection.execute(query)}


def is_of(key: Key) -> ColumnElement[bool]:
    return and_(*(summaries.c[name] == value for name, value in asdict(key).items()))


def is_due(now: datetime) -> ColumnElement[bool]:
    state, retry_at = summaries.c.state, summaries.c.retry_at
    return and_(
        summaries.c.attempts < MAX_ATTEMPTS,
        or_(
            and_(state == SummaryState.PLANNED, or_(retry_at.is_(None), retry_at <= now)),
            and_(state == SummaryState.FAILED, retry_at <= now),
            and_(state == SummaryState.CLAIMED, summaries.c.lease_until < now),
        ),
    )


def _find_unreadable(connection: Connection, paper_ids: Collection[ArxivId], language: str) -> dict[str, str]:
    has_one = select(summaries.c.id).where(
        SAME_WORDS, summaries.c.language == language, summaries.c.state.in_(_READABLE)
    )
    query = select(papers.c.id, papers.c.words_hash).where(papers.c.id.in_(paper_ids), ~has_one.exists())
    return {row.id: row.words_hash for row in connection.execute(query)}


def _select_papers(paper_ids: Collection[ArxivId], key: Key) -> Select[str]:
    return select(papers.c.id).join(summaries, SAME_WORDS).where(papers.c.id.in_(paper_ids), is_of(key))


def _count_readers(connection: Connection, wanted: Mapping[str, str], readers: Mapping[ArxivId, int], key: Key) -> None:
    mine = and_(summaries.c.words_hash == bindparam("words"), is_of(key), summaries.c.readers < bindparam("count"))
    counted = [{"words": words, "count": readers[ArxivId(paper_id)]} for paper_id, words in wanted.items()]
    connection.execute(update(summaries).where(mine).values(readers=bindparam("count")), counted)


def _summary(row: Any) -> Summary:
    return Summary(
        paper_id=ArxivId(row.asked_id),
        language=row.language,
        state=SummaryState(row.state),
        kind=Kind(row.kind),
        model=row.written_by or row.model,
        title=row.title,
        tldr=row.tldr,
        abstract=row.abstract,
        points=tuple(Point(label, text) for label, text in row.points),
        faults=tuple(row.faults),
        retry_at=row.retry_at,
    )
