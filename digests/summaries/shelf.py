"""The summaries' rows: planned, claimed by one process at a time, kept for every later reader (invariant 3).

A row belongs to words, not to a paper: a replacement that changes them has none, and two papers of the same words
share one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, or_, select, update

from digests.papers.paper import ArxivId, Paper
from digests.store.engine import Store
from digests.store.tables import papers, summaries
from digests.summaries.draft import Kind
from digests.summaries.quality import Tried, count_answers
from digests.summaries.summary import Key, Point, Summary, SummaryState, Usage

#: After the first, second and third failure; there is no fifth try.
_RETRY_DELAYS: Final = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
_MAX_ATTEMPTS: Final = len(_RETRY_DELAYS) + 1
_READABLE: Final = (SummaryState.DONE, SummaryState.DOUBTFUL)
_SAME_WORDS: Final = summaries.c.words_hash == papers.c.words_hash


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours until its lease ends. `paper` has only its words; `attempts` counts this one."""

    row_id: int
    claim: str
    attempts: int
    paper: Paper
    words_hash: str
    readers: int


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
                ~_is_of(key),
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
    query = _select_papers(paper_ids, key).where(_is_due(now)).order_by(summaries.c.readers.desc(), papers.c.id)
    with store.reading() as connection:
        return [ArxivId(paper_id) for paper_id in connection.scalars(query)]


def has_open(store: Store, paper_ids: Collection[ArxivId], key: Key, now: datetime) -> bool:
    """Is any of them waiting to be asked for now, or being asked for?"""
    held = and_(summaries.c.state == SummaryState.CLAIMED, summaries.c.lease_until >= now)
    query = _select_papers(paper_ids, key).where(or_(_is_due(now), held)).limit(1)
    with store.reading() as connection:
        return connection.execute(query).first() is not None


def claim_summaries(
    store: Store, paper_ids: Collection[ArxivId], key: Key, *, limit: int, lease_seconds: float, now: datetime
) -> list[Claimed]:
    """Take at most `limit` due rows; of two processes that ask at once, each row goes to one."""
    claim = str(uuid4())
    due = (
        select(
            summaries.c.id,
            summaries.c.readers,
            summaries.c.words_hash,
            papers.c.id.label("paper_id"),
            papers.c.title,
            papers.c.abstract,
        )
        .join(papers, _SAME_WORDS)
        .where(papers.c.id.in_(paper_ids), _is_of(key), _is_due(now))
        .order_by(summaries.c.readers.desc(), summaries.c.id)
        .limit(limit)
        # PostgreSQL only; on SQLite the transaction is the lock.
        .with_for_update(of=summaries, skip_locked=True)
    )
    with store.writing() as connection:
        _bury(connection, now)
        rows = {row.id: row for row in connection.execute(due)}
        taken = connection.execute(
            update(summaries)
            .where(summaries.c.id.in_(rows), _is_due(now))
            .values(
                state=SummaryState.CLAIMED,
                claim=claim,
                lease_until=now + timedelta(seconds=lease_seconds),
                attempts=summaries.c.attempts + 1,
                updated_at=now,
            )
            .returning(summaries.c.id, summaries.c.attempts)
        )
        return [_claimed(rows[row_id], claim, attempts) for row_id, attempts in taken]


def save_summary(
    store: Store, claimed: Claimed, summary: Summary, usage: Usage, now: datetime, tried: Iterable[Tried] = ()
) -> bool:
    """Keep the outcome, if the claim is still ours (False: it expired and somebody else has the row).

    tried  the answers that were had for it, counted in any case
    """
    values: dict[str, Any] = build_text(summary, usage)
    values |= {name: summaries.c[name] + number for name, number in list_costs(usage).items()}
    values["retry_at"] = _retry_at(summary.state, claimed.attempts, usage, now)
    if summary.state is SummaryState.PLANNED:
        # Not asked: there was no money.
        values["attempts"] = claimed.attempts - 1
    with store.writing() as connection:
        count_answers(store, connection, tried, now.astimezone(UTC).date())
        return _finish_on(connection, claimed, values, now)


def build_text(summary: Summary, usage: Usage) -> dict[str, Any]:
    """The columns of what was answered."""
    return {
        "state": summary.state,
        "kind": summary.kind,
        "written_by": summary.model,
        "title": summary.title,
        "tldr": summary.tldr,
        "abstract": summary.abstract,
        "points": [[point.label, point.text] for point in summary.points],
        "faults": list(summary.faults),
        "finish_reason": usage.finish_reason[:40],
        "error": usage.error,
    }


def list_costs(usage: Usage) -> dict[str, int]:
    """By column; a row adds up all that was ever asked for it."""
    return {
        "prompt_tokens": usage.tokens.prompt,
        "completion_tokens": usage.tokens.completion,
        "cached_tokens": usage.tokens.cached,
        "micros": usage.micros,
    }


def give_back(
    store: Store, claimed: Claimed, reason: str, now: datetime, retry_after_seconds: float | None = None
) -> bool:
    """The model's server is closed to us: planned again, and this attempt does not count."""
    values = {
        "state": SummaryState.PLANNED,
        "attempts": claimed.attempts - 1,
        "error": reason,
        "retry_at": _later(now, retry_after_seconds),
    }
    return _finish(store, claimed, values, now)


