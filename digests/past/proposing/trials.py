"""A keyword tried on the past: what it would have brought, and what to type instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digests.keywords.language import Query
from digests.past.backtest import Backtest, backtest
from digests.past.index import DAYS, index_missing
from digests.past.proposing.proposals import Proposals, propose
from digests.past.search import open_past
from digests.store.engine import Store


@dataclass(frozen=True, slots=True)
class Trial:
    test: Backtest
    proposals: Proposals


def try_queries(
    store: Store,
    queries: Sequence[Query],
    now_at: datetime,
    *,
    others: Sequence[Query] = (),
    scope: Sequence[str] | None = None,
    days: int = DAYS,
) -> dict[str, Trial]:
    """By canonical form; arguments and costs as backtest_all, and as much again for a keyword that needs proposals."""
    index_missing(store, now_at, days)
    past = open_past(store, now_at, days)
    tests = backtest(store, past, queries, others=others, scope=scope)
    tested = ((query, tests[query.canonical]) for query in queries)
    return {query.canonical: Trial(test, propose(store, past, query, test, scope)) for query, test in tested}
