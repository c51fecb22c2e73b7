"""What a Bot API server knows of one bot: its chats, their messages, what waits for it, and what shall go wrong."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from digests.clock import Now, utc_now
from sandbox.telegram_html import HtmlError, count_units, parse_html

TOKEN: Final = "1:sandbox"  # noqa: S105  # opens nothing
BOT: Final = {"id": 1, "is_bot": True, "first_name": "论文邮差", "username": "paperpost_sandbox_bot"}
_MAX_UNITS: Final = 4096
_MAX_ENTITIES: Final = 100
_MAX_CALLBACK_BYTES: Final = 64
_MAX_POLL_SECONDS: Final = 50.0

Params = dict[str, Any]


class Refusal(Exception):
    """The Bot API's way to say no."""

    def __init__(self, description: str, *, status: int = 400, parameters: Params | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramFault:
    """What happens to the next sendMessage. `is_kept`: the reader gets the message all the same.

    status 0  the connection is closed instead of an answer
    """

    status: int = 0
    description: str = ""
    parameters: Params = field(default_factory=dict)
    is_kept: bool = False
    wait_seconds: float = 0.0


HANG_UP: Final = TelegramFault(is_kept=True)
BROKEN: Final = TelegramFault(status=500, description="Internal Server Error")


def flood(seconds: int) -> TelegramFault:
    description = f"Too Many Requests: retry after {seconds}"
    return TelegramFault(status=429, description=description, parameters={"retry_after": seconds})


def slow(seconds: float) -> TelegramFault:
    """The message is there at once, the answer comes late."""
    return TelegramFault(status=200, is_kept=True, wait_seconds=seconds)


def migrated(new_chat_id: int) -> TelegramFault:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    return TelegramFault(status=400, description=description, parameters={"migrate_to_chat_id": new_chat_id})


class Telegram:
    """The bot's side of Telegram, safe to use from any thread.

    calls  (method, parameters) of everything the bot asked, oldest first
    """

    def __init__(self, *, token: str = TOKEN, now: Now = utc_now) -> None:
        self.token = token
        self.calls: list[tuple[str, Params]] = []
        self.commands: list[Params] = []
        self._now = now
        self._chats: dict[int, list[Params]] = {}
        self._blocked: set[int] = set()
        self._updates: deque[Params] = deque()
        self._faults: deque[TelegramFault] = deque()
        self._last_message_id = 0
        self._last_update_id = 0
        self._changed = threading.Condition()
        self._is_closed = False

    # --- what people do ---

    def open_chat(self, chat_id: int) -> None:
        """A bot cannot begin a chat; this person did."""
        with self._changed:
            self._chats.setdefault(chat_id, [])

    def say(self, chat_id: int, text: str, *, language_code: str = "zh-hans") -> None:
        """Somebody writes to the bot."""
        self.open_chat(chat_id)
        message = self._build_message(chat_id, _build_person(chat_id, language_code), text)
        if text.startswith("/"):
            message["entities"] = [
                {"type": "bot_command", "offset": 0, "length": count_units(text.split(maxsplit=1)[0])}
            ]
        self._queue({"message": message})

    def tap(self, chat_id: int, message_id: int, data: str) -> None:
        """Somebody taps a button under a message of the bot."""
        query = {"id": str(self._last_update_id + 1), "from": _build_person(chat_id, "zh-hans"), "chat_instance": "1"}
        self._queue({"callback_query": {**query, "message": self._find_message(chat_id, message_id), "data": data}})

    def block(self, chat_id: int) -> None:
        """Somebody blocks the bot."""
        self._blocked.add(chat_id)

    def messages(self, chat_id: int) -> list[Params]:
        """What the bot wrote into a chat, oldest first: Message objects, with `html` as it was sent."""
        with self._changed:
            return list(self._chats.get(chat_id, []))

    def fail_next(self, *faults: TelegramFault) -> None:
        """One fault for each of the next sendMessage calls, in this order."""
        self._faults.extend(faults)

    def close(self) -> None:
        """Let go of who is waiting for updates."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    # --- what the bot asks ---

    def call(self, method: str, params: Params) -> Any:
        """The method's result. Raises Refusal."""
        self.calls.append((method, params))
        if method in _ACCEPTED:
            return True
        answer = _METHODS.get(method)
        if answer is None:
            raise Refusal("Not Found", status=404)
        return answer(self, params)

    def send_message(self, params: Params) -> Params:
        chat_id = self._find_chat(params)
        fault = self._faults.popleft() if self._faults else None
        if fault and not fault.is_kept:
            raise Refusal(fault.description, status=fault.status, parameters=fault.parameters)
        message = self._build_message(chat_id, BOT, "") | _build_content(params)
        message["silent"] = str(params.get("disable_notification", "")).lower() == "true"
        with self._changed:
            self._chats[chat_id].append(message)
            if fault:
                # Not a sleep: close() ends it.
                self._changed.wait_for(lambda: self._is_closed, fault.wait_seconds)
        if fault is HANG_UP:
            raise Refusal("", status=0)
        return message

    def edit_message_text(self, params: Params) -> Params:
        message = self._find_message(self._find_chat(params), int(params.get("message_id", 0)))
        content = _build_content(params)
        if all(message.get(key) == content.get(key) for key in ("html", "reply_markup")):
            raise Refusal("Bad Request: message is not modified")
        message.update(content)
        if "reply_markup" not in content:
            message.pop("reply_markup", None)
        return message

    def edit_message_reply_markup(self, params: Params) -> Params:
        message = self._find_message(self._find_chat(params), int(params.get("message_id", 0)))
        message["reply_markup"] = _read_markup(params)
        return message

    def get_updates(self, params: Params) -> list[Params]:
        offset = int(params.get("offset") or 0)
        timeout_seconds = min(float(params.get("timeout") or 0), _MAX_POLL_SECONDS)
        with self._changed:
            while self._updates and self._updates[0]["update_id"] < offset:
                self._updates.popleft()
            self._changed.wait_for(lambda: self._updates or self._is_closed, timeout_seconds)
            return list(self._updates)[: int(params.get("limit") or 100)]

    def set_my_commands(self, params: Params) -> bool:
        self.commands = params.get("commands") or []
        return True

    def get_chat(self, params: Params) -> Params:
        return {
            "id": (chat_id := self._find_chat(params)),
            "type": "private",
            "accent_color_id": 0,
            "max_reaction_count": 0,
            "first_name": str(chat_id),
        }

    def _find_chat(self, params: Params) -> int:
        text = str(params.get("chat_id", ""))
        if not text.removeprefix("-").isdecimal() or int(text) not in self._chats:
            raise Refusal("Bad Request: chat not found")
        if int(text) in self._blocked:
            raise Refusal("Forbidden: bot was blocked by the user", status=403)
        return int(text)

    def _find_message(self, chat_id: int, message_id: int) -> Params:
        for message in self._chats[chat_id]:
            if message["message_id"] == message_id:
                return message
        raise Refusal("Bad Request: message to edit not found")

    def _build_message(self, chat_id: int, sender: Params, text: str) -> Params:
        with self._changed:
            self._last_message_id += 1
            chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
            date = int(self._now().timestamp())
            return {"message_id": self._last_message_id, "date": date, "chat": chat, "from": sender, "text": text}

    def _queue(self, update: Params) -> None:
        with self._changed:
            self._last_update_id += 1
            self._updates.append({"update_id": self._last_update_id, **update})
            self._changed.notify_all()


_METHODS: Final[dict[str, Callable[[Telegram, Params], Any]]] = {
    "getMe": lambda _telegram, _params: BOT,
    "getUpdates": Telegram.get_updates,
    "getChat": Telegram.get_chat,
    "getWebhookInfo": lambda _telegram, _params: {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": 0,
    },
    "getMyCommands": lambda telegram, _params: telegram.commands,
    "sendMessage": Telegram.send_message,
    "editMessageText": Telegram.edit_message_text,
    "editMessageReplyMarkup": Telegram.edit_message_reply_markup,
    "setMyCommands": Telegram.set_my_commands,
}
_ACCEPTED: Final = {
    "answerCallbackQuery",
    "deleteMessage",
    "deleteMyCommands",
    "deleteWebhook",
    "sendChatAction",
    "setChatMenuButton",
    "setMyDescription",
    "setMyName",
    "setMyShortDescription",
}


def _build_person(chat_id: int, language_code: str) -> Params:
    return {"id": chat_id, "is_bot": False, "first_name": f"Reader {chat_id}", "language_code": language_code}


def _build_content(params: Params) -> Params:
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
    return content | ({"reply_markup": markup} if (markup := _read_markup(params)) else {})


def _read_markup(params: Params) -> Params:
    markup: Params = params.get("reply_markup") or {}
    for row in markup.get("inline_keyboard", []):
        for button in row:
            data = button.get("callback_data")
            if data is not None and not 1 <= len(data.encode()) <= _MAX_CALLBACK_BYTES:
                raise Refusal("Bad Request: BUTTON_DATA_INVALID")
    return markup
