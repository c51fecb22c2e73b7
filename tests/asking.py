"""Questions put by the real client to real local servers, in a time that passes only while somebody waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.middleware.base import RequestResponseEndpoint

from digests.errors import SummaryOverBudget
from digests.summaries.asking.llm import ChatModel
from digests.summaries.asking.model import Answer, Question, Tokens
from digests.summaries.asking.prompt import build_question
from digests.summaries.draft import Kind
from digests.summaries.wording.source import build_source
from sandbox.llm import build_app
from tests.builders import make_paper
from tests.process_memory import ProcessMemory

Answering = Callable[[Request], Response | None]

KEY = "sk-very-secret"
PAPER = make_paper(
    title=r"SlowLeaf: Pruning $\tau$-Rollouts",
    abstract=r"Agents waste rollouts. SlowLeaf prunes below $\tau_{0}$, then $\tau_{0}$ again, saves 46\%; see https://code.example/x.",
)
CHINESE = {
    "source_title": PAPER.title,
    "source_abstract": PAPER.abstract,
    "title": r"SlowLeaf：剪除 $\tau$-rollout",
    "tldr": r"SlowLeaf 以 $\tau_{0}$ 剪枝，节省 46%。",
    "abstract": "智能体浪费 rollout。\n"
    r"SlowLeaf 剪除低于 $\tau_{0}$ 的部分，再用一次 $\tau_{0}$，节省 46%；见 https://code.example/x。",
    "points": {"problem": "浪费。", "method": r"$\tau_{0}$ 剪枝。", "result": "省 46%。", "meaning": "更省。"},
}


class Clock:
    """Time that passes only while somebody waits; `waits` has how long each time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now = max(self.now, self.now + seconds)
        await asyncio.sleep(0)


class FakePurse:
    """A micro for a prompt token, two for one of the answer.

    left, put_aside  what it holds, and what of it waits for the ends of calls
    asked            to wait for reservations
    """

    def __init__(self, left: int = 10**9) -> None:
        self.left, self.put_aside = left, 0
        self.settled: list[Tokens] = []
        self.released: list[Tokens] = []
        self.is_frugal: list[bool] = []
        self.asked = asyncio.Semaphore(0)

    async def reserve(self, estimate: Tokens, *, is_frugal: bool = False) -> "FakeReservation":
        await asyncio.sleep(0)
        micros = price(estimate)
        if micros > self.left:
            raise SummaryOverBudget("spent", retry_after_seconds=9)
        self.left -= micros
        self.put_aside += micros
        self.is_frugal.append(is_frugal)
        self.asked.release()
        return FakeReservation(self, estimate)


class FakeReservation:
    def __init__(self, purse: FakePurse, estimate: Tokens) -> None:
        self._purse, self._estimate, self._is_open = purse, estimate, True

    async def settle(self, tokens: Tokens) -> int:
        await self._end()
        self._purse.settled.append(tokens)
        self._purse.left += price(self._estimate) - price(tokens)
        return price(tokens)

    async def release(self) -> None:
        await self._end()
        self._purse.released.append(self._estimate)
        self._purse.left += price(self._estimate)

    async def _end(self) -> None:
        assert self._is_open, "a reservation ends once"
        self._is_open = False
        await asyncio.sleep(0)
        self._purse.put_aside -= price(self._estimate)


def price(tokens: Tokens) -> int:
    return tokens.prompt + 2 * tokens.completion


@asynccontextmanager
async def talking_to(url: str, *faults: dict, clock: Clock | None = None, **options) -> AsyncIterator[ChatModel]:
    clock = clock or Clock()
    async with _open_client(url) as client:
        await client.post("/_sandbox/faults", json=list(faults))
    named = {"base_url": f"{url}/v1", "api_key": KEY, "model": "sandbox", "sleep": clock.sleep, "monotonic": clock}
    named["memory"] = ProcessMemory(clock)
    model = ChatModel(**named | options)
    try:
        yield model
    finally:
        await model.close()


def _open_client(url: str) -> httpx.AsyncClient:
    # Without the certificates, whose loading takes longer than the test.
    return httpx.AsyncClient(base_url=url, timeout=10, verify=False)


def make_question(**changes) -> Question:
    return Question(**{"system": "system", "user": "user", "schema": {}} | changes)


async def ask(model: ChatModel, **options) -> Answer:
    return await model.complete(build_question(build_source(PAPER), Kind.FULL), **options)


async def seen_by(url: str) -> list[dict]:
    async with _open_client(url) as client:
        return (await client.get("/_sandbox/requests")).json()


def build_reply(text: str | None, *, finish_reason: str | None = "stop", **fields) -> dict:
    """The body of an answer; `fields` stand beside the choices."""
    message = {"role": "assistant", "content": text}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}], **fields}


def build_answering_app(answer: Answering) -> FastAPI:
    app = build_app({PAPER.title: CHINESE})

    @app.middleware("http")
    async def intercept(request: Request, go_on: RequestResponseEndpoint) -> Response:
        answered = answer(request) if request.url.path.endswith("/completions") else None
        return await go_on(request) if answered is None else answered

    return app


def refuse(status: int, *errors: dict) -> Answering:
    """The first answers are these."""
    waiting = list(errors)
    return lambda _: JSONResponse({"error": waiting.pop(0)}, status_code=status) if waiting else None
