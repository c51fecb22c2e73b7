"""What a keyword would have brought: the answer to "is this the right word?" while the person is still there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from digests.keywords.language import Query
from digests.papers.paper import ArxivId
from digests.papers.shelf import find_papers
from digests.past.index import DAYS, index_missing
from digests.past.masks import Masks, count, intersect, subtract, unite
from digests.past.search import Past, open_past
from digests.store.engine import Store

#: Above either of these a keyword is too broad.
BROAD_SHARE: Final = 0.05
BROAD_PER_DAY: Final = 30
# Of fewer papers a share says nothing.
_MIN_SEEN: Final = 200
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Example:
    """`title` with its LaTeX."""

    paper_id: ArxivId
    title: str


@dataclass(frozen=True, slots=True)
class DayCount:
    """One stored announcement: how many of its `of` papers (new and cross-listed, in scope) the keyword hits."""

    on: date
    hits: int
    of: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """
    days       every stored announcement of the window, oldest first; a paper counts on the first one only
    only_here  hits that none of the reader's other keywords brings; None where there are no others
    examples   the newest ones
    """

    days: tuple[DayCount, ...]
    only_here: int | None = None
    examples: tuple[Example, ...] = ()

    @property
    def count(self) -> int:
        return sum(day.hits for day in self.days)

    @property
    def seen(self) -> int:
        return sum(day.of for day in self.days)

    @property
    def per_day(self) -> float:
        return self.count / len(self.days) if self.days else 0.0

    @property
    def busiest(self) -> DayCount | None:
        """The newest of those with the most hits; None where there is no hit."""
        return max((day for day in self.days if day.hits), key=lambda day: (day.hits, day.on), default=None)

    @property
    def is_broad(self) -> bool:
        is_large_share = self.seen >= _MIN_SEEN and self.count > BROAD_SHARE * self.seen
        return self.per_day > BROAD_PER_DAY or is_large_share


def backtest_all(
    store: Store,
    queries: Sequence[Query],
    now_at: datetime,
    *,
    others: Sequence[Query] = (),
    scope: Sequence[str] | None = None,
    days: int = DAYS,
) -> dict[str, Backtest]:
    """What each query would have brought in the stored past, by canonical form.

    others  what the reader has beside them, for `only_here`; a query is not its own other, so it may be among them
    scope   archives and categories; None is all of arXiv

    Some ten milliseconds a query. Days that nobody has indexed yet are indexed first, at about a second each; papers
    that came to an indexed day are seen after index_past.
    """
    index_missing(store, now_at, days)
    return backtest(store, open_past(store, now_at, days), queries, others=others, scope=scope)


def backtest(
    store: Store,
    past: Past,
    queries: Sequence[Query],
    *,
    others: Sequence[Query] = (),
    scope: Sequence[str] | None = None,
) -> dict[str, Backtest]:
    """The same on a past that is open, so that more can be asked of it without reading again."""
    inside = past.find_scope(scope)
    asked = {query.canonical: query for query in (*queries, *others)}
    found = {canonical: intersect(past.find(query), inside) for canonical, query in asked.items()}
    newest = {query.canonical: past.list_newest(found[query.canonical], _EXAMPLES) for query in queries}
    papers = find_papers(store, {paper_id for ids in newest.values() for paper_id in ids})
    held = {query.canonical for query in others}
    return {
        canonical: Backtest(
            tuple(DayCount(on, _count(found[canonical], on), _count(inside, on)) for on in past.dates),
            _count_only_here(found, canonical, held - {canonical}),
            tuple(Example(paper_id, papers[paper_id].title) for paper_id in ids if paper_id in papers),
        )
        for canonical, ids in newest.items()
    }


def _count(masks: Masks, on: date) -> int:
    return masks.get(on, 0).bit_count()


def _count_only_here(found: Mapping[str, Masks], canonical: str, others: Collection[str]) -> int | None:
    return count(subtract(found[canonical], unite(*(found[other] for other in others)))) if others else None
