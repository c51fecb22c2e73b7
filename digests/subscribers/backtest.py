"""What a keyword would have brought: the answer to "is this the right word?" while the person is still there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import distinct, func, select

from digests.clock import ARXIV_ZONE
from digests.keywords.language import Query
from digests.keywords.matcher import Matcher
from digests.papers.paper import ArxivId, Kind, Paper
from digests.papers.shelf import load_recent
from digests.store.engine import Store
from digests.store.tables import announcements

_NEWS: Final = (Kind.NEW, Kind.CROSS)
_EXAMPLES: Final = 3
DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Example:
    """`title` with its LaTeX."""

    paper_id: ArxivId
    title: str


@dataclass(frozen=True, slots=True)
class Backtest:
    """
    count             distinct papers, new and cross-listed
    days_with_papers  announcement days of the window that are stored: 0 means that nothing can be said
    examples          the newest ones
    """

    count: int
    days_with_papers: int
    examples: tuple[Example, ...] = ()


def has_recent_papers(store: Store, now: datetime, days: int = DAYS) -> bool:
    """Whether a backtest can say anything; unlike the backtest itself this costs nothing."""
    return _count_days(store, _since(now, days)) > 0


def backtest(store: Store, query: Query, now: datetime, days: int = DAYS) -> Backtest:
    """What `query` would have brought in the stored papers of the last `days` days."""
    return backtest_all(store, [query], now, days)[query.canonical]


def backtest_all(store: Store, queries: Sequence[Query], now: datetime, days: int = DAYS) -> dict[str, Backtest]:
    """The same for several, by canonical form: reading the papers is what costs (half a second for 1,000)."""
    since = _since(now, days)
    stored_days = _count_days(store, since)
    papers = {found.paper.id: found.paper for found in load_recent(store, since) if found.kind in _NEWS}
    matches = Matcher(queries).match(papers.values())
    return {
        query.canonical: _build([papers[match.paper_id] for match in matches.get(query.canonical, [])], stored_days)
        for query in queries
    }


def _since(now: datetime, days: int) -> date:
    return now.astimezone(ARXIV_ZONE).date() - timedelta(days=days)


def _build(hits: list[Paper], stored_days: int) -> Backtest:
    newest = sorted(hits, key=lambda paper: paper.id, reverse=True)[:_EXAMPLES]
    return Backtest(len(hits), stored_days, tuple(Example(paper.id, paper.title) for paper in newest))


def _count_days(store: Store, since: date) -> int:
    query = select(func.count(distinct(announcements.c.announced_on))).where(
        announcements.c.announced_on >= since, announcements.c.kind.in_(_NEWS)
    )
    with store.reading() as connection:
        return connection.execute(query).scalar_one()
