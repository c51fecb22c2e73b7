"""The chats of one bot and the people in them: what they do with their phones, and what they see."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from digests.clock import Now, utc_now
from sandbox.telegram_content import Params, Refusal, build_person, find_button
from sandbox.telegram_html import count_units
from sandbox.telegram_state import Chat, State, keep_state, load_state

BOT: Final = {"id": 1, "is_bot": True, "first_name": "论文邮差", "username": "paperpost_sandbox_bot"}


@dataclass(frozen=True, slots=True)
class Toast:
    """What a phone shows for a moment when a tap is answered. `number` counts them in one chat."""

    number: int
    text: str
    is_alert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatView:
    """A chat as its person sees it.

    version   of the newest change; a message changed after version v when `versions` says more than v
    waiting   (message_id, data) of taps that the bot has not answered
    """

    version: int
    messages: tuple[Params, ...]
    versions: dict[int, int]
    menu: list[Params]
    language_code: str
    is_blocked: bool
    toast: Toast | None
    waiting: tuple[tuple[int, str], ...]


class Chats:
    """Safe to use from any thread.

    version  grows with everything that a person can see
    archive  the file that keeps the chats
    """

    def __init__(self, *, now: Now = utc_now, archive: Path | None = None) -> None:
        self.version = 0
        self._now = now
        self._archive = archive
        self._state = State() if archive is None else load_state(archive)
        self._versions: dict[int, int] = {}
        self._toasts: dict[int, Toast] = {}
        self._taps: dict[str, tuple[int, int, str]] = {}
        self._allowed_updates: list[str] = []
        self._changed = threading.Condition()

    def open_chat(self, chat_id: int) -> None:
        """A bot cannot begin a chat; this person did."""
        with self._changed:
            self._state.chats.setdefault(chat_id, Chat())

    def say(self, chat_id: int, text: str, *, language_code: str | None = None) -> None:
        """Somebody writes to the bot."""
        with self._changed:
            self.open_chat(chat_id)
            chat = self._state.chats[chat_id]
            chat.language_code = language_code or chat.language_code
            message = self._build_message(chat_id, build_person(chat_id, chat.language_code), text)
            if text.startswith("/"):
                length = count_units(text.split(maxsplit=1)[0])
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
            chat.messages.append(message)
            self._queue("message", dict(message))
            self._touch(message)

    def tap(self, chat_id: int, message_id: int, data: str) -> None:
        """Somebody taps a button under a message of the bot. Raises Refusal where there is no such button."""
        with self._changed:
            message = self._find_message(chat_id, message_id)
            if find_button(message, data) is None:
                raise Refusal("Bad Request: there is no such button")
            query_id = str(self._state.last_update_id + 1)
            person = build_person(chat_id, self._state.chats[chat_id].language_code)
            query = {"id": query_id, "from": person, "chat_instance": "1", "message": dict(message), "data": data}
            self._taps[query_id] = (chat_id, message_id, data)
            self._queue("callback_query", query)
            self._touch()

    def set_language(self, chat_id: int, language_code: str) -> None:
        """Somebody changes the language of their phone."""
        with self._changed:
            self._state.chats[chat_id].language_code = language_code
            self._touch()

    def set_blocked(self, chat_id: int, *, is_blocked: bool) -> None:
        """Somebody blocks the bot, or lets it write again; it hears of it as a change of its own membership."""
        with self._changed:
            self.open_chat(chat_id)
            chat = self._state.chats[chat_id]
            if chat.is_blocked == is_blocked:
                return
            chat.is_blocked = is_blocked
            member, kicked = {"status": "member", "user": BOT}, {"status": "kicked", "user": BOT, "until_date": 0}
            before, after = (member, kicked) if is_blocked else (kicked, member)
            change = self._sent_by(chat_id, build_person(chat_id, chat.language_code))
            self._queue("my_chat_member", change | {"old_chat_member": before, "new_chat_member": after})
            self._touch()

    def messages(self, chat_id: int) -> list[Params]:
        """What the bot wrote into a chat, oldest first: Message objects, with `html` as it was sent."""
        with self._changed:
            return [dict(message) for message in self._bot_messages(chat_id)]

    def look(self, chat_id: int) -> ChatView:
        """Raises KeyError for a chat that nobody opened."""
        with self._changed:
            chat = self._state.chats[chat_id]
            return ChatView(
                version=self.version,
                messages=tuple(dict(message) for message in chat.messages),
                versions={one["message_id"]: self._versions.get(one["message_id"], 0) for one in chat.messages},
                menu=self._state.find_menu(chat.language_code),
                language_code=chat.language_code,
                is_blocked=chat.is_blocked,
                toast=self._toasts.get(chat_id),
                waiting=tuple((tap[1], tap[2]) for tap in self._taps.values() if tap[0] == chat_id),
            )

    def _find_message(self, chat_id: int, message_id: int) -> Params:
        """The message itself, for changing. Raises Refusal."""
        for message in self._bot_messages(chat_id):
            if message["message_id"] == message_id:
                return message
        raise Refusal("Bad Request: message to edit not found")

    def _bot_messages(self, chat_id: int) -> list[Params]:
        return [one for one in self._state.chats.get(chat_id, Chat()).messages if one["from"]["is_bot"]]

    def _build_message(self, chat_id: int, sender: Params, text: str) -> Params:
        self._state.last_message_id += 1
        return {"message_id": self._state.last_message_id, "text": text, **self._sent_by(chat_id, sender)}

    def _sent_by(self, chat_id: int, sender: Params) -> Params:
        chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
        return {"chat": chat, "from": sender, "date": int(self._now().timestamp())}

    def _queue(self, kind: str, content: Params) -> None:
        """What the bot has not asked for is not kept for it."""
        self._state.last_update_id += 1
        if not self._allowed_updates or kind in self._allowed_updates:
            self._state.updates.append({"update_id": self._state.last_update_id, kind: content})
            self._changed.notify_all()

    def _touch(self, message: Params | None = None) -> None:
        self.version += 1
        if message is not None:
            self._versions[message["message_id"]] = self.version
        self._keep()

    def _keep(self) -> None:
        if self._archive is not None:
            keep_state(self._state, self._archive)
