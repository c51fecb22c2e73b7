"""Waiting for other processes and threads, without sleeping longer than it takes."""

import threading
from collections.abc import Callable

import pytest


def eventually(condition: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    """Wait until `condition` holds; fail with `what` after a generous while."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail(f"never happened: {what}")
