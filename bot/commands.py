"""Which handler answers what: typed, or tapped on a button."""

from typing import Final

from bot.handlers import hints
from bot.handlers.joining import help_, start
from bot.handlers.keywords import add, list_, look, remove
from bot.handlers.language import lang
from bot.handlers.leaving import forget_
from bot.handlers.mail import channel, email, plain_code
from bot.handlers.schedule import time, timezone, weekdays
from bot.handlers.scope import narrow, scope
from bot.handlers.settings import pause_, resume_, settings
from bot.handlers.suggesting import suggest, take
from bot.handlers.terms import term
from bot.handlers.today import today
from bot.handlers.trending import trending
from bot.handlers.updates import updates
from bot.services import Answer, Asked, BotServices, Handler
from digests.delivery.channel import EMAIL

#: In the order of the menu.
COMMANDS: Final[dict[str, Handler]] = {
    "start": start,
    "add": add,
    "suggest": suggest,
    "list": list_,
    "remove": remove,
    "today": today,
    "trending": trending,
    "settings": settings,
    "time": time,
    "weekdays": weekdays,
    "timezone": timezone,
    "channel": channel,
    "email": email,
    "scope": scope,
    "updates": updates,
    "lang": lang,
    "term": term,
    "pause": pause_,
    "resume": resume_,
    "forget": forget_,
    "help": help_,
}

#: Only buttons say these.
TAPPED: Final[dict[str, Handler]] = {"take": take, "look": look, "narrow": narrow}

#: Of no use where nothing but the chat is open.
_ABOUT_MAIL: Final = frozenset({"channel", "email"})


def list_offered(services: BotServices) -> list[str]:
    """The commands for the menu, in its order."""
    return [name for name in COMMANDS if name not in _ABOUT_MAIL or EMAIL in services.channels]


def answer(services: BotServices, asked: Asked) -> Answer:
    """What any text says. Raises InputError, whose sentence is the answer."""
    if handler := COMMANDS.get(asked.command) or TAPPED.get(asked.command):
        return handler(services, asked)
    if asked.command:
        return hints.unknown_command(services, asked, list_offered(services))
    return plain_code(services, asked) or hints.plain_text(services, asked)
