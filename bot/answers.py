"""From PTB's update to a handler and back: the only place where the chat touches both."""

import asyncio
import traceback
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import structlog
from telegram import Message, MessageEntity, Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import ContextTypes

from bot.backtests import Backtests
from bot.services import Answer, Asked, BotServices, Handler
from bot.texts import say_tests
from bot.voice import Voice, pack
from digests.delivery.channel import TELEGRAM
from digests.errors import InputError
from digests.phrases import load_phrases
from digests.subscribers.directory import find_by_address
from digests.subscribers.keywords import Added
from digests.subscribers.typed import make_readable

log = structlog.get_logger(__name__)

Context = ContextTypes.DEFAULT_TYPE
Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]

# Telegram's own limit is 4,096; whatever comes is not worked on beyond this.
_MAX_TEXT_CHARS: Final = 20_000


def answer_with(services: BotServices, handler: Handler, backtests: Backtests) -> Callback:
    """A PTB callback that says what `handler` answers."""

    async def callback(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None:
            return
        asked, answer = await asyncio.to_thread(_handle, services, handler, message, context.bot.username)
        await _say(message, answer.messages)
        if answer.to_test:
            # Not awaited: the next message of this chat need not wait for it. Stopping the application does.
            context.application.create_task(_follow_up(message, asked.voice, answer.to_test, backtests), update)

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


def _handle(services: BotServices, handler: Handler, message: Message, bot_name: str) -> tuple[Asked, Answer]:
    asked = _read(services, message, bot_name)
    try:
        return asked, handler(services, asked)
    except InputError as error:
        return asked, Answer([asked.voice.explain(error)])


async def _follow_up(message: Message, voice: Voice, added: Sequence[Added], backtests: Backtests) -> None:
    tests = await backtests.test([one.query for one in added])
    await _say(message, pack(say_tests(voice, added, tests)))


async def _say(message: Message, texts: Sequence[str]) -> None:
    for text in texts:
        await message.reply_text(text, do_quote=False)


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


async def _apologise(services: BotServices, message: Message) -> None:
    voice = Voice(load_phrases(services.language))
    try:
        await _say(message, [voice("our_fault")])
    except TelegramError as error:
        log.warning("apology_not_sent", error=str(error))
