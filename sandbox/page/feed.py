"""What has changed, told to every open page as it happens (server-sent events)."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

_LOOK_SECONDS: Final = 0.4


class Feed:
    """`look` gives what the pages know; whatever is different from before is sent.

    It is asked again and again: what other processes do to the store tells nobody.
    """

    def __init__(self, look: Callable[[], dict[str, Any]]) -> None:
        self._look = look
        self._is_closed = threading.Event()

    def close(self) -> None:
        """Open pages would hold the server up."""
        self._is_closed.set()

    def build_routes(self) -> APIRouter:
        router = APIRouter()

        @router.get("/events")
        async def events() -> StreamingResponse:
            return StreamingResponse(self._follow(), media_type="text/event-stream")

        return router

    async def _follow(self) -> AsyncIterator[str]:
        last = ""
        while not self._is_closed.is_set():
            news = json.dumps(await asyncio.to_thread(self._look), ensure_ascii=False)
            if news != last:
                yield f"data: {news}\n\n"
                last = news
            await asyncio.sleep(_LOOK_SECONDS)
