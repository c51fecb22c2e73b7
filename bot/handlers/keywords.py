"""/add, /list and /remove."""

from zoneinfo import ZoneInfo

from bot.handlers.joining import join_chat
from bot.services import Answer, Asked, BotServices
from bot.texts import say_added, say_held
from bot.voice import pack
from digests.errors import InputError
from digests.subscribers.backtest import has_recent_papers
from digests.subscribers.keywords import add_keywords, list_keywords, remove_keyword
from digests.subscribers.subscriber import Subscriber


def add(services: BotServices, asked: Asked) -> Answer:
    subscriber = join_chat(services, asked)
    text, takes_wide = _take_off_yes(asked.text)
    result = add_keywords(
        services.store, subscriber.id, text, services.now(), services.max_keywords, takes_wide=takes_wide
    )
    to_test = [added for added in result.added if not added.query.has_only_chinese]
    has_papers = has_recent_papers(services.store, services.now())
    messages = pack(say_added(asked.voice, result, has_papers=has_papers))
    return Answer(messages, to_test if has_papers else ())


def list_(services: BotServices, asked: Asked) -> Answer:
    subscriber = _holder(asked)
    held = list_keywords(services.store, subscriber.id)
    if not held:
        raise _no_keywords()
    return Answer(
        pack(say_held(asked.voice, held, services.max_keywords, ZoneInfo(subscriber.timezone)), separator="\n")
    )


def remove(services: BotServices, asked: Asked) -> Answer:
    subscriber = _holder(asked)
    keyword = remove_keyword(services.store, subscriber.id, asked.text)
    held = len(list_keywords(services.store, subscriber.id))
    return Answer([asked.voice("removed", keyword=keyword.typed, held=held)])


def _take_off_yes(text: str) -> tuple[str, bool]:
    """The text without its `--yes`, and whether there was one; telephones make a dash of two hyphens."""
    first, _, rest = text.partition(" ")
    return (rest, True) if first in {"--yes", "—yes", "–yes"} else (text, False)


def _holder(asked: Asked) -> Subscriber:
    if asked.subscriber is None:
        raise _no_keywords()
    return asked.subscriber


def _no_keywords() -> InputError:
    return InputError("no keywords yet", code="chat.no_keywords")
