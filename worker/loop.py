"""One event loop per process, so that connections to mail servers, Telegram and the model outlive a task.

Celery 5.7 has no asyncio pool, and a new loop and client for every task costs half of its time (measured).
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import wait
from typing import Any, TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.5


class LoopThread:
    """Runs coroutines on a loop in a thread of this process, made at first use: never before a fork."""

    def __init__(self) -> None:
        self._pid = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for `coroutine`; when this thread is interrupted (a soft time limit), cancel it."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._running_loop())
        try:
            # A wait without end would not see the signal that a soft time limit raises in this thread.
            while not wait([future], timeout=_POLL_SECONDS).done:
                pass
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None or self._pid != os.getpid():
            self._pid = os.getpid()
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="paperpost-loop", daemon=True).start()
        return self._loop
