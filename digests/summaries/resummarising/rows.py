"""Texts that are asked for again although they can be read: readers have the old one until there is a new one.

The row that readers see is claimed as it stands, in whatever state it is. No worker looks at it meanwhile (they take
what has no text), and when this process dies the lease ends and the text is what it was. `updated_at` says when it was
last asked for, so of two runs at once the second passes by what the first has done.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from digests.papers.paper import ArxivId, Paper
from digests.store.engine import Store, lots
from digests.store.tables import papers, summaries
from digests.summaries.claims import Claimed, build_text, claim_summaries, give_back, list_costs, save_summary
from digests.summaries.draft import Kind
from digests.summaries.quality import count_answers
from digests.summaries.shelf import SAME_WORDS, is_of, plan_summaries
from digests.summaries.summarize import Outcome
from digests.summaries.summary import Key, SummaryState

_READABLE: Final = summaries.c.state.in_((SummaryState.DONE, SummaryState.DOUBTFUL))
_WITHOUT_TEXT: Final = summaries.c.state.in_((SummaryState.PLANNED, SummaryState.FAILED, SummaryState.REFUSED))


@dataclass(frozen=True, slots=True, order=True)
class Worth:
    """A whole text before a short one, then one without a mark before one with."""

    is_whole: bool
    is_sure: bool

    @classmethod
    def of(cls, kind: Kind, state: SummaryState) -> "Worth":
        return cls(kind is not Kind.BRIEF, state is SummaryState.DONE)


@dataclass(frozen=True, slots=True)
class Again:
    """A claim of ours. `shown` is what readers have meanwhile; None: English."""

    claimed: Claimed
    key: Key
    shown: Worth | None = None


class Ending(StrEnum):
    #: Or written, where there was no text.
    REPLACED = "replaced"
    #: The old text, because the new one is worth less, or is none.
    KEPT = "kept"
    #: There was no text, and there still is none.
    ENGLISH = "english"
    #: Somebody else has the row, or has just asked.
    BUSY = "busy"
    #: The model's server is closed to us.
    UNASKED = "unasked"


def find_texts(store: Store, paper_ids: Collection[ArxivId]) -> list[tuple[ArxivId, str]]:
    """(paper, language) of all that was ever asked for; papers of the same words are one."""
    found: set[tuple[ArxivId, str]] = set()
    with store.reading() as connection:
        for lot in lots(paper_ids):
            query = (
                select(func.min(papers.c.id), summaries.c.language)
                .join(summaries, SAME_WORDS)
                .where(papers.c.id.in_(lot))
                .group_by(papers.c.words_hash, summaries.c.language)
            )
            found |= {(ArxivId(paper_id), language) for paper_id, language in connection.execute(query)}
    return sorted(found)


def claim_again(
    store: Store, paper_id: ArxivId, key: Key, *, begun_at: datetime, lease_seconds: float, now: datetime
) -> Again | None:
    """Take a paper's text in the language of `key`, whoever wrote it.

    None: somebody else has it, or has asked for it since `begun_at`.
    """
    with store.writing() as connection:
        shown = _find_shown(connection, paper_id, key.language)
        if shown is not None:
            return _claim_shown(connection, shown, key, begun_at, now + timedelta(seconds=lease_seconds), now)
        _reset(connection, paper_id, key, begun_at)
    plan_summaries(store, {paper_id: 0}, key, now)
    claimed = claim_summaries(store, [paper_id], key, limit=1, lease_seconds=lease_seconds, now=now)
    return Again(claimed[0], key) if claimed else None


def save_again(store: Store, again: Again, outcome: Outcome, now: datetime) -> Ending:
    """Keep the new text, if it is worth no less than the one that readers have."""
    summary = outcome.summary
    if again.shown is None:
        is_ours = save_summary(store, again.claimed, summary, outcome.usage, now, outcome.tried)
        ending = Ending.REPLACED if summary.is_readable else Ending.ENGLISH
    else:
        is_worth_it = summary.is_readable and Worth.of(summary.kind, summary.state) >= again.shown
        save, ending = (_replace, Ending.REPLACED) if is_worth_it else (_keep, Ending.KEPT)
        with store.writing() as connection:
            count_answers(store, connection, outcome.tried, now.astimezone(UTC).date())
            is_ours = save(store, connection, again, outcome, now)
    return ending if is_ours else Ending.BUSY


def let_go(store: Store, again: Again, reason: str, now: datetime, retry_after_seconds: float | None = None) -> None:
    """It was not asked for."""
    if again.shown is None:
        give_back(store, again.claimed, reason, now, retry_after_seconds)
        return
    with store.writing() as connection:
        connection.execute(update(summaries).where(_is_ours(again)).values(claim=None, lease_until=None))


def _find_shown(connection: Connection, paper_id: ArxivId, language: str) -> Row[Any] | None:
    """The row whose text `find_summaries` gives, with the paper's words."""
    names = ("id", "words_hash", "kind", "state", "attempts", "readers")
    columns = [*(summaries.c[name] for name in names), papers.c.id.label("paper_id"), papers.c.title, papers.c.abstract]
    query = (
        select(*columns)
        .join(papers, SAME_WORDS)
        .where(papers.c.id == paper_id, summaries.c.language == language, _READABLE)
        .order_by(summaries.c.updated_at.desc(), summaries.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def _claim_shown(
    connection: Connection, row: Row[Any], key: Key, begun_at: datetime, lease_until: datetime, now: datetime
) -> Again | None:
    claim = str(uuid4())
    is_free = or_(summaries.c.claim.is_(None), summaries.c.lease_until < now)
    taken = connection.execute(
        update(summaries)
        .where(summaries.c.id == row.id, summaries.c.updated_at <= begun_at, is_free)
        .values(claim=claim, lease_until=lease_until)
        .returning(summaries.c.id)
    )
    if taken.first() is None:
        return None
    paper = Paper(id=ArxivId(row.paper_id), title=row.title, abstract=row.abstract)
    claimed = Claimed(row.id, claim, row.attempts, paper, row.words_hash, row.readers)
    return Again(claimed, key, Worth.of(Kind(row.kind), SummaryState(row.state)))


def _reset(connection: Connection, paper_id: ArxivId, key: Key, begun_at: datetime) -> None:
    """What has failed, was declined or waits is due now, as if it were new; not what another run has just asked for."""
    same_words = select(papers.c.words_hash).where(papers.c.id == paper_id)
    connection.execute(
        update(summaries)
        .where(summaries.c.words_hash.in_(same_words), is_of(key), _WITHOUT_TEXT, summaries.c.updated_at <= begun_at)
        .values(state=SummaryState.PLANNED, faults=[], attempts=0, retry_at=None)
    )


def _keep(_store: Store, connection: Connection, again: Again, outcome: Outcome, now: datetime) -> bool:
    """What was paid stands on the old text's account."""
    paid = {name: summaries.c[name] + number for name, number in list_costs(outcome.usage).items()}
    ended = {"claim": None, "lease_until": None, "updated_at": now}
    kept = connection.execute(
        update(summaries).where(_is_ours(again)).values(**paid, **ended).returning(summaries.c.id)
    )
    return kept.first() is not None


def _replace(store: Store, connection: Connection, again: Again, outcome: Outcome, now: datetime) -> bool:
    """The row of today's key gets the text: the claimed one, or another one that is now the newest.

    Then the claimed one is left as it is until its lease ends, for a second run that has already read it as the one
    that is shown must not get it.
    """
    # PostgreSQL only; on SQLite the transaction is the lock.
    if connection.execute(select(summaries.c.id).where(_is_ours(again)).with_for_update()).first() is None:
        return False
    claimed, costs = again.claimed, list_costs(outcome.usage)
    text = build_text(outcome.summary, outcome.usage) | {"retry_at": None, "updated_at": now}
    row = {"paper_id": claimed.paper.id, "words_hash": claimed.words_hash, "readers": claimed.readers, "attempts": 1}
    insert = store.insert(summaries).values(**asdict(again.key), **row, **text, **costs)
    paid = {name: summaries.c[name] + number for name, number in costs.items()}
    key = ["words_hash", *asdict(again.key)]
    free = {"claim": None, "lease_until": None}
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=text | paid | free))
    return True


def _is_ours(again: Again) -> ColumnElement[bool]:
    return and_(summaries.c.id == again.claimed.row_id, summaries.c.claim == again.claimed.claim)
