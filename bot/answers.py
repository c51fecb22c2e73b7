"""From PTB's update to a handler and back: the only place where the chat touches both."""

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog
from telegram import Message, MessageEntity, Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import ContextTypes

from bot.services import Asked, BotServices, Handler
from bot.voice import Voice
from digests.delivery.channel import TELEGRAM
from digests.errors import InputError
from digests.phrases import load_phrases
from digests.subscribers.directory import find_by_address
from digests.subscribers.typed import make_readable

log = structlog.get_logger(__name__)

Context = ContextTypes.DEFAULT_TYPE
Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]

# Telegram's own limit is 4,096; whatever comes is not worked on beyond this.
_MAX_TEXT_CHARS: Final = 20_000


def answer_with(services: BotServices, handler: Handler, *, is_slow: bool = False) -> Callback:
    """A PTB callback that says what `handler` returns. `is_slow` shows the person that something is under way."""

    async def callback(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None:
            return
        if is_slow:
            await _show_typing(message)
        for text in await asyncio.to_thread(_handle, services, handler, message, context.bot.username):
            await message.reply_text(text, do_quote=False)

    return callback


def report_with(services: BotServices) -> Callable[[object, Context], Coroutine[Any, Any, None]]:
    """A PTB error handler: a line in the log for us, one sentence for the person."""

    async def report(update: object, context: Context) -> None:
        if not isinstance(update, Update) or update.effective_message is None:
            log.warning("telegram_unreachable", error=str(context.error))
        elif isinstance(context.error, Forbidden):
            log.info("chat_left_while_answering")
        else:
            # Not exc_info: a console that prints local variables would print the token and what the person wrote.
            trace = "".join(traceback.format_exception(context.error))
            log.error("chat_answer_failed", update_id=update.update_id, traceback=trace)
            await _apologise(services, update.effective_message)

    return report


def _handle(services: BotServices, handler: Handler, message: Message, bot_name: str) -> list[str]:
    asked = _read(services, message, bot_name)
    try:
        return handler(services, asked)
    except InputError as error:
        return [asked.voice.explain(error)]


def _read(services: BotServices, message: Message, bot_name: str) -> Asked:
    chat_id = str(message.chat_id)
    subscriber = find_by_address(services.store, channel=TELEGRAM, address=chat_id)
    command, text = _split_command(message)
    return Asked(
        chat_id=chat_id,
        command=command,
        text=text,
        voice=Voice(load_phrases(subscriber.language if subscriber else services.language)),
        bot_name=bot_name,
        subscriber=subscriber,
    )


def _split_command(message: Message) -> tuple[str, str]:
    """`/add@name  x y` → (`add`, `x y`); a text without a command → (``, the text)."""
    text = make_readable((message.text or "")[:_MAX_TEXT_CHARS])
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset:
        return "", text.strip()
    # Telegram counts UTF-16 units, but a command is ASCII and stands at the beginning.
    return text[1 : first.length].partition("@")[0], text[first.length :].strip()


async def _show_typing(message: Message) -> None:
    try:
        await message.reply_chat_action("typing")
    except TelegramError as error:
        # A courtesy: the answer goes out without it.
        log.info("typing_not_shown", error=str(error))


async def _apologise(services: BotServices, message: Message) -> None:
    voice = Voice(load_phrases(services.language))
    try:
        await message.reply_text(voice("our_fault"), do_quote=False)
    except TelegramError as error:
        log.warning("apology_not_sent", error=str(error))
