"""The bot as one PTB application. Starting and stopping it is the business of `python -m bot`."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import structlog
from telegram import BotCommand, BotCommandScopeAllPrivateChats, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    Defaults,
    MessageHandler,
    filters,
)

from bot.answers import Callback, answer_taps_with, answer_with, report
from bot.commands import COMMANDS, answer, list_offered
from bot.handlers import hints
from bot.order import ChatOrder
from bot.pacing import PacedRequests
from bot.pulse import Pulse
from bot.services import BotServices, Handler
from digests.clock import utc_now
from digests.phrases import load_phrases

log = structlog.get_logger(__name__)

BotApplication = Application[Any, Any, Any, Any, Any, Any]

#: What Telegram shall bring us; it remembers the last list that it was given.
UPDATES: Final = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY)

_PRIVATE: Final = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
_PRIVATE_EDITED: Final = filters.ChatType.PRIVATE & filters.UpdateType.EDITED_MESSAGE
_GROUP: Final = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE


class _Addressed(filters.MessageFilter):
    """In a group: our name, an answer to us, or our arrival. The rest is people talking to each other."""

    def filter(self, message: Message) -> bool:
        bot = message.get_bot()
        answered = message.reply_to_message and message.reply_to_message.from_user
        return (
            f"@{bot.username}".casefold() in (message.text or message.caption or "").casefold()
            or bool(answered and answered.id == bot.id)
            or any(member.id == bot.id for member in message.new_chat_members)
        )


def build_application(
    services: BotServices, *, token: str, base_url: str = "https://api.telegram.org"
) -> BotApplication:
    """`base_url` is the Bot API server's, without the token."""
    pulse = Pulse(services.store, utc_now)
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{base_url}/bot")
        .defaults(Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .rate_limiter(PacedRequests(services.pacing))
        .concurrent_updates(ChatOrder())
        .post_init(partial(_begin, services, pulse))
        .post_shutdown(partial(_end, services, pulse))
        .build()
    )
    application.add_handlers(_build_handlers(services))
    application.add_error_handler(report)
    return application


async def _begin(services: BotServices, pulse: Pulse, application: BotApplication) -> None:
    await pulse.start()
    await offer_commands(application, list_offered(services))


async def _end(services: BotServices, pulse: Pulse, _application: BotApplication) -> None:
    await pulse.stop()
    await services.close()


async def offer_commands(application: BotApplication, commands: Sequence[str]) -> None:
    """Fill the menu beside the input field: in English, and for Chinese clients in Chinese.

    Telegram takes codes of two letters, so the menu cannot tell simplified from traditional.
    """
    for language, language_code in (("en", None), ("zh", "zh")):
        phrases = load_phrases(language)
        menu = [BotCommand(name, phrases(f"chat.command_{name}")) for name in commands]
        try:
            await application.bot.set_my_commands(menu, BotCommandScopeAllPrivateChats(), language_code)
        except TelegramError as error:
            # The commands work without the menu.
            log.warning("menu_not_set", error=str(error))


def _build_handlers(services: BotServices) -> list[BaseHandler[Any, Any, Any]]:
    """The first that fits answers."""

    def say(handler: Handler) -> Callback:
        return answer_with(services, handler)

    return [
        CallbackQueryHandler(answer_taps_with(services, answer)),
        MessageHandler(_PRIVATE & filters.TEXT, say(answer)),
        MessageHandler(_PRIVATE & ~filters.StatusUpdate.ALL, say(hints.not_text)),
        MessageHandler(_PRIVATE_EDITED, say(hints.edited)),
        CommandHandler(list(COMMANDS), say(hints.group), _GROUP),
        MessageHandler(_GROUP & _Addressed(), say(hints.group)),
    ]
