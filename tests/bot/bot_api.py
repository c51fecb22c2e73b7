"""A Bot API server that nobody here wrote, in the test's own loop, and one person who writes to the bot."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import lo_bot_api_emulator
from aiohttp.web import AppRunner, TCPSite
from lo_bot_api_emulator import ApiRefusal, LoBotApiEmulator
from lo_bot_api_emulator.journal import verdict
from telegram import Update
from teremok.validation import ApiRuleViolation, validate_html

from bot.app import UPDATES, BotApplication, offer_commands
from bot.commands import COMMANDS

TOKEN = "7:TEST"
BOT_NAME = "paperpost_bot"
BETWEEN = "\n---\n"
_PATIENCE_SECONDS = 20


class BotApi(LoBotApiEmulator):
    """Keeps what was sent, and refuses HTML that Telegram would refuse.

    refusals  what the next edits are refused with
    """

    def __init__(self, journal: Path, **options: Any) -> None:
        super().__init__(journal=journal, **options)
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.menus: list[dict[str, Any]] = []
        self.answered_taps: list[str] = []
        self.refusals: list[str] = []
        self.is_polled_elsewhere = False
        self.allowed_refusals: set[str] = set()
        for method in ("sendMessage", "editMessageText"):
            known = lo_bot_api_emulator.CONTRACT["methods"][method]["parameters"]
            if "link_preview_options" not in known:
                # Of Bot API 7.0; the emulator has not heard of it.
                known.append("link_preview_options")

    def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
        result = super().validate(method, fields, uploads)
        if method == "getMe":
            # PTB's CommandHandler needs the name, which this server leaves out.
            return result | {"username": BOT_NAME}
        if method == "setMyCommands":
            self.menus.append(fields)
        if method == "answerCallbackQuery":
            self.answered_taps.append(fields["callback_query_id"])
        if method == "getUpdates" and self.is_polled_elsewhere:
            self.allowed_refusals.add("getUpdates:409")
            raise ApiRefusal("Conflict: terminated by other getUpdates request", status=409)
        if method == "editMessageText" and self.refusals:
            self.allowed_refusals.add("editMessageText:400")
            raise ApiRefusal(f"Bad Request: {self.refusals.pop(0)}")
        if method in ("sendMessage", "editMessageText"):
            _refuse_broken_html(fields)
            self.sent.put_nowait({"method": method, **fields, "message_id": result["message_id"]})
        return result


class Person:
    """Writes to the bot and reads what it answers; every test must read it all.

    buttons     command by text, of the newest answer
    message_id  of the newest answer
    was_edited  whether it took the place of an older one
    """

    def __init__(
        self,
        api: BotApi,
        application: BotApplication | None = None,
        chat_id: int = 42,
        language_code: str | None = None,
    ) -> None:
        self._api = api
        self._application = application
        self.chat = {"id": chat_id, "type": "private", "first_name": "Alice"}
        self.user = {"id": chat_id, "is_bot": False, "first_name": "Alice"}
        if language_code is not None:
            self.user["language_code"] = language_code
        self.buttons: dict[str, str] = {}
        self.message_id = 0
        self.was_edited = False
        self._taps = 0

    async def says(self, text: str, *, answers: int = 1, **message: Any) -> str:
        """Send `text` over the wire and return the answer, several joined by a line of dashes."""
        await self._api.enqueue_update({"message": self.message(text) | message}, token=TOKEN)
        return await self.reads(answers)

    async def taps(self, button: str, *, answers: int = 1) -> str:
        """Tap a button of the newest answer, by its text or its command."""
        (data,) = {command for text, command in self.buttons.items() if button in (text, command)}
        return await self.sends_tap(data, answers=answers)

    async def sends_tap(self, data: str, *, answers: int = 1, **message: Any) -> str:
        """Tap what stands under no message: an old button, or whatever a client of one's own makes up."""
        await self._api.enqueue_update({"callback_query": self.tap(data, **message)}, token=TOKEN)
        return await self.reads(answers)

    async def does(self, kind: str, message: dict[str, Any]) -> str:
        """Bring an update that the server does not take: of another kind, or larger than it likes."""
        assert self._application is not None
        update = Update.de_json({"update_id": 1, kind: message}, self._application.bot)
        await self._application.update_queue.put(update)
        return await self.reads(1)

    async def reads(self, answers: int) -> str:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            sent = [await self._api.sent.get() for _ in range(answers)]
        if sent:
            self._look_at(sent[-1])
        return BETWEEN.join(fields["text"] for fields in sent)

    def _look_at(self, fields: dict[str, Any]) -> None:
        markup = json.loads(fields.get("reply_markup", "{}"))
        rows = markup.get("inline_keyboard", [])
        self.buttons = {button["text"]: button["callback_data"] for row in rows for button in row}
        self.message_id = int(fields["message_id"])
        self.was_edited = fields["method"] == "editMessageText"

    def message(self, text: str) -> dict[str, Any]:
        message = {"message_id": 1, "date": 1, "chat": self.chat, "from": self.user, "text": text}
        command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
        entities = [{"type": "bot_command", "offset": 0, "length": len(command)}] if command else []
        return message | ({"entities": entities} if entities else {})

    def tap(self, data: str, **message: Any) -> dict[str, Any]:
        self._taps += 1
        under = {"message_id": self.message_id or 1, "date": 1, "chat": self.chat, "text": "an answer"} | message
        return {
            "id": f"{self.user['id']}-{self._taps}",
            "from": self.user,
            "chat_instance": "1",
            "message": under,
            "data": data,
        }


@asynccontextmanager
async def serve(journal: Path, **options: Any) -> AsyncIterator[tuple[BotApi, str]]:
    """The server and its address. Ends with its verdict on everything that was asked of it."""
    api = BotApi(journal, **options)
    runner = AppRunner(api.app(), handler_cancellation=True)
    await runner.setup()
    site = TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield api, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
    said = verdict(journal, allowed_refusals=api.allowed_refusals)
    assert said["ok"], said
    assert api.sent.empty(), api.sent.get_nowait()["text"]


@asynccontextmanager
async def run(application: BotApplication) -> AsyncIterator[None]:
    """Polling, started and stopped as `Application.run_polling` does it."""
    async with application:
        await offer_commands(application, list(COMMANDS))
        assert application.updater is not None
        await application.updater.start_polling(allowed_updates=UPDATES)
        await application.start()
        try:
            yield
        finally:
            await application.updater.stop()
            await application.stop()


def read_commands(menu: dict[str, Any]) -> dict[str, str]:
    return {item["command"]: item["description"] for item in json.loads(menu["commands"])}


def _refuse_broken_html(fields: dict[str, Any]) -> None:
    assert fields["parse_mode"] == "HTML"
    try:
        validate_html(fields["text"])
    except ApiRuleViolation as error:
        raise ApiRefusal(error.description) from error
