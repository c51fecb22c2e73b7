"""From PTB's update to a handler and back: the only place where the chat touches both."""

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from telegram import Chat, Update
from telegram.error import Conflict, Forbidden, TelegramError
from telegram.ext import ContextTypes

from bot.reading import load_stranger_voice, read_message, read_tap
from bot.saying import Send, replace, say, stop_spinner
from bot.services import Answer, Asked, BotServices, Handler, Later
from bot.voice import Voice
from digests.errors import InputError

log = structlog.get_logger(__name__)

Context = ContextTypes.DEFAULT_TYPE
Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]


def answer_with(services: BotServices, handler: Handler) -> Callback:
    """A PTB callback that says what `handler` answers to a message."""

    async def callback(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None:
            return
        read = partial(read_message, services, message, context.bot.username)
        asked, answer = await asyncio.to_thread(_handle, services, handler, read)
        send = partial(message.reply_text, do_quote=False)
        await say(send, answer)
        _promise(context, update, send, asked, answer)

    return callback


def answer_taps_with(services: BotServices, handler: Handler) -> Callback:
    """A PTB callback that puts what `handler` answers in the place of the message whose button was tapped."""

    async def callback(update: Update, context: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        await stop_spinner(query)
        # A message that Telegram no longer shows us still has its chat and number.
        if query.message is None or query.message.chat.type != query.message.chat.PRIVATE:
            return
        chat = query.message.chat
        read = partial(read_tap, services, query, chat.id, context.bot.username)
        asked, answer = await asyncio.to_thread(_handle, services, handler, read)
        if answer.is_below:
            await say(chat.send_message, answer)
        else:
            await replace(context.bot, chat.id, query.message.message_id, answer)
        _promise(context, update, chat.send_message, asked, answer)

    return callback


async def report(update: object, context: Context) -> None:
    """A PTB error handler: a line in the log for us, one sentence for the person."""
    if isinstance(context.error, Conflict):
        # bot/running.py ends the process with a sentence of its own.
        return
    if not isinstance(update, Update) or update.effective_chat is None:
        log.warning("telegram_unreachable", error=str(context.error))
    elif isinstance(context.error, Forbidden):
        log.info("chat_left_while_answering")
    else:
        # Not exc_info: a console that prints local variables would print the token and what the person wrote.
        trace = "".join(traceback.format_exception(context.error))
        log.error("chat_answer_failed", update_id=update.update_id, traceback=trace)
        await _apologise(update, update.effective_chat)


def _handle(services: BotServices, handler: Handler, read: Callable[[], Asked]) -> tuple[Asked, Answer]:
    asked = read()
    try:
        return asked, handler(services, asked)
    except InputError as error:
        # A tap that failed leaves what was tapped, with its other buttons.
        return asked, Answer([asked.voice.explain(error)], is_below=True)


def _promise(context: Context, update: Update, send: Send, asked: Asked, answer: Answer) -> None:
    """Not awaited: the next message of this chat need not wait for it. Stopping the application does."""
    if answer.later:
        context.application.create_task(_say_later(send, asked.voice, answer.later), update)


async def _say_later(send: Send, voice: Voice, later: Later) -> None:
    try:
        answer = await later()
    except InputError as error:
        # Whoever has left meanwhile hears no more of it.
        answer = None if error.code == "chat.no_such_subscriber" else Answer([voice.explain(error)])
    if answer is not None:
        await say(send, answer)


async def _apologise(update: Update, chat: Chat) -> None:
    # The store may be what failed: it is not asked who this is.
    voice = load_stranger_voice(update.effective_user)
    try:
        await chat.send_message(voice("our_fault"))
    except TelegramError as error:
        log.warning("apology_not_sent", error=str(error))
