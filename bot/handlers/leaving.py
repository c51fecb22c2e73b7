"""/forget: asked about once, then done at once and whole."""

from typing import Final

from bot.handlers.joining import load_joined
from bot.services import Answer, Asked, BotServices, Button
from digests.subscribers.keywords import list_keywords
from digests.subscribers.membership import forget

_YES: Final = frozenset({"yes", "是", "确定", "確定"})
_NO: Final = frozenset({"no", "否", "算了"})


def forget_(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    said = asked.text.casefold()
    if said in _NO:
        return Answer([asked.voice("forget_kept")])
    held = len(list_keywords(services.store, reader.id))
    addresses = len(reader.targets)
    if said not in _YES:
        buttons = [
            Button(asked.voice.plain("button_forget_yes"), "/forget yes"),
            Button(asked.voice.plain("button_forget_no"), "/forget no"),
        ]
        return Answer([asked.voice("forget_ask", held=held, addresses=addresses)], [buttons])
    forget(services.store, reader.id, salt=services.salt, now=services.now())
    return Answer([asked.voice("forget_done", held=held, addresses=addresses)])
