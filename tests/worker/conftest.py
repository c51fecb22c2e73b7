"""Waiting for other processes, without sleeping longer than it takes."""

import threading
from collections.abc import Callable

import pytest


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool], str], None]:
    """Wait until a condition holds; fail with `what` after a generous while."""

    def wait(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
        pause = threading.Event()
        for _ in range(int(seconds / 0.05)):
            if condition():
                return
            pause.wait(0.05)
        pytest.fail(f"never happened: {what}")

    return wait
