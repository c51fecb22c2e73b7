"""Papers with planned, claimed and written summaries, as the tests of their rows begin."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.store.tables import papers, summaries
from digests.summaries.asking.model import Tokens
from digests.summaries.claims import Claimed, claim_summaries
from digests.summaries.shelf import plan_summaries
from digests.summaries.summary import Key, Point, Summary, SummaryState
from digests.summaries.usage import Usage
from tests.builders import NOON

KEY = Key("zh", "m1", "p1")
A, B = ArxivId("2601.00001"), ArxivId("2601.00002")
DONE = Usage(tokens=Tokens(100, 10), finish_reason="stop")


def at(**later: float) -> datetime:
    return NOON + timedelta(**later)


def add_paper(store: Store, paper_id: ArxivId, words: str = "w1", abstract: str = "We study.") -> None:
    empty = dict.fromkeys(["comments", "journal_ref", "doi", "licence"], "")
    row: dict[str, Any] = {
        "id": paper_id,
        "title": f"T {paper_id}",
        "abstract": abstract,
        "authors": [],
        "categories": [],
        **empty,
    }
    row |= {"words_source": "rss", "words_hash": words, "stored_at": NOON, "updated_at": NOON}
    with store.writing() as connection:
        connection.execute(insert(papers).values(row))


def change_words(store: Store, paper_id: ArxivId, words: str) -> None:
    with store.writing() as connection:
        connection.execute(update(papers).where(papers.c.id == paper_id).values(words_hash=words))


def count_rows(store: Store) -> int | None:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(summaries))


def count_prompt_tokens(store: Store) -> int | None:
    with store.reading() as connection:
        return connection.scalar(select(func.sum(summaries.c.prompt_tokens)))


def plan(store: Store, *ids: ArxivId, key: Key = KEY, now: datetime = NOON, readers: int = 1) -> int:
    return plan_summaries(store, dict.fromkeys(ids, readers), key, now)


def claim(store: Store, *ids: ArxivId, key: Key = KEY, limit: int = 10, now: datetime = NOON) -> list[Claimed]:
    return claim_summaries(store, ids, key, limit=limit, lease_seconds=60, now=now)


def summary_of(paper_id: ArxivId, state: SummaryState = SummaryState.DONE, title: str = "题") -> Summary:
    readable = state in {SummaryState.DONE, SummaryState.DOUBTFUL}
    words: dict[str, Any] = {"title": title, "abstract": "摘要。", "points": (Point("问题", "甲"),)} if readable else {}
    return Summary(paper_id=paper_id, language="zh", state=state, model="m1", **words)
