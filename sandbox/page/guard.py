"""Who may use the page: a browser on this machine that has it open, and no other site's script inside that browser.

Another site's name that resolves to 127.0.0.1 stands in Host, and a form of another site has that site in Origin.
"""

from http.client import HTTP_PORT
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS: Final = {"GET", "HEAD"}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses with 403 whatever was not asked by the page itself; gives every answer the headers above."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        if host not in _find_names(scope):
            await PlainTextResponse("Open this page at 127.0.0.1.", 403)(scope, receive, send)
        elif scope["method"] not in _SAFE_METHODS and Headers(scope=scope).get("origin") != f"http://{host}":
            await PlainTextResponse("Only the page itself may do this.", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))


def _find_names(scope: Scope) -> set[str]:
    _, port = scope["server"]
    # A browser leaves the port out where it is HTTP's own.
    ending = "" if port == HTTP_PORT else f":{port}"
    return {f"{name}{ending}" for name in ("127.0.0.1", "localhost")}


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                # An answer may be stricter: a mail is.
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
