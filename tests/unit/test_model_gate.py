"""Who may ask a model's server, and when."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from digests.errors import SummaryUnavailable
from digests.summaries.asking.pacing import Gate
from tests.asking import Clock

NEVER = float("inf")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def open_gate(clock: Clock, limit: int) -> Gate:
    return Gate(limit, sleep=clock.sleep, monotonic=clock)


class Visitor:
    """Goes in, and stays until it is let go."""

    def __init__(self, gate: Gate, *, is_again: bool = False) -> None:
        self.is_inside, self._leave = False, asyncio.Event()
        self.task = asyncio.ensure_future(self._visit(gate, is_again))

    async def _visit(self, gate: Gate, is_again: bool) -> None:
        async with gate.slot(NEVER, is_again=is_again):
            self.is_inside = True
            await self._leave.wait()

    async def leave(self) -> None:
        self._leave.set()
        await self.task
        await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_no_more_than_the_limit_are_inside(clock):
    gate = open_gate(clock, 2)
    visitors = [Visitor(gate) for _ in range(3)]
    await settle()
    assert [visitor.is_inside for visitor in visitors] == [True, True, False]
    await visitors[0].leave()
    assert visitors[2].is_inside
    for visitor in visitors[1:]:
        await visitor.leave()


async def test_who_was_sent_back_comes_before_who_never_was_inside(clock):
    gate = open_gate(clock, 1)
    first = Visitor(gate)
    await settle()
    new, again = Visitor(gate), Visitor(gate, is_again=True)
    await settle()
    await first.leave()
    assert (new.is_inside, again.is_inside) == (False, True)
    await again.leave()
    await new.leave()


async def test_who_comes_back_at_once_is_not_overtaken(clock):
    gate, order = open_gate(clock, 1), []

    async def come(name: str, times: int) -> None:
        for time in range(times):
            async with gate.slot(NEVER, is_again=time > 0):
                order.append(name)
                await asyncio.sleep(0)

    await asyncio.gather(come("sent back twice", 3), come("new", 1))
    assert order == ["sent back twice"] * 3 + ["new"]


async def test_who_gives_up_leaves_its_place_to_the_next(clock):
    gate = open_gate(clock, 1)
    first, impatient, last = (Visitor(gate) for _ in range(3))
    await settle()
    impatient.task.cancel()
    await settle()
    await first.leave()
    assert last.is_inside
    # Given the place in the same moment in which it gives up.
    late, behind = Visitor(gate), Visitor(gate)
    await settle()
    last._leave.set()
    await last.task
    late.task.cancel()
    await settle()
    assert behind.is_inside
    await behind.leave()


async def test_a_pause_halves_the_limit_once_a_second_and_good_answers_raise_it(clock):
    gate = open_gate(clock, 8)
    for _ in range(6):
        gate.pause(0.5)
    clock.now += 1
    assert await count_places(gate, 8) == 4
    gate.pause(0.5)
    clock.now += 1
    for _ in range(16):
        gate.succeed()
    assert await count_places(gate, 8) == 4
    for _ in range(800):
        gate.succeed()
    assert await count_places(gate, 12) == 8


async def count_places(gate: Gate, visitors: int) -> int:
    """How many of so many are let in at once."""
    came = [Visitor(gate) for _ in range(visitors)]
    await settle()
    inside = sum(visitor.is_inside for visitor in came)
    for visitor in came:
        await visitor.leave()
    return inside


async def test_refusals_of_calls_in_flight_do_not_lengthen_the_guess(clock):
    gate = open_gate(clock, 8)
    assert [gate.pause(None) for _ in range(3)] == [1, 1, 1]
    clock.now += 1
    assert gate.pause(None) == 2


async def test_a_shorter_pause_does_not_end_a_longer_one(clock):
    gate = open_gate(clock, 1)
    gate.hold(30)
    assert gate.pause(5) == 30
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(gate.slot(NEVER))
        assert clock.now > 30
    gate.hold(30)
    with pytest.raises(SummaryUnavailable) as caught:
        async with gate.slot(clock.now + 10):
            pytest.fail("let in")
    assert caught.value.retry_after_seconds == pytest.approx(30)
