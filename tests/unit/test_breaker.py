"""When nobody asks a model's server any more, and who tries it again."""

import pytest

from digests.errors import SummaryClosed
from digests.summaries.asking.breaker import CLOSED_SECONDS, Breaker
from digests.summaries.asking.memory import Server
from tests.asking import Clock
from tests.process_memory import ProcessMemory

SERVER = Server("http://model.example/v1", "m")


class Process:
    """One of several that share a memory."""

    def __init__(self, memory: ProcessMemory) -> None:
        self.memory, self.breaker = memory, Breaker(SERVER, memory)

    async def begin(self):
        return await self.breaker.admit(await self.memory.recall(SERVER))

    async def call(self, pattern: str) -> None:
        """One call after the other: `x` fails, any other sign does not."""
        for sign in pattern:
            admission = await self.begin()
            await (self.breaker.fail(admission, "HTTP 500") if sign == "x" else self.breaker.succeed(admission))

    async def is_closed(self) -> bool:
        return (await self.memory.recall(SERVER)).closed_seconds is not None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> ProcessMemory:
    return ProcessMemory(clock)


@pytest.fixture
def process(memory: ProcessMemory) -> Process:
    return Process(memory)


@pytest.mark.parametrize(
    ("pattern", "is_closed"),
    [
        ("xxxx", False),
        ("xxxxx", True),
        ("xxxx.xxxx", False),
        ("." * 20 + "xxxxx", True),
        ("x." * 9 + "x", False),
        (".x" * 10, True),
        ("." * 6 + "xx." * 4 + "xx", True),
        ("x.." * 12, False),
    ],
)
async def test_five_in_a_row_or_half_of_twenty_close_it(process, pattern, is_closed):
    await process.call(pattern)
    assert await process.is_closed() is is_closed


async def test_calls_that_fail_in_one_moment_are_one_failure(process):
    together = [await process.begin() for _ in range(8)]
    for admission in together:
        await process.breaker.fail(admission, "HTTP 502")
    assert not await process.is_closed()
    await process.call("xxxx")
    assert await process.is_closed()


async def test_while_it_is_closed_nobody_asks_and_everybody_knows_for_how_long(process, memory, clock):
    await process.call("xxxxx")
    clock.now += 20
    for asking in (process, Process(memory)):
        with pytest.raises(SummaryClosed, match="HTTP 500") as caught:
            await asking.begin()
        assert caught.value.retry_after_seconds == CLOSED_SECONDS - 20


async def test_after_a_minute_one_call_of_all_processes_tries_it(process, memory, clock):
    await process.call("xxxxx")
    clock.now += CLOSED_SECONDS
    other = Process(memory)
    probe = await other.begin()
    assert probe.is_probe
    for asking in (process, other):
        with pytest.raises(SummaryClosed):
            await asking.begin()
    await other.breaker.succeed(probe)
    assert not (await process.begin()).is_probe


async def test_a_probe_that_fails_closes_it_for_another_minute(process, clock):
    await process.call("xxxxx")
    clock.now += CLOSED_SECONDS
    probe = await process.begin()
    clock.now += 30
    await process.breaker.fail(probe, "HTTP 503")
    clock.now += CLOSED_SECONDS - 1
    with pytest.raises(SummaryClosed, match="HTTP 503"):
        await process.begin()
    clock.now += 1
    assert (await process.begin()).is_probe


async def test_a_probe_that_never_ends_holds_nobody_for_ever(process, clock):
    await process.call("xxxxx")
    clock.now += CLOSED_SECONDS
    assert (await process.begin()).is_probe
    clock.now += CLOSED_SECONDS
    assert (await process.begin()).is_probe


async def test_two_that_see_the_end_of_the_minute_at_once_are_one_probe(process, memory, clock):
    await process.call("xxxxx")
    clock.now += CLOSED_SECONDS
    known = await memory.recall(SERVER)
    assert (await process.breaker.admit(known)).is_probe
    with pytest.raises(SummaryClosed) as caught:
        await Process(memory).breaker.admit(known)
    assert caught.value.retry_after_seconds == CLOSED_SECONDS


async def test_what_concerns_everybody_closes_it_at_once(process):
    await process.breaker.close("HTTP 401: wrong key")
    with pytest.raises(SummaryClosed, match="wrong key"):
        await process.begin()
