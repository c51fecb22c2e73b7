"""The house's own fetcher on the stand-ins, without a socket: a fortnight takes seconds."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from fastapi import FastAPI

from digests.clock import Now
from digests.papers.fetch import DEADLINE_SECONDS, PageFetcher, Turn
from digests.papers.politeness import Wait
from sandbox.arxiv import build_app
from sandbox.replay.rules import Host, Traffic
from sandbox.replay.world import World

#: The real names: what comes here never leaves the process.
ADDRESSES: Final = {
    "list_url": f"https://{Host.LISTING}",
    "rss_url": f"https://{Host.RSS}",
    "oai_url": f"https://{Host.OAI}",
    "hf_url": f"https://{Host.HF}",
}
#: What a request takes of the simulated time.
_LATENCY_SECONDS: Final = 0.4


class SteppedClock:
    """A simulated clock: it stands still until somebody waits."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def __call__(self) -> datetime:
        return self._moment

    def wait(self, seconds: float) -> None:
        self._moment += timedelta(seconds=seconds)

    def move_to(self, moment: datetime) -> None:
        """Forward only."""
        self._moment = max(self._moment, moment)


class ReplayTransport(httpx.AsyncBaseTransport):
    """Asks the app; every request takes simulated time, and a slow one is given up when the fetcher would."""

    def __init__(self, app: FastAPI, now: Now, wait: Wait) -> None:
        self._inner = httpx.ASGITransport(app)
        self._now = now
        self._wait = wait

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        began_at = self._now()
        response = await self._inner.handle_async_request(request)
        self._wait(_LATENCY_SECONDS)
        body = await response.aread()
        if (self._now() - began_at).total_seconds() > DEADLINE_SECONDS:
            raise httpx.ReadTimeout("the deadline is over", request=request)
        # ASGI has no connection that could break: one that ends too early is told by its length.
        if len(body) < int(response.headers.get("Content-Length", "0")):
            raise httpx.RemoteProtocolError("the connection ended in the middle", request=request)
        return response


class ReplayedSources(PageFetcher):
    """Implements digests.papers.collecting.sources.Sources as the real fetcher does, for it is one.

    wait   moves the clock that `now` reads
    turn   the house's manners (politeness.take_turn); without, it has none, and the stand-in complains
    """

    def __init__(
        self,
        world: World,
        now: Now,
        *,
        wait: Wait,
        turn: Turn | None = None,
        **options: Any,
    ) -> None:
        async def pause(seconds: float) -> None:
            wait(seconds)

        self.app = build_app(world, now=now, pause=pause)
        transport = ReplayTransport(self.app, now, wait)
        plain: dict[str, Any] = {"contact": "mailto:sandbox@example.org", **ADDRESSES}
        super().__init__(turn=turn or _no_manners, now=now, wait=wait, transport=transport, **plain | options)

    @property
    def traffic(self) -> Traffic:
        traffic: Traffic = self.app.state.traffic
        return traffic


def _no_manners(_key: str) -> AbstractContextManager[None]:
    return nullcontext()
