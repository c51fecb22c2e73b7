"""A Bot API server for the sandbox: the protocol of api.telegram.org over sandbox/telegram_chats.py."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from sandbox.serving import serve
from sandbox.telegram_chats import Telegram
from sandbox.telegram_content import Params, Refusal

#: Lists and objects, which a form carries as JSON texts.
_JSON_PARAMS: Final = {
    "allowed_updates",
    "commands",
    "entities",
    "link_preview_options",
    "menu_button",
    "reply_markup",
    "reply_parameters",
    "scope",
}


@contextmanager
def serve_telegram(telegram: Telegram) -> Iterator[str]:
    """Serve from a thread on 127.0.0.1; gives the base URL for the bot."""
    with serve(build_app(telegram)) as base_url:
        try:
            yield base_url
        finally:
            # Who waits for updates would hold the server up.
            telegram.close()


class _HangUp(Response):
    """uvicorn closes the connection of an answer that ends before its body."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})


async def _read_params(request: Request) -> Params:
    """Bot API parameters come as query, form or JSON."""
    params: Params = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        return params | dict(await request.json())
    params |= await request.form()
    return {key: json.loads(value) if key in _JSON_PARAMS else value for key, value in params.items()}


def build_app(telegram: Telegram) -> FastAPI:
    """The Bot API of `telegram` (also at `app.state.telegram`), and /sandbox/… for who plays the people."""
    app = FastAPI(title="Telegram Bot API (sandbox)")
    app.state.telegram = telegram

    # Not async: getUpdates waits in a thread.
    @app.api_route("/bot{token}/{method}", methods=["GET", "POST"])
    def call(token: str, method: str, params: Annotated[Params, Depends(_read_params)]) -> Response:
        if token != telegram.token:
            return _refuse(Refusal("Unauthorized", status=401))
        try:
            return JSONResponse({"ok": True, "result": telegram.call(method, params)})
        except Refusal as refusal:
            return _refuse(refusal)

    @app.get("/sandbox/chats/{chat_id}")
    def messages(chat_id: int) -> list[Params]:
        return telegram.messages(chat_id)

    @app.post("/sandbox/chats/{chat_id}")
    def say(chat_id: int, text: str) -> None:
        telegram.say(chat_id, text)

    return app


def _refuse(refusal: Refusal) -> Response:
    if refusal.status == 0:
        return _HangUp()
    body = {"ok": False, "error_code": refusal.status, "description": str(refusal)}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return JSONResponse(body, status_code=refusal.status)
