"""The bot process's sign of life."""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from digests.clock import Now
from digests.errors import StoreError
from digests.heartbeat import beat
from digests.store.engine import Store

log = structlog.get_logger(__name__)

_INTERVAL_SECONDS: Final = 60


class Pulse:
    """Beats from the loop that answers people: when that hangs, the beats stop."""

    def __init__(self, store: Store, now: Now) -> None:
        self._store = store
        self._now = now
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_beating())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _keep_beating(self) -> None:
        while True:
            try:
                await asyncio.to_thread(beat, self._store, "bot", self._now())
            except StoreError as error:
                log.warning("heartbeat_missed", error=str(error))
            await asyncio.sleep(_INTERVAL_SECONDS)
