"""What a message may hold, as strict as the Bot API; the errors' wording is that of api.telegram.org."""

from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.telegram_html import HtmlError, count_units, parse_html

_MAX_UNITS: Final = 4096
_MAX_ENTITIES: Final = 100
_MAX_CALLBACK_BYTES: Final = 64
_MAX_COPY_CHARS: Final = 256
_ACTIONS: Final = ("callback_data", "url", "copy_text", "web_app", "login_url", "switch_inline_query")

Params = dict[str, Any]


class Refusal(Exception):
    """The Bot API's way to say no."""

    def __init__(self, description: str, *, status: int = 400, parameters: Params | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


def build_content(params: Params) -> Params:
    """The fields of a Message that sendMessage and editMessageText give, with `html` as it was sent. Raises Refusal."""
    html = str(params.get("text", ""))
    text = html
    entities: list[Params] = []
    if str(params.get("parse_mode", "")).lower() == "html":
        try:
            text, entities = parse_html(html)
        except HtmlError as error:
            raise Refusal(f"Bad Request: can't parse entities: {error}") from error
    if not text.strip():
        raise Refusal("Bad Request: message text is empty")
    if count_units(text) > _MAX_UNITS:
        raise Refusal("Bad Request: message is too long")
    content = {"text": text, "html": html, "entities": entities[:_MAX_ENTITIES]}
    return content | ({"reply_markup": markup} if (markup := read_markup(params)) else {})


def read_markup(params: Params) -> Params:
    """The inline keyboard; a Message shows no other. Raises Refusal."""
    rows = (params.get("reply_markup") or {}).get("inline_keyboard")
    for row in rows or []:
        for button in row:
            _check_button(button)
    return {"inline_keyboard": rows} if rows else {}


def find_button(message: Params, data: str) -> Params | None:
    """The button of `message` that sends `data`."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return next((button for row in rows for button in row if button.get("callback_data") == data), None)


def build_person(chat_id: int, language_code: str) -> Params:
    return {"id": chat_id, "is_bot": False, "first_name": f"Reader {chat_id}", "language_code": language_code}


def _check_button(button: Params) -> None:
    if not any(action in button for action in _ACTIONS):
        raise Refusal(
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= _MAX_CALLBACK_BYTES:
        raise Refusal("Bad Request: BUTTON_DATA_INVALID")
    copied = button.get("copy_text")
    if copied is not None and not 1 <= len(copied.get("text", "")) <= _MAX_COPY_CHARS:
        raise Refusal("Bad Request: BUTTON_COPY_TEXT_INVALID")
    url = button.get("url")
    if url is not None and urlsplit(url).scheme not in {"http", "https", "tg"}:
        raise Refusal(f"Bad Request: inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
