"""Counts what an app is asked, from the first byte of a request to the last one of its answer."""

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digests.clock import Now
from sandbox.replay.rules import Traffic, Visit, find_host


@dataclass(frozen=True, slots=True)
class Counting:
    """A middleware; paths that begin with `besides` are not counted."""

    app: ASGIApp
    traffic: Traffic
    now: Now
    besides: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self.besides):
            await self.app(scope, receive, send)
            return
        visit = self._read_visit(scope)
        said: dict[str, Any] = {}

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                wait = Headers(raw=message["headers"]).get("Retry-After", "0")
                said.update(status=message["status"], retry_after_seconds=float(wait))
            await send(message)

        self.traffic.begin(visit)
        try:
            await self.app(scope, receive, listen)
        finally:
            self.traffic.end(visit, self.now(), **said)

    def _read_visit(self, scope: Scope) -> Visit:
        headers = Headers(scope=scope)
        return Visit(
            at=self.now(),
            host=find_host(scope["path"]),
            path=scope["path"],
            query=scope["query_string"].decode(),
            user_agent=headers.get("User-Agent", ""),
            asked=headers.get("Host", ""),
            has_if_modified_since="If-Modified-Since" in headers,
        )