def put_off(
    store: Store,
    paper_ids: Collection[ArxivId],
    key: Key,
    reason: str,
    now: datetime,
    retry_after_seconds: float | None = None,
) -> None:
    """Plan all that is due for later, unasked: the server that is closed to one is closed to all."""
    same_words = select(papers.c.words_hash).where(papers.c.id.in_(paper_ids))
    planned = {"state": SummaryState.PLANNED, "claim": None, "lease_until": None}
    later = {"retry_at": _later(now, retry_after_seconds), "error": reason, "updated_at": now}
    due = and_(summaries.c.words_hash.in_(same_words), _is_of(key), _is_due(now))
    with store.writing() as connection:
        connection.execute(update(summaries).where(due).values(**planned, **later))


def find_summaries(store: Store, paper_ids: Collection[ArxivId], language: str) -> dict[ArxivId, Summary]:
    """By the papers' words of now. The newest readable one, of any model and prompt; without one, the newest."""
    query = (
        select(summaries, papers.c.id.label("asked_id"))
        .join(papers, _SAME_WORDS)
        .where(papers.c.id.in_(paper_ids), summaries.c.language == language)
        .order_by(summaries.c.state.in_(_READABLE), summaries.c.updated_at, summaries.c.id)
    )
    with store.reading() as connection:
        return {ArxivId(row.asked_id): _summary(row) for row in connection.execute(query)}


def _find_unreadable(connection: Connection, paper_ids: Collection[ArxivId], language: str) -> dict[str, str]:
    has_one = select(summaries.c.id).where(
        _SAME_WORDS, summaries.c.language == language, summaries.c.state.in_(_READABLE)
    )
    query = select(papers.c.id, papers.c.words_hash).where(papers.c.id.in_(paper_ids), ~has_one.exists())
    return {row.id: row.words_hash for row in connection.execute(query)}


def _select_papers(paper_ids: Collection[ArxivId], key: Key) -> Select[str]:
    return select(papers.c.id).join(summaries, _SAME_WORDS).where(papers.c.id.in_(paper_ids), _is_of(key))


def _is_of(key: Key) -> ColumnElement[bool]:
    return and_(*(summaries.c[name] == value for name, value in asdict(key).items()))


def _is_due(now: datetime) -> ColumnElement[bool]:
    state, retry_at = summaries.c.state, summaries.c.retry_at
    return and_(
        summaries.c.attempts < _MAX_ATTEMPTS,
        or_(
            and_(state == SummaryState.PLANNED, or_(retry_at.is_(None), retry_at <= now)),
            and_(state == SummaryState.FAILED, retry_at <= now),
            and_(state == SummaryState.CLAIMED, summaries.c.lease_until < now),
        ),
    )


def _bury(connection: Connection, now: datetime) -> None:
    """A paper whose process died at every attempt is not asked for again."""
    dead = and_(
        summaries.c.state == SummaryState.CLAIMED,
        summaries.c.lease_until < now,
        summaries.c.attempts >= _MAX_ATTEMPTS,
    )
    buried = {"state": SummaryState.FAILED, "retry_at": None, "claim": None, "error": "the process died each time"}
    connection.execute(update(summaries).where(dead).values(**buried))


def _finish(store: Store, claimed: Claimed, values: dict[str, Any], now: datetime) -> bool:
    with store.writing() as connection:
        return _finish_on(connection, claimed, values, now)


def _finish_on(connection: Connection, claimed: Claimed, values: dict[str, Any], now: datetime) -> bool:
    ours = and_(summaries.c.id == claimed.row_id, summaries.c.claim == claimed.claim)
    ended = {"claim": None, "lease_until": None, "updated_at": now}
    done = connection.execute(update(summaries).where(ours).values(**values, **ended).returning(summaries.c.id))
    return done.first() is not None


def _later(now: datetime, seconds: float | None) -> datetime:
    return now + (_RETRY_DELAYS[0] if seconds is None else timedelta(seconds=seconds))


def _retry_at(state: SummaryState, attempts: int, usage: Usage, now: datetime) -> datetime | None:
    if state is SummaryState.PLANNED:
        return _later(now, usage.retry_after_seconds)
    if state is not SummaryState.FAILED or attempts >= _MAX_ATTEMPTS:
        return None
    return now + max(_RETRY_DELAYS[attempts - 1], timedelta(seconds=usage.retry_after_seconds or 0))


def _count_readers(connection: Connection, wanted: Mapping[str, str], readers: Mapping[ArxivId, int], key: Key) -> None:
    mine = and_(summaries.c.words_hash == bindparam("words"), _is_of(key), summaries.c.readers < bindparam("count"))
    counted = [{"words": words, "count": readers[ArxivId(paper_id)]} for paper_id, words in wanted.items()]
    connection.execute(update(summaries).where(mine).values(readers=bindparam("count")), counted)


def _claimed(row: Any, claim: str, attempts: int) -> Claimed:
    paper = Paper(id=ArxivId(row.paper_id), title=row.title, abstract=row.abstract)
    return Claimed(row.id, claim, attempts, paper, row.words_hash, row.readers)


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
