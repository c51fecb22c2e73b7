"""The bot's user name, asked of Telegram behind everybody's back: no page waits for it."""

import asyncio
from typing import Final

import structlog
from telegram import Bot
from telegram.error import TelegramError

from web.services import WebServices

log = structlog.get_logger(__name__)

_RETRY_SECONDS: Final = 600


class BotName:
    """`value` is empty until Telegram has told it."""

    def __init__(self) -> None:
        self.value = ""

    async def learn(self, services: WebServices) -> None:
        while services.telegram_token and not self.value:
            self.value = await _fetch_name(services)
            if not self.value:
                await asyncio.sleep(_RETRY_SECONDS)


async def _fetch_name(services: WebServices) -> str:
    try:
        async with Bot(services.telegram_token, base_url=f"{services.telegram_base_url}/bot") as bot:
            return bot.username or ""
    except TelegramError as error:
        # Its sentence may hold the token.
        log.warning("bot_name_unknown", reason=type(error).__name__)
        return ""
