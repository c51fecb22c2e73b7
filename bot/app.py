"""The bot as one PTB application. Starting and stopping it is the business of `python -m bot`."""

from collections.abc import Callable
from typing import Any, Final

import structlog
from telegram import BotCommand, BotCommandScopeAllPrivateChats, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import Application, ApplicationBuilder, BaseHandler, CommandHandler, Defaults, MessageHandler, filters

from bot.answers import Callback, answer_with, report_with
from bot.backtests import Backtests
from bot.handlers import hints
from bot.handlers.joining import help_, start
from bot.handlers.keywords import add, list_, remove
from bot.handlers.today import today
from bot.order import ChatOrder
from bot.pacing import PacedRequests
from bot.services import BotServices, Handler
from digests.phrases import load_phrases
from digests.subscribers.backtest import backtest_all

log = structlog.get_logger(__name__)

BotApplication = Application[Any, Any, Any, Any, Any, Any]

_COMMANDS: Final[dict[str, Handler]] = {"start": start, "add": add, "list": list_, "remove": remove, "today": today}
_PRIVATE: Final = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
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
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{base_url}/bot")
        .defaults(Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .rate_limiter(PacedRequests(services.pacing))
        .concurrent_updates(ChatOrder())
        .post_init(offer_commands)
        .build()
    )
    backtests = Backtests(lambda queries: backtest_all(services.store, queries, services.now()))
    application.add_handlers(_build_handlers(lambda handler: answer_with(services, handler, backtests)))
    application.add_error_handler(report_with(services))
    return application


async def offer_commands(application: BotApplication) -> None:
    """Fill the menu beside the input field, in Chinese and for English clients in English."""
    for language, language_code in (("zh", None), ("en", "en")):
        phrases = load_phrases(language)
        menu = [BotCommand(name, phrases(f"chat.command_{name}")) for name in _COMMANDS]
        try:
            await application.bot.set_my_commands(menu, BotCommandScopeAllPrivateChats(), language_code)
        except TelegramError as error:
            # The commands work without the menu.
            log.warning("menu_not_set", error=str(error))


def _build_handlers(answer: Callable[[Handler], Callback]) -> list[BaseHandler[Any, Any, Any]]:
    """The first that fits answers."""
    known = {**_COMMANDS, "help": help_}
    edited = filters.ChatType.PRIVATE & filters.UpdateType.EDITED_MESSAGE
    return [
        *(CommandHandler(name, answer(handler), _PRIVATE) for name, handler in known.items()),
        MessageHandler(_PRIVATE & filters.COMMAND, answer(hints.unknown_command)),
        MessageHandler(_PRIVATE & filters.TEXT, answer(hints.plain_text)),
        MessageHandler(_PRIVATE & ~filters.StatusUpdate.ALL, answer(hints.not_text)),
        MessageHandler(edited, answer(hints.edited)),
        CommandHandler(list(known), answer(hints.group), _GROUP),
        MessageHandler(_GROUP & _Addressed(), answer(hints.group)),
    ]
