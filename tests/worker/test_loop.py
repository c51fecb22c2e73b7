"""The loop that outlives a task."""

import asyncio
import os

import pytest

from worker.loop import LoopThread


async def which_loop() -> int:
    return id(asyncio.get_running_loop())


def test_two_calls_share_one_loop():
    loop = LoopThread()
    assert loop.run(which_loop()) == loop.run(which_loop())


def test_an_error_reaches_the_caller():
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        LoopThread().run(fail())


def test_a_time_out_of_the_coroutine_is_not_taken_for_our_own_waiting():
    async def time_out() -> None:
        raise TimeoutError("theirs")

    with pytest.raises(TimeoutError, match="theirs"):
        LoopThread().run(time_out())


def test_a_forked_child_makes_its_own_loop():
    """The parent's loop thread does not exist in the child: a call on it would wait for ever."""
    loop = LoopThread()
    loop.run(which_loop())
    child = os.fork()
    if child == 0:
        code = 1
        try:
            loop.run(which_loop())
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
