"""A stand-in for arxiv.org and rss.arxiv.org: a sample day, recorded answers in their order, or an announcer's days.

GET  /list/{scope}/new?skip=&show=   GET  /rss/{scope}   GET  /atom/{scope}   GET  /api/query?id_list=
POST /_sandbox/faults                a list of `Fault`: the next requests that fit get them, in this order
GET  /_sandbox/visits                the requests so far; app.state.traffic has them for a test in the same process
"""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse

from digests.papers.taxonomy import (
    all_archives,
    all_categories,
    archive_of,
    canonical_category,
    find_archive,
    find_category,
)
from sandbox.announcer import Announcer
from sandbox.arxiv_api import build_api
from sandbox.arxiv_faults import Fault, FaultQueue, build_refusal, spoil
from sandbox.arxiv_pages import SHOW_VALUES, FeedFormat, render_feed, render_feed_error, render_listing, render_refusal
from sandbox.document import Document
from sandbox.sample import SampleDay, SamplePaper, load_sample

_SANDBOX: Final = "/_sandbox"
_HTML: Final = "text/html; charset=utf-8"
_XML: Final = "application/xml"

_Answer = Callable[[Request], Response]
_Next = Callable[[Request], Awaitable[StreamingResponse]]
_Middleware = Callable[[Request, _Next], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visit:
    """`at_seconds` is from a clock without a date: only differences mean something."""

    path: str
    query: str
    user_agent: str
    at_seconds: float


@dataclass
class Traffic:
    """Every request for a page or feed, oldest first, those with a fault too."""

    visits: list[Visit] = field(default_factory=list)

    @property
    def gaps_seconds(self) -> list[float]:
        """Between the beginnings of neighbouring requests."""
        return [later.at_seconds - earlier.at_seconds for earlier, later in pairwise(self.visits)]


def build_app(
    documents: SampleDay | Sequence[Document] | Announcer, *, tick: Callable[[], float] = time.monotonic
) -> FastAPI:
    """The server. A sample day knows every scope of arXiv; of recorded answers, what is not there is a 404."""
    app = FastAPI(title="Sandbox arXiv", openapi_url=None, redirect_slashes=False)
    traffic = app.state.traffic = Traffic()
    faults = FaultQueue()
    answer = _answer_from_announcer(documents) if isinstance(documents, Announcer) else _answer_from(documents)
    app.middleware("http")(_watch(traffic, faults, tick))
    app.include_router(_build_controls(traffic, faults))
    app.include_router(build_api(lambda: _find_papers(documents)))

    @app.get("/list/{scope}/new")
    async def listing(request: Request, scope: str) -> Response:
        if reason := _find_reason(request, scope):
            return HTMLResponse(render_refusal(reason), status_code=400)
        if date := request.headers.get("If-Modified-Since"):
            return _answer_since(date)
        return answer(request)

    @app.get("/rss/{scope}")
    @app.get("/atom/{scope}")
    async def feed(request: Request, scope: str) -> Response:
        return _refuse_feed(scope, _read_format(request)) or answer(request)

    return app


def _watch(traffic: Traffic, faults: FaultQueue, tick: Callable[[], float]) -> _Middleware:
    async def watch(request: Request, call_next: _Next) -> Response:
        path = request.url.path
        if path.startswith(_SANDBOX):
            return await call_next(request)
        traffic.visits.append(Visit(path, request.url.query, request.headers.get("User-Agent", ""), tick()))
        fault = faults.find(path)
        if fault is None:
            return await call_next(request)
        return build_refusal(fault) or await spoil(await call_next(request), fault)

    return watch


def _build_controls(traffic: Traffic, faults: FaultQueue) -> APIRouter:
    router = APIRouter(prefix=_SANDBOX)

    @router.post("/faults")
    async def add_faults(new: list[Fault]) -> dict[str, int]:
        return {"waiting": faults.add(new)}

    @router.get("/visits")
    async def visits() -> list[Visit]:
        return traffic.visits

    return router


def _find_papers(documents: SampleDay | Sequence[Document] | Announcer) -> tuple[SamplePaper, ...]:
    """Recorded answers are not taken apart: nobody can look up their papers."""
    shown = documents.current if isinstance(documents, Announcer) else documents
    return shown.papers if isinstance(shown, SampleDay) else ()


def _answer_from_announcer(announcer: Announcer) -> _Answer:
    @lru_cache(maxsize=1)
    def answer_after(_published: int) -> _Answer:
        return _answer_from(announcer.current)

    def answer(request: Request) -> Response:
        return answer_after(announcer.published)(request)

    return answer


def _answer_from(documents: SampleDay | Sequence[Document]) -> _Answer:
    return _answer_from_day(documents) if isinstance(documents, SampleDay) else _answer_from_shelf(documents)


def _answer_from_day(day: SampleDay) -> _Answer:
    def answer(request: Request) -> Response:
        scope = "+".join(canonical_category(name) for name in request.path_params["scope"].split("+"))
        if not request.url.path.startswith("/list/"):
            return Response(render_feed(day, scope, feed_format=_read_format(request)), media_type=_XML)
        show = int(request.query_params.get("show", SHOW_VALUES[-1]))
        return Response(render_listing(day, scope, skip=_read_skip(request), show=show), media_type=_HTML)

    return answer


def _answer_from_shelf(documents: Sequence[Document]) -> _Answer:
    """Each answer of an address is given once, the last one again and again."""
    queues: dict[str, deque[Document]] = {}
    for document in documents:
        queues.setdefault(document.path, deque()).append(document)

    def answer(request: Request) -> Response:
        path = request.url.path
        queue = queues.get(f"{path}?{request.url.query}") or queues.get(path)
        if queue is None:
            return PlainTextResponse(f"No answer is recorded for {path}", status_code=404)
        document = queue.popleft() if len(queue) > 1 else queue[0]
        return Response(document.payload, document.status, media_type=document.media_type)

    return answer


def _find_reason(request: Request, scope: str) -> str | None:
    """Why a listing is refused. Names are case-sensitive; what arXiv would ignore is our mistake, so it is said."""
    if strange := request.query_params.keys() - {"skip", "show"}:
        return f"Unexpected parameters: {', '.join(sorted(strange))}"
    if scope not in {*all_archives(), *all_categories()} and not _is_alias(scope):
        return f"Invalid archive or category: {scope}"
    if request.query_params.get("show", "2000") not in map(str, SHOW_VALUES):
        return f"Invalid show value. Valid values: {', '.join(map(str, SHOW_VALUES))}"
    return None


def _is_alias(scope: str) -> bool:
    return canonical_category(scope).lower() != scope.lower()


def _read_format(request: Request) -> FeedFormat:
    return "rss" if request.url.path.startswith("/rss/") else "atom"


def _read_skip(request: Request) -> int:
    """Not a number is 0, as in arXiv's own code."""
    text = request.query_params.get("skip", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _answer_since(date: str) -> Response:
    """The origin's test of If-Modified-Since is inverted: nobody may send it."""
    try:
        parsedate_to_datetime(date)
    except ValueError:
        return PlainTextResponse("Internal Server Error", status_code=500)
    return Response(status_code=304)


def _refuse_feed(scope: str, feed_format: FeedFormat) -> Response | None:
    """An error feed with status 400 for the first name that arXiv does not have."""
    for name in scope.split("+"):
        if not (find_category(name) or find_archive(name)):
            error = render_feed_error(load_sample(), scope, _bad_name(name), feed_format=feed_format)
            return Response(error, status_code=400, media_type=_XML)
    return None


def _bad_name(name: str) -> str:
    archive, _, subject = name.partition(".")
    if not find_archive(archive):
        return f"Bad archive '{archive}'. Valid archive names are: {', '.join(all_archives())}."
    inside = [category for category in all_categories() if archive_of(category) == archive]
    return f"Bad subject class '{subject}'. Valid subject classes for the archive '{archive}' are: {', '.join(inside)}."
