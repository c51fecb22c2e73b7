"""/add, /list and /remove."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.buttons import scopes
from bot.handlers.joining import join_chat
from bot.profile import say_next
from bot.services import Answer, Asked, BotServices, Buttons
from bot.texts import say_added, say_held
from bot.voice import Voice, pack
from digests.errors import InputError
from digests.subscribers.backtest import has_recent_papers
from digests.subscribers.directory import load_on
from digests.subscribers.keywords import add_keywords, list_keywords, remove_keyword
from digests.subscribers.subscriber import Subscriber


def add(services: BotServices, asked: Asked) -> Answer:
    subscriber = join_chat(services, asked)
    text, takes_wide = _take_off_yes(asked.text)
    result = add_keywords(
        services.store, subscriber.id, text, services.now(), services.max_keywords, takes_wide=takes_wide
    )
    has_papers = has_recent_papers(services.store, services.now())
    blocks = say_added(asked.voice, result, has_papers=has_papers)
    buttons: Buttons = ()
    if result.added and result.held == len(result.added):
        blocks, buttons = _say_first(services, asked.voice, subscriber.id, blocks)
    to_test = [added for added in result.added if not added.query.has_only_chinese]
    return Answer(pack(blocks), buttons, to_test if has_papers else ())


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


def _say_first(
    services: BotServices, voice: Voice, subscriber_id: int, blocks: Sequence[str]
) -> tuple[list[str], Buttons]:
    """With the first keyword: when the first digest comes, and the offer to look in fewer fields."""
    with services.store.reading() as connection:
        # With their first keyword they begin anew.
        reader = load_on(connection, subscriber_id)
    said = [*blocks, say_next(voice, services, reader)]
    if reader.scope is not None:
        return said, ()
    return [*said, voice("scope_offer")], scopes(voice, None)


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
