"""The routes. What touches the database is a plain function: FastAPI runs it in a thread."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from digests.errors import StoreError
from digests.secret_key import derive_installation_id
from digests.status import Status, report_status
from digests.subscribers.leaving import find_target, leave
from web.bot_name import BotName
from web.health import check_health
from web.language import find_language
from web.metrics import HouseCollector, render_metrics
from web.pages import render_page, security_headers
from web.services import WebServices

log = structlog.get_logger(__name__)

#: Headers that proxies add, in small letters.
_PROXY_MARKS: Final = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "via"})


def build_app(services: WebServices) -> FastAPI:
    bot = BotName()
    installation_id = derive_installation_id(services.salt)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        learning = asyncio.create_task(bot.learn(services))
        yield
        learning.cancel()
        with suppress(asyncio.CancelledError):
            await learning

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    _add_safety(app)
    _add_pages(app, services, bot)

    @app.get("/healthz")
    def healthz() -> Response:
        health = check_health(services.store, services.real_now())
        told = {"ok": health.ok, **asdict(health), "installation": installation_id}
        return JSONResponse(told, 200 if health.ok else 503)

    _add_metrics(app, services)
    return app


def _add_metrics(app: FastAPI, services: WebServices) -> None:
    def report() -> Status:
        beats_now, budget = services.real_now(), services.budget_micros
        return report_status(services.store, services.now(), beats_now=beats_now, budget_micros=budget)

    collector = HouseCollector(report, services.now)

    @app.get("/metrics")
    def metrics(request: Request) -> Response:
        # For who asks this process itself: a proxy in front of it passes readers on.
        if _PROXY_MARKS & set(request.headers):
            return _tell(request, "no_page", 404)
        return Response(render_metrics(collector), media_type=CONTENT_TYPE_LATEST)


def _add_pages(app: FastAPI, services: WebServices, bot: BotName) -> None:
    # Who checks links asks with HEAD; both must change nothing.
    @app.api_route("/", methods=["GET", "HEAD"])
    def home(request: Request) -> Response:
        return render_page("home", _language(request), bot_name=bot.value)

    @app.api_route("/leave/{token}", methods=["GET", "HEAD"])
    def ask(request: Request, token: str) -> Response:
        if find_target(services.store, token, services.salt) is None:
            return _no_such_link(request)
        return render_page("leave", _language(request))

    @app.post("/leave/{token}")
    def leave_now(request: Request, token: str) -> Response:
        """The button, and a mail program by itself (RFC 8058): the token alone says who, whatever the body is."""
        target_id = find_target(services.store, token, services.salt)
        left = None if target_id is None else leave(services.store, target_id, services.now())
        if left is None:
            return _no_such_link(request)
        return render_page("left", _language(request), bot_name=bot.value)


def _add_safety(app: FastAPI) -> None:
    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(security_headers())
        return response

    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> Response:
        response = _tell(request, "no_page", error.status_code)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(StoreError)
    @app.exception_handler(SQLAlchemyError)
    async def apologise(request: Request, error: Exception) -> Response:
        # Not the path: it may hold a token.
        log.error("page_failed", method=request.method, reason=type(error).__name__)
        return _tell(request, "our_fault", 503)


def _no_such_link(request: Request) -> Response:
    return _tell(request, "old_link", 404)


def _tell(request: Request, key: str, status: int) -> Response:
    return render_page("notice", _language(request), status=status, key=key)


def _language(request: Request) -> str:
    return find_language(request.headers.get("accept-language", ""))
