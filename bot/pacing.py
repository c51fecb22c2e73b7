"""The house's pacing around every message that PTB sends.

PTB's own AIORateLimiter has no limit per private chat, is first in first out, and ends a pause early.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

import structlog
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from digests.delivery.pacing import Pacing, Wait, wait_turn
from digests.errors import Deferred

log = structlog.get_logger(__name__)

Answer = bool | dict[str, Any] | list[dict[str, Any]]

_PATIENCE_SECONDS: Final = 60.0
_MAX_TRIES: Final = 3
_MESSAGES: Final = frozenset({"sendMessage", "editMessageText"})


class PacedRequests(BaseRateLimiter[None]):
    """Somebody waits in the chat, so their answer goes before a digest, and late rather than never."""

    def __init__(self, pacing: Pacing, wait: Wait = asyncio.sleep) -> None:
        self._pacing = pacing
        self._wait = wait

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002  PTB's signature
    ) -> Answer:
        if endpoint not in _MESSAGES:
            return await callback(*args, **kwargs)
        for _ in range(_MAX_TRIES - 1):
            await self._wait_turn(str(data["chat_id"]))
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                await self._pacing.pause(_seconds(error))
        await self._wait_turn(str(data["chat_id"]))
        return await callback(*args, **kwargs)

    async def initialize(self) -> None:
        """Nothing to open: whoever made the pacing closes it."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def _wait_turn(self, chat: str) -> None:
        while True:
            try:
                await wait_turn(
                    self._pacing, chat, interactive=True, patience_seconds=_PATIENCE_SECONDS, wait=self._wait
                )
            except Deferred as error:
                log.warning("chat_answer_waits", reason=str(error), seconds=error.retry_after_seconds)
                await self._wait(error.retry_after_seconds)
            else:
                return


def _seconds(error: RetryAfter) -> float:
    # PTB 22 gives an int and, by an environment variable or from 23 on, a timedelta.
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
