"""One helpful sentence and an example for whatever is not a command we know."""

import difflib
from collections.abc import Collection
from typing import Final

from bot.handlers.joining import help_, say_help
from bot.services import Answer, Asked, BotServices, Button
from digests.errors import QueryRefused
from digests.keywords.language import parse
from digests.subscribers.typed import fold_setting, shorten
from digests.subscribers.words import load_words

_MAX_OFFER_CHARS: Final = 256
_MARKS: Final = " ,.!?~、。·…"


def plain_text(services: BotServices, asked: Asked) -> Answer:
    """Words without a command are most likely a keyword: offer the command for them."""
    text = " ".join(asked.text.split())
    if fold_setting(text).strip(_MARKS) in load_words("greeting"):
        return help_(services, asked)
    if not _is_keyword(text):
        return Answer([asked.voice("plain_text")])
    buttons = [Button(asked.voice.plain(f"button_{name}"), f"/{name} {text}") for name in ("add", "suggest")]
    # A stranger joins by typing only.
    if asked.subscriber and all(button.is_short_enough for button in buttons):
        return Answer([asked.voice("offer_add_tap", keyword=text)], [buttons])
    return Answer([asked.voice("offer_add", keyword=text)])


def unknown_command(services: BotServices, asked: Asked, known: Collection[str]) -> Answer:
    command = shorten(asked.command, 32)
    near = difflib.get_close_matches(asked.command.lower()[:32], known, n=1)
    if near:
        meant = f"/{near[0]} {asked.text}".strip()
        button = Button(meant, meant)
        buttons = [[button]] if asked.subscriber and button.is_short_enough else []
        return Answer([asked.voice("misspelt_command", command=command, near=near[0])], buttons)
    return Answer([asked.voice("unknown_command", command=command) + "\n" + say_help(services, asked.voice)])


def not_text(_services: BotServices, asked: Asked) -> Answer:
    return Answer([asked.voice("not_text")])


def edited(_services: BotServices, asked: Asked) -> Answer:
    return Answer([asked.voice("edited")])


def group(_services: BotServices, asked: Asked) -> Answer:
    return Answer([asked.voice("group", bot_name=asked.bot_name)])


def _is_keyword(text: str) -> bool:
    # A slash, also the full-width one, is somebody who meant a command.
    if not 0 < len(text) <= _MAX_OFFER_CHARS or text[0] in "/／":
        return False
    try:
        parse(text)
    except QueryRefused:
        return False
    return True
