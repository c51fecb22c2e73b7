"""Rows taken to be asked for: each by one process until its lease ends, and given back with what came of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, and_, select, update

from digests.papers.paper import ArxivId, Paper
from digests.store.engine import Store
from digests.store.tables import papers, summaries
from digests.summaries.quality import Tried, count_answers
from digests.summaries.shelf import MAX_ATTEMPTS, RETRY_DELAYS, SAME_WORDS, is_due, is_of
from digests.summaries.summary import Key, Summary, SummaryState
from digests.summaries.usage import Usage


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours until its lease ends. `paper` has only its words; `attempts` counts this one."""

    row_id: int
    claim: str
    attempts: int
    paper: Paper
    words_hash: str
    readers: int


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
        .join(papers, SAME_WORDS)
        .where(papers.c.id.in_(paper_ids), is_of(key), is_due(now))
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
            .where(summaries.c.id.in_(rows), is_due(now))
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
        "faults": [],
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
    planned: dict[str, Any] = {"state": SummaryState.PLANNED, "faults": [], "claim": None, "lease_until": None}
    later = {"retry_at": _later(now, retry_after_seconds), "error": reason, "updated_at": now}
    due = and_(summaries.c.words_hash.in_(same_words), is_of(key), is_due(now))
    with store.writing() as connection:
        connection.execute(update(summaries).where(due).values(**planned, **later))


def _bury(connection: Connection, now: datetime) -> None:
    """A paper whose process died at every attempt is not asked for again."""
    dead = and_(
        summaries.c.state == SummaryState.CLAIMED,
        summaries.c.lease_until < now,
        summaries.c.attempts >= MAX_ATTEMPTS,
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
    return now + (RETRY_DELAYS[0] if seconds is None else timedelta(seconds=seconds))


def _retry_at(state: SummaryState, attempts: int, usage: Usage, now: datetime) -> datetime | None:
    if state is SummaryState.PLANNED:
        return _later(now, usage.retry_after_seconds)
    if state is not SummaryState.FAILED or attempts >= MAX_ATTEMPTS:
        return None
    return now + max(RETRY_DELAYS[attempts - 1], timedelta(seconds=usage.retry_after_seconds or 0))


def _claimed(row: Any, claim: str, attempts: int) -> Claimed:
    paper = Paper(id=ArxivId(row.paper_id), title=row.title, abstract=row.abstract)
    return Claimed(row.id, claim, attempts, paper, row.words_hash, row.readers)
