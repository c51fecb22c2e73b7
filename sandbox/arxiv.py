"""A stand-in for arXiv's four hosts and Hugging Face.

GET  /list/{scope}/new   /catchup/{scope}/{date}   /rss/{scope}   /atom/{scope}   /api/query   /oai   /api/daily_papers
GET  /robots.txt         what arXiv allows
POST /_sandbox/faults    a list of `Fault`: the next requests that fit get them, in this order
GET  /_sandbox/visits    the requests so far; app.state.traffic has them for a test in the same process
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from digests.clock import Now, utc_now
from sandbox.announcer import Announcer
from sandbox.arxiv_api import build_api
from sandbox.arxiv_faults import Fault, FaultQueue, Pause, build_refusal, spoil
from sandbox.document import Document
from sandbox.replay.catch_up import build_catch_up
from sandbox.replay.counting import Counting
from sandbox.replay.feeds import answer_feed, find_error
from sandbox.replay.huggingface import build_huggingface, refuse_flood
from sandbox.replay.listing import answer_listing, find_refusal
from sandbox.replay.oai import build_oai, refuse_token
from sandbox.replay.rules import Traffic, Visit, find_host
from sandbox.replay.shown import Shown
from sandbox.replay.world import World
from sandbox.sample import SampleDay
from sandbox.showing import show

_SANDBOX: Final = "/_sandbox"
_ROBOTS: Final = (
    "User-agent: *\nCrawl-delay: 15\nAllow: /list\nAllow: /abs\nAllow: /catchup\nDisallow: /api\nDisallow: /IgnoreMe\n"
)

_Next = Callable[[Request], Awaitable[StreamingResponse]]
_Middleware = Callable[[Request, _Next], Awaitable[Response]]


def build_app(
    documents: World | SampleDay | Sequence[Document] | Announcer,
    *,
    now: Now = utc_now,
    pause: Pause = asyncio.sleep,
) -> FastAPI:
    """The server. A world and a sample day know every scope of arXiv; of recorded answers, what is not there is a 404.

    now    the simulated clock: requests are judged by it, and what is shown goes by it
    pause  waits so many seconds while an answer dribbles
    """
    app = FastAPI(title="Sandbox arXiv", openapi_url=None, redirect_slashes=False)
    shown = show(documents, now)
    traffic = app.state.traffic = Traffic()
    faults = FaultQueue()
    app.middleware("http")(_spoil_some(faults, traffic, shown, pause))
    # The last one is the outermost.
    app.add_middleware(Counting, traffic=traffic, now=now, besides=_SANDBOX)
    app.include_router(_build_controls(traffic, faults))
    app.include_router(_build_pages(shown))
    app.include_router(build_api(lambda: shown.world().find_newest(shown.now()).values()))
    for build in (build_catch_up, build_oai, build_huggingface):
        app.include_router(build(shown.look))
    return app


def _build_pages(shown: Shown) -> APIRouter:
    router = APIRouter()

    @router.get("/list/{scope}/new")
    async def listing(request: Request, scope: str) -> Response:
        world, now = shown.look()
        refusal = find_refusal(request, scope)
        return refusal or shown.find_recorded(request) or answer_listing(world, request, scope, now)

    @router.get("/rss/{scope}")
    @router.get("/atom/{scope}")
    async def feed(request: Request, scope: str) -> Response:
        world, now = shown.look()
        error = find_error(request, scope, now)
        return error or shown.find_recorded(request) or answer_feed(world, request, scope, now)

    @router.get("/robots.txt")
    async def robots() -> Response:
        return PlainTextResponse(_ROBOTS)

    return router


def _spoil_some(faults: FaultQueue, traffic: Traffic, shown: Shown, pause: Pause) -> _Middleware:
    """Those that were put in the queue first, then those that the world has at this moment."""

    async def answer(request: Request, call_next: _Next) -> Response:
        path = request.url.path
        if path.startswith(_SANDBOX):
            return await call_next(request)
        world, now = shown.look()
        fault = faults.find(path) or world.find_fault(find_host(path), path, now)
        if refusal := refuse_flood(traffic, path, now):
            return refusal
        if fault is None:
            return await call_next(request)
        if fault.kind == "expired_token":
            return refuse_token(now) if "resumptionToken" in request.query_params else await call_next(request)
        return build_refusal(fault) or await spoil(await call_next(request), fault, pause)

    return answer


def _build_controls(traffic: Traffic, faults: FaultQueue) -> APIRouter:
    router = APIRouter(prefix=_SANDBOX)

    @router.post("/faults")
    async def add_faults(new: list[Fault]) -> dict[str, int]:
        return {"waiting": faults.add(new)}

    @router.get("/visits")
    async def visits() -> list[Visit]:
        return traffic.visits

    return router
