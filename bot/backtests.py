"""One reading of the papers for everybody who waits: it costs seconds, however many keywords are asked about."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from digests.keywords.language import Query
from digests.subscribers.backtest import Backtest

Run = Callable[[Sequence[Query]], Mapping[str, Backtest]]


@dataclass(slots=True)
class _Round:
    queries: list[Query] = field(default_factory=list)
    found: Mapping[str, Backtest] | None = None


class Backtests:
    """`run` happens in a thread, once at a time; whoever asks meanwhile is in the next round together."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lock = asyncio.Lock()
        self._next = _Round()

    async def test(self, queries: Sequence[Query]) -> dict[str, Backtest]:
        """By canonical form."""
        mine = self._next
        mine.queries.extend(queries)
        async with self._lock:
            if mine.found is None:
                # The first one of its round through the door runs it for the others.
                self._next = _Round()
                mine.found = await asyncio.to_thread(self._run, mine.queries)
        return {query.canonical: mine.found[query.canonical] for query in queries}
