"""Many chats at once, but the messages of one chat in their order: /add and then /list must show what was added."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

# A waiting update costs a few kilobytes; the threads that do the work are far fewer.
_MAX_WAITING: Final = 4096


class ChatOrder(BaseUpdateProcessor):
    def __init__(self) -> None:
        super().__init__(max_concurrent_updates=_MAX_WAITING)
        # A chat's lock lives as long as somebody holds it or waits for it.
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is None:
            await coroutine
            return
        lock = self._locks.setdefault(chat.id, asyncio.Lock())
        async with lock:
            await coroutine

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""
