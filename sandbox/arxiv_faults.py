"""What goes wrong with arXiv on a bad day, on request."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

from fastapi import Response
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

#: Waits so many seconds.
Pause = Callable[[float], Awaitable[None]]


class Fault(BaseModel):
    """What one request gets, or `times` of them.

    kind  too_many       429 without Retry-After
          unavailable    503 with Retry-After, as a lagging replica answers
          forbidden      403: whoever goes on asking is an attacker
          dribble        the whole answer, `chunk_bytes` at a time with `pause_seconds` between
          cut_off        half the answer, then the connection ends
          dead           the connection ends without an answer
          expired_token  OAI-PMH knows the token no more
    path  the beginning of the paths that it is for
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["too_many", "unavailable", "forbidden", "dribble", "cut_off", "dead", "expired_token"]
    path: str = "/"
    times: int = Field(1, ge=1)
    retry_after_seconds: int = 300
    chunk_bytes: int = Field(1024, ge=1)
    pause_seconds: float = Field(0.05, ge=0)


class FaultQueue:
    """Faults wait for the requests that they are for, first come, first served."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, faults: list[Fault]) -> int:
        self._waiting += [single for fault in faults for single in [fault] * fault.times]
        return len(self._waiting)

    def find(self, path: str) -> Fault | None:
        """The fault of a request for `path`, which uses it up."""
        at = next((at for at, fault in enumerate(self._waiting) if path.startswith(fault.path)), None)
        return None if at is None else self._waiting.pop(at)


def build_refusal(fault: Fault) -> Response | None:
    """The answer of a fault that needs no page; None for a fault that spoils one."""
    if fault.kind == "too_many":
        return PlainTextResponse("Rate exceeded.", status_code=429)
    if fault.kind == "forbidden":
        return PlainTextResponse("Access denied.", status_code=403)
    if fault.kind == "unavailable":
        # Plain text that calls itself HTML: arXiv's own 503 does.
        return HTMLResponse(
            "Come back later.", status_code=503, headers={"Retry-After": f"{fault.retry_after_seconds}"}
        )
    return None


async def spoil(response: StreamingResponse, fault: Fault, pause: Pause) -> Response:
    body = b"".join([_as_bytes(chunk) async for chunk in response.body_iterator])
    parts = _dribble(body, fault, pause) if fault.kind == "dribble" else _cut_off(body, fault)
    # Content-Length stays: a body that ends before it is how a client can know.
    return StreamingResponse(parts, response.status_code, dict(response.headers))


async def _dribble(body: bytes, fault: Fault, pause: Pause) -> AsyncIterator[bytes]:
    for at in range(0, len(body), fault.chunk_bytes):
        yield body[at : at + fault.chunk_bytes]
        await pause(fault.pause_seconds)


async def _cut_off(body: bytes, fault: Fault) -> AsyncIterator[bytes]:
    yield body[: len(body) // 2] if fault.kind == "cut_off" else b""


def _as_bytes(chunk: str | bytes | memoryview) -> bytes:
    return chunk.encode() if isinstance(chunk, str) else bytes(chunk)
