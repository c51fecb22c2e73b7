"""The bot on the sandbox's Telegram, which keeps messages as a phone shows them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update

from bot.app import build_application
from bot.services import BotServices
from digests.store.engine import Store
from digests.store.tables import targets
from digests.subscribers.directory import list_subscribers
from sandbox.telegram import serve_telegram
from sandbox.telegram_chats import TOKEN, Telegram
from tests.bot.bot_api import run
from tests.bot.conftest import NOW
from tests.waiting import eventually

CHAT = 42


@dataclass
class Phone:
    telegram: Telegram

    async def says(self, text: str) -> dict[str, Any]:
        before = len(self.messages)
        self.telegram.say(CHAT, text)
        await self._waits(lambda: len(self.messages) > before)
        return self.messages[-1]

    async def taps(self, message: dict[str, Any], command: str) -> dict[str, Any]:
        """The message afterwards; the tap has been answered."""
        answered = self._count("answerCallbackQuery"), self._count("editMessageText")
        self.telegram.tap(CHAT, message["message_id"], command)
        await self._waits(
            lambda: (
                (self._count("answerCallbackQuery"), self._count("editMessageText"))
                >= (answered[0] + 1, answered[1] + 1)
            )
        )
        # Calls are noted before they are done.
        await self.says("/list")
        return next(one for one in self.messages if one["message_id"] == message["message_id"])

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [one for one in self.telegram.messages(CHAT) if one["from"]["is_bot"]]

    def _count(self, method: str) -> int:
        return sum(called == method for called, _ in self.telegram.calls)

    async def _waits(self, condition: Callable[[], bool]) -> None:
        await asyncio.to_thread(eventually, condition, "an answer", seconds=20)


@pytest.fixture
async def phone(services: BotServices) -> AsyncIterator[Phone]:
    telegram = Telegram()
    with serve_telegram(telegram) as url:
        async with run(build_application(services, token=TOKEN, base_url=url)):
            yield Phone(telegram)


async def test_a_tap_edits_the_message_and_its_buttons(phone: Phone):
    await phone.says("/start")
    settings = await phone.says("/settings")

    hours = await phone.taps(settings, "/time")
    chosen = await phone.taps(hours, "/time 12:00")

    assert "送达时间改为 12:00" in chosen["text"]
    texts = [button["text"] for row in chosen["reply_markup"]["inline_keyboard"] for button in row]
    assert "✓ 12:00" in texts


async def test_the_same_button_twice_changes_nothing(phone: Phone):
    await phone.says("/start")
    hours = await phone.says("/time")
    once = await phone.taps(hours, "/time 12:00")
    count = len(phone.messages)

    twice = await phone.taps(hours, "/time 12:00")

    assert twice["html"] == once["html"]
    # Only the /list that the phone asks to see the end.
    assert len(phone.messages) == count + 1


async def test_a_button_disappears_with_what_it_asked(phone: Phone, store: Store):
    await phone.says("/start")
    question = await phone.says("/forget")

    gone = await phone.taps(question, "/forget yes")

    assert "已经全部删除" in gone["text"]
    assert "reply_markup" not in gone
    assert list_subscribers(store) == []


async def test_whoever_had_blocked_us_and_writes_again_gets_digests_again(phone: Phone, store: Store):
    await phone.says("/start")
    with store.writing() as connection:
        connection.execute(update(targets).values(gone_at=NOW, gone_reason="blocked"))

    assert "送到：Telegram" in (await phone.says("/settings"))["text"]
    assert list_subscribers(store)[0].targets[0].is_wanted
