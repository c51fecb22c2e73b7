"""The page as one ASGI app. It must be served on 127.0.0.1 only: whoever reaches it is everybody in the sandbox."""

from typing import Annotated, Any, Final, Literal

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from digests.phrases import load_phrases
from digests.rendering.templates import fill, load_source
from sandbox.mailbox import Mailbox
from sandbox.page.chat import build_chat_routes
from sandbox.page.console import Console, build_console_routes
from sandbox.page.feed import Feed
from sandbox.page.guard import Guard
from sandbox.page.mail import build_mail_routes
from sandbox.telegram_chats import Telegram

_SCRIPT: Final = "text/javascript; charset=utf-8"
_FILES: Final = {
    "page.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    **dict.fromkeys(("page.js", "chat.js", "mail.js", "console.js", "elements.js"), _SCRIPT),
}


def build_page(*, telegram: Telegram, mailbox: Mailbox, console: Console, chat_id: int) -> FastAPI:
    """The page at `/` and what it asks for. `app.state.feed.close()` lets open pages go."""
    app = FastAPI(title="PaperPost sandbox", openapi_url=None)
    app.add_middleware(Guard)

    def look() -> dict[str, Any]:
        return {"chats": telegram.version, "mails": len(mailbox.received), "console": console.look()}

    feed = app.state.feed = Feed(look)
    app.include_router(build_chat_routes(telegram))
    app.include_router(build_mail_routes(mailbox))
    app.include_router(build_console_routes(console))
    app.include_router(feed.build_routes())
    _add_files(app)

    @app.get("/")
    def page(language: Annotated[Literal["zh", "en"], Query()] = "zh") -> HTMLResponse:
        return HTMLResponse(fill("sandbox/page.html", phrases=load_phrases(language), chat_id=chat_id))

    return app


def _add_files(app: FastAPI) -> None:
    @app.get("/files/{name}")
    def file(name: str) -> Response:
        if name not in _FILES:
            raise HTTPException(404)
        return Response(load_source(f"sandbox/{name}"), media_type=_FILES[name])
