import asyncio
import threading
from collections.abc import Mapping, Sequence

import pytest

from bot.backtests import Backtests
from digests.keywords.language import Query, parse
from digests.subscribers.backtest import Backtest


class SlowRun:
    """Remembers what it was asked together; the first time it takes until `may_end` is set."""

    def __init__(self) -> None:
        self.rounds: list[list[str]] = []
        self.has_begun = threading.Event()
        self.may_end = threading.Event()
        self.error: Exception | None = None

    def __call__(self, queries: Sequence[Query]) -> Mapping[str, Backtest]:
        self.rounds.append([query.canonical for query in queries])
        self.has_begun.set()
        assert self.may_end.wait(timeout=20)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return {query.canonical: Backtest(len(query.canonical), 1) for query in queries}


async def test_whoever_asks_while_one_runs_shares_the_next_reading_of_the_papers():
    run = SlowRun()
    backtests = Backtests(run)

    first = asyncio.create_task(backtests.test([parse("apple")]))
    await asyncio.to_thread(run.has_begun.wait, 20)
    others = [asyncio.create_task(backtests.test([parse(word)])) for word in ("mango", "zebra", "lemon")]
    run.may_end.set()
    found = [await task for task in (first, *others)]

    assert run.rounds == [["apple"], ["mango", "zebra", "lemon"]]
    assert [list(tests) for tests in found] == [["apple"], ["mango"], ["zebra"], ["lemon"]]


async def test_a_reading_that_failed_is_tried_again_for_the_next_who_waits():
    run = SlowRun()
    run.may_end.set()
    run.error = OSError("disk")
    backtests = Backtests(run)

    with pytest.raises(OSError, match="disk"):
        await backtests.test([parse("apple")])

    assert await backtests.test([parse("mango")]) == {"mango": Backtest(5, 1)}
