"""What a Bot API server does for one bot, and what shall go wrong."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from digests.clock import Now, utc_now
from sandbox.telegram_content import Params, Refusal, build_content, read_markup
from sandbox.telegram_people import BOT, Chats, Toast
from sandbox.telegram_state import menu_name

TOKEN: Final = "1:sandbox"  # noqa: S105  # opens nothing
_MAX_POLL_SECONDS: Final = 50.0


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


class Telegram(Chats):
    """The bot's side of Telegram.

    calls  (method, parameters) of everything the bot asked, oldest first
    """

    def __init__(self, *, token: str = TOKEN, now: Now = utc_now, archive: Path | None = None) -> None:
        super().__init__(now=now, archive=archive)
        self.token = token
        self.calls: list[tuple[str, Params]] = []
        self._faults: deque[TelegramFault] = deque()
        self._is_closed = False

    def fail_next(self, *faults: TelegramFault) -> None:
        """One fault for each of the next sendMessage calls, in this order."""
        self._faults.extend(faults)

    def close(self) -> None:
        """Let go of who is waiting for updates."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    @property
    def commands(self) -> list[Params]:
        """The menu of a phone in a language that has none of its own."""
        return self._state.find_menu("")

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
        content = build_content(params)
        with self._changed:
            message = self._build_message(chat_id, BOT, "") | content
            message["silent"] = str(params.get("disable_notification", "")).lower() == "true"
            self._state.chats[chat_id].messages.append(message)
            self._touch(message)
            if fault:
                # Not a sleep: close() ends it.
                self._changed.wait_for(lambda: self._is_closed, fault.wait_seconds)
        if fault is HANG_UP:
            raise Refusal("", status=0)
        return dict(message)

    def edit_message_text(self, params: Params) -> Params:
        content = build_content(params)
        with self._changed:
            message = self._find_message(self._find_chat(params), int(params.get("message_id", 0)))
            if all(message.get(key) == content.get(key) for key in ("html", "reply_markup")):
                raise Refusal("Bad Request: message is not modified")
            message.pop("reply_markup", None)
            message.update(content, edit_date=int(self._now().timestamp()))
            self._touch(message)
            return dict(message)

    def edit_message_reply_markup(self, params: Params) -> Params:
        markup = read_markup(params)
        with self._changed:
            message = self._find_message(self._find_chat(params), int(params.get("message_id", 0)))
            if message.get("reply_markup", {}) == markup:
                raise Refusal("Bad Request: message is not modified")
            message.pop("reply_markup", None)
            message.update({"reply_markup": markup} if markup else {})
            self._touch(message)
            return dict(message)

    def delete_message(self, params: Params) -> bool:
        with self._changed:
            chat = self._state.chats[self._find_chat(params)]
            left = [one for one in chat.messages if one["message_id"] != int(params.get("message_id", 0))]
            if len(left) == len(chat.messages):
                raise Refusal("Bad Request: message to delete not found")
            chat.messages = left
            self._touch()
            return True

    def answer_callback_query(self, params: Params) -> bool:
        with self._changed:
            tap = self._taps.pop(str(params.get("callback_query_id", "")), None)
            if tap is None:
                raise Refusal("Bad Request: query is too old and response timeout expired or query ID is invalid")
            if text := str(params.get("text") or ""):
                before = self._toasts.get(tap[0])
                is_alert = str(params.get("show_alert", "")).lower() == "true"
                self._toasts[tap[0]] = Toast(before.number + 1 if before else 1, text, is_alert)
            self._touch()
            return True

    def get_updates(self, params: Params) -> list[Params]:
        offset = int(params.get("offset") or 0)
        timeout_seconds = min(float(params.get("timeout") or 0), _MAX_POLL_SECONDS)
        with self._changed:
            if "allowed_updates" in params:
                self._allowed_updates = params["allowed_updates"]
            self._confirm(offset)
            self._changed.wait_for(lambda: self._state.updates or self._is_closed, timeout_seconds)
            return self._state.updates[: int(params.get("limit") or 100)]

    def set_my_commands(self, params: Params) -> bool:
        with self._changed:
            self._state.menus[_menu_name(params)] = params.get("commands") or []
            self._touch()
            return True

    def get_my_commands(self, params: Params) -> list[Params]:
        return self._state.menus.get(_menu_name(params), [])

    def delete_my_commands(self, params: Params) -> bool:
        with self._changed:
            self._state.menus.pop(_menu_name(params), None)
            self._touch()
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
        chat = self._state.chats.get(int(text)) if text.removeprefix("-").isdecimal() else None
        if chat is None:
            raise Refusal("Bad Request: chat not found")
        if chat.is_blocked:
            raise Refusal("Forbidden: bot was blocked by the user", status=403)
        return int(text)

    def _confirm(self, offset: int) -> None:
        left = [update for update in self._state.updates if update["update_id"] >= offset]
        if len(left) < len(self._state.updates):
            self._state.updates = left
            self._keep()


_METHODS: Final[dict[str, Callable[[Telegram, Params], Any]]] = {
    "getMe": lambda _telegram, _params: BOT,
    "getUpdates": Telegram.get_updates,
    "getChat": Telegram.get_chat,
    "getWebhookInfo": lambda _telegram, _params: {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": 0,
    },
    "getMyCommands": Telegram.get_my_commands,
    "sendMessage": Telegram.send_message,
    "editMessageText": Telegram.edit_message_text,
    "editMessageReplyMarkup": Telegram.edit_message_reply_markup,
    "deleteMessage": Telegram.delete_message,
    "answerCallbackQuery": Telegram.answer_callback_query,
    "setMyCommands": Telegram.set_my_commands,
    "deleteMyCommands": Telegram.delete_my_commands,
}
_ACCEPTED: Final = {
    "deleteWebhook",
    "sendChatAction",
    "setChatMenuButton",
    "setMyDescription",
    "setMyName",
    "setMyShortDescription",
}


def _menu_name(params: Params) -> str:
    return menu_name((params.get("scope") or {}).get("type", "default"), str(params.get("language_code") or ""))
