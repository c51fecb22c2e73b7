"""An answer on its way: as new messages, or in the place of the message whose button was tapped."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.services import Answer, Buttons

Send = Callable[..., Coroutine[Any, Any, Any]]


async def say(send: Send, answer: Answer) -> None:
    """`send` takes a text and the keyword `reply_markup`."""
    *earlier, last = answer.messages
    for text in earlier:
        await send(text)
    await send(last, reply_markup=_build_keyboard(answer.buttons))


async def replace(bot: ExtBot[Any], chat_id: int, message_id: int, answer: Answer) -> None:
    """Several messages never replace one: they would stand far above what was said since."""

    async def send(text: str, **markup: Any) -> None:
        await bot.send_message(chat_id, text, **markup)

    if len(answer.messages) > 1:
        await say(send, answer)
        return
    markup = _build_keyboard(answer.buttons)
    try:
        await bot.edit_message_text(answer.messages[0], chat_id, message_id, reply_markup=markup)
    except BadRequest as error:
        # The same button tapped twice: what should be there is there.
        if "not modified" not in error.message.lower():
            # Deleted, or older than what may be edited.
            await say(send, answer)


async def stop_spinner(query: CallbackQuery) -> None:
    try:
        await query.answer()
    except TelegramError:
        # Too late for it (a tap lives for about a minute while we were down): the answer itself matters.
        return


def _build_keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.text, callback_data=button.command) for button in row] for row in buttons]
    )
