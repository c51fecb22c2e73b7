"""What a person sent, as the handlers know it: a message's text and a button's command are the same thing."""

from dataclasses import replace
from typing import Final

from telegram import CallbackQuery, Message, MessageEntity, User

from bot.services import Asked, BotServices
from bot.voice import Voice
from digests.delivery.channel import TELEGRAM
from digests.phrases import FALLBACK, choose_language, load_phrases
from digests.subscribers.directory import find_by_address
from digests.subscribers.typed import make_readable

# Telegram's own limit is 4,096; whatever comes is not worked on beyond this.
_MAX_TEXT_CHARS: Final = 20_000


def read_message(services: BotServices, message: Message, bot_name: str) -> Asked:
    command, text = _split_message(message)
    return _read(services, message.chat_id, message.from_user, bot_name, command, text)


def read_tap(services: BotServices, query: CallbackQuery, chat_id: int, bot_name: str) -> Asked:
    """Whoever builds their own Telegram chooses what a tap says, so it is read like any text."""
    command, text = _split_line(make_readable((query.data or "")[:_MAX_TEXT_CHARS]))
    return replace(_read(services, chat_id, query.from_user, bot_name, command, text), is_tap=True)


def load_stranger_voice(user: User | None) -> Voice:
    return Voice(load_phrases(_guess_language(user)))


def _read(services: BotServices, chat_id: int, user: User | None, bot_name: str, command: str, text: str) -> Asked:
    subscriber = find_by_address(services.store, channel=TELEGRAM, address=str(chat_id))
    return Asked(
        chat_id=str(chat_id),
        command=command,
        text=text,
        language=subscriber.language if subscriber else _guess_language(user),
        bot_name=bot_name,
        subscriber=subscriber,
    )


def _split_message(message: Message) -> tuple[str, str]:
    """`/add@name  x y` → (`add`, `x y`); a text without a command → (``, the text)."""
    text = make_readable((message.text or "")[:_MAX_TEXT_CHARS])
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset:
        return "", text.strip()
    # Telegram counts UTF-16 units, but a command is ASCII and stands at the beginning.
    return text[1 : first.length].partition("@")[0].lower(), text[first.length :].strip()


def _split_line(line: str) -> tuple[str, str]:
    first, _, rest = line.strip().partition(" ")
    if first.startswith("/") and first != "/":
        return first[1:].lower(), rest.strip()
    return "", line.strip()


def _guess_language(user: User | None) -> str:
    # Often missing. Who reads a third language reads English rather than Chinese.
    code = user.language_code if user else None
    return choose_language(code, fallback="en") if code else FALLBACK
