"""The chat window: what a phone shows, and what its person does."""

from typing import Any, Final, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from sandbox.page.nodes import build_nodes
from sandbox.telegram_chats import Telegram
from sandbox.telegram_content import Params, Refusal
from sandbox.telegram_people import ChatView

# A phone sends a longer text as several messages.
_MAX_CHARS: Final = 4096


class Typed(BaseModel):
    text: str = Field(min_length=1, max_length=_MAX_CHARS)


class Tap(BaseModel):
    message_id: int
    data: str


class Phone(BaseModel):
    """What the person changes on their phone; None = left as it is."""

    language_code: Literal["zh-hans", "zh-hant", "en"] | None = None
    is_blocked: bool | None = None


def build_chat_routes(telegram: Telegram) -> APIRouter:
    router = APIRouter(prefix="/chats/{chat_id}")

    @router.get("")
    def look(chat_id: int, since: int = 0) -> dict[str, Any]:
        return _show(_find(telegram, chat_id), since)

    @router.post("/messages")
    def say(chat_id: int, typed: Typed) -> None:
        if _find(telegram, chat_id).is_blocked:
            raise HTTPException(409)
        telegram.say(chat_id, typed.text)

    @router.post("/taps")
    def tap(chat_id: int, tap: Tap) -> None:
        try:
            telegram.tap(chat_id, tap.message_id, tap.data)
        except Refusal as refusal:
            raise HTTPException(409, str(refusal)) from refusal

    @router.post("/phone")
    def change(chat_id: int, phone: Phone) -> None:
        _find(telegram, chat_id)
        if phone.language_code is not None:
            telegram.set_language(chat_id, phone.language_code)
        if phone.is_blocked is not None:
            telegram.set_blocked(chat_id, is_blocked=phone.is_blocked)

    return router


def _find(telegram: Telegram, chat_id: int) -> ChatView:
    try:
        return telegram.look(chat_id)
    except KeyError:
        raise HTTPException(404) from None


def _show(view: ChatView, since: int) -> dict[str, Any]:
    """`ids` are all messages there are, `messages` those that changed after version `since`."""
    return {
        "version": view.version,
        "ids": [message["message_id"] for message in view.messages],
        "messages": [
            _show_message(message)
            for message in view.messages
            if since == 0 or view.versions[message["message_id"]] > since
        ],
        "menu": view.menu,
        "language_code": view.language_code,
        "is_blocked": view.is_blocked,
        "toast": view.toast,
        "waiting": view.waiting,
    }


def _show_message(message: Params) -> dict[str, Any]:
    is_mine = not message["from"]["is_bot"]
    return {
        "id": message["message_id"],
        "is_mine": is_mine,
        "sent_at_seconds": message["date"],
        "is_edited": "edit_date" in message,
        "is_silent": message.get("silent", False),
        "nodes": build_nodes(message["text"], [] if is_mine else message.get("entities", [])),
        "keyboard": [
            [_show_button(button) for button in row]
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
        ],
    }


def _show_button(button: Params) -> dict[str, str]:
    """`kind` is what a tap does; a phone can do more than this page."""
    if "callback_data" in button:
        return {"text": button["text"], "kind": "callback", "value": button["callback_data"]}
    if str(button.get("url", "")).lower().startswith(("http://", "https://")):
        return {"text": button["text"], "kind": "url", "value": button["url"]}
    if "copy_text" in button:
        return {"text": button["text"], "kind": "copy", "value": button["copy_text"]["text"]}
    return {"text": button["text"], "kind": "none", "value": ""}
