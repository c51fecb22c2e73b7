"""/scope: in which archives and categories keywords are looked for."""

from dataclasses import replace

from bot.buttons import scopes
from bot.handlers.changing import answer_change
from bot.handlers.joining import load_joined
from bot.profile import say_scope
from bot.services import Answer, Asked, BotServices
from digests.subscribers.preferences import set_scope


def scope(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    if asked.text:
        reader = set_scope(services.store, reader.id, asked.text)
    words = {"scope": say_scope(asked.voice, reader.scope)}
    return answer_change(services, asked, reader, "scope", words, scopes(asked.voice, reader.scope))


def narrow(services: BotServices, asked: Asked) -> Answer:
    """The same, said by buttons under the answer to /add, which stays with its figures."""
    return replace(scope(services, asked), is_below=True)
