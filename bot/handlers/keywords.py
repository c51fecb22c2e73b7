"""/add, /list and /remove."""

from collections.abc import Mapping
from typing import Final

from bot.backtests import Trial, find_held_backtests, find_trials
from bot.buttons import scopes
from bot.figures import is_doubtful
from bot.handlers.joining import join_chat
from bot.offering import MAX_BUTTON_CHARS, build_offer_buttons
from bot.profile import say_next
from bot.services import Answer, Asked, BotServices, Button, Buttons
from bot.texts import say_added, say_held, say_looked, say_removed
from bot.translating import promise_translations
from bot.voice import Voice, pack
from digests.errors import InputError
from digests.subscribers.directory import load_on
from digests.subscribers.keywords import AddResult, add_keywords, list_keywords, remove_keyword
from digests.subscribers.stored import find_query
from digests.subscribers.subscriber import Keyword, Subscriber
from digests.subscribers.typed import shorten

# More buttons than these show only the numbers of the list, side by side.
_MAX_NAMED_LOOKS: Final = 5
_YES: Final = ("--yes", "—yes", "–yes")


def add(services: BotServices, asked: Asked) -> Answer:
    subscriber = join_chat(services, asked)
    text, takes_wide = _read_lines(asked.text)
    result = add_keywords(
        services.store, subscriber.id, text, services.now(), services.max_keywords, takes_wide=takes_wide
    )
    return answer_added(services, asked, subscriber, result)


def answer_added(services: BotServices, asked: Asked, subscriber: Subscriber, result: AddResult) -> Answer:
    trials = find_trials(services, subscriber, [added.query for added in result.added])
    blocks = say_added(asked.voice, result, trials)
    buttons = [
        row
        for added in result.added
        if trials and (trial := trials.get(added.query.canonical))
        for row in _offer_instead(services, subscriber, added.keyword, trial)
    ]
    if result.added and result.held == len(result.added) and result.replaced is None:
        said, scope_buttons = _say_first(services, asked.voice, subscriber.id)
        blocks += said
        buttons += scope_buttons
    later = promise_translations(services, asked, subscriber, result.added)
    return Answer(pack(blocks), buttons, later)


def list_(services: BotServices, asked: Asked) -> Answer:
    subscriber = _holder(asked)
    held = list_keywords(services.store, subscriber.id)
    if not held:
        raise _no_keywords()
    tests = find_held_backtests(services, subscriber)
    lines = say_held(asked.voice, held, services.max_keywords, tests, is_scoped=subscriber.scope is not None)
    doubtful = {
        number: keyword
        for number, keyword in enumerate(held, start=1)
        if tests and (test := tests.get(keyword.canonical)) and is_doubtful(test)
    }
    return Answer(pack(lines, separator="\n"), _offer_looks(doubtful))


def look(services: BotServices, asked: Asked) -> Answer:
    """What a keyword of the list would have brought, and what to type instead: the list's buttons say this."""
    subscriber = _holder(asked)
    held = list_keywords(services.store, subscriber.id)
    keyword = next((keyword for keyword in held if str(keyword.id) == asked.text), None)
    query = find_query(keyword) if keyword else None
    if keyword is None or query is None:
        raise InputError("no such keyword", code="chat.not_listed")
    trials = find_trials(services, subscriber, [query])
    buttons = [row for trial in (trials or {}).values() for row in _offer_instead(services, subscriber, keyword, trial)]
    # The list stays, with its other buttons.
    return Answer(pack(say_looked(asked.voice, keyword, query, trials)), buttons, is_below=True)


def remove(services: BotServices, asked: Asked) -> Answer:
    subscriber = _holder(asked)
    keyword = remove_keyword(services.store, subscriber.id, asked.text)
    held = len(list_keywords(services.store, subscriber.id))
    return Answer([say_removed(asked.voice, keyword, held)])


def _say_first(services: BotServices, voice: Voice, subscriber_id: int) -> tuple[list[str], Buttons]:
    """With the first keyword: when the first digest comes, and the offer to look in fewer fields."""
    with services.store.reading() as connection:
        # With their first keyword they begin anew.
        reader = load_on(connection, subscriber_id)
    said = [say_next(voice, services, reader)]
    if reader.scope is not None:
        return said, ()
    return [*said, voice("scope_offer")], scopes(voice, (), "/narrow")


def _offer_instead(services: BotServices, reader: Subscriber, keyword: Keyword, trial: Trial) -> Buttons:
    """A tap puts it in the keyword's place."""
    if not trial.instead:
        return ()
    return build_offer_buttons(services, reader.id, trial.instead, replaces=keyword.canonical)


def _offer_looks(doubtful: Mapping[int, Keyword]) -> Buttons:
    """For keywords by their number in the list."""
    if len(doubtful) <= _MAX_NAMED_LOOKS:
        return [[_offer_look(keyword, shorten(keyword.typed, MAX_BUTTON_CHARS))] for keyword in doubtful.values()]
    buttons = [_offer_look(keyword, str(number)) for number, keyword in doubtful.items()]
    return [buttons[begin : begin + _MAX_NAMED_LOOKS] for begin in range(0, len(buttons), _MAX_NAMED_LOOKS)]


def _offer_look(keyword: Keyword, text: str) -> Button:
    return Button(f"🔎 {text}", f"/look {keyword.id}")


def _read_lines(text: str) -> tuple[str, bool]:
    """Lines without their `/add`, several of which are often pasted as one message, and without their `--yes`.

    And whether there was a `--yes`; telephones make a dash of its hyphens.
    """
    lines = [_take_off(line, "/add") for line in text.split("\n")]
    plain = [_take_off(line, *_YES) for line in lines]
    return "\n".join(plain), plain != lines


def _take_off(line: str, *beginnings: str) -> str:
    first, _, rest = line.strip().partition(" ")
    return rest if first.partition("@")[0].lower() in beginnings else line


def _holder(asked: Asked) -> Subscriber:
    if asked.subscriber is None:
        raise _no_keywords()
    return asked.subscriber


def _no_keywords() -> InputError:
    return InputError("no keywords yet", code="chat.no_keywords")
