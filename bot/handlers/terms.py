"""/term: renderings of a reader's own, in place of ours."""

from bot.buttons import back
from bot.handlers.joining import load_joined
from bot.services import Answer, Asked, BotServices, Button, Buttons
from bot.voice import Voice, pack
from digests.chinese import TRADITIONAL, to_traditional
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.terms import MAX_TERMS, TermChange, change_term, find_shown, list_terms
from digests.subscribers.typed import shorten
from digests.summaries.own_terms.term import Effect, OwnTerm, foresee
from digests.summaries.summary import CHINESE, summary_language

_MAX_BUTTON_CHARS = 24
_BUTTONS_A_ROW = 2
# More would be a keyboard longer than the list.
_MAX_BUTTONS = 10


def term(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    if not asked.text:
        return _list(services, asked, reader)
    change = change_term(services.store, reader.id, asked.text, services.now())
    lines = _say_removed(asked.voice, change) if change.is_removed else _say_set(asked.voice, change, reader.language)
    return Answer(["\n".join([*lines, *_say_whom(asked.voice, reader)])], [back(asked.voice)])


def _list(services: BotServices, asked: Asked, reader: Subscriber) -> Answer:
    voice, held = asked.voice, list_terms(services.store, reader.id)
    head = voice("term_head", held=len(held), max_terms=MAX_TERMS) if held else voice("term_none")
    lines = [voice("term_line", number=number, **_fields(one)) for number, one in enumerate(held, start=1)]
    foot = [voice("term_how"), *([voice("term_how_remove", english=held[0].english)] if held else [])]
    messages = pack([head, *lines, *foot, *_say_whom(voice, reader)], separator="\n")
    return Answer(messages, [*_offer_removals(held), back(voice)])


def _say_set(voice: Voice, change: TermChange, language: str) -> list[str]:
    said = [voice("term_set", **_fields(change.term)), _say_prospect(voice, change.term)]
    if change.before not in {"", change.term.chinese}:
        said.insert(1, voice("term_before", chinese=change.before))
    if (shown := find_shown(change.term, language)) != change.term.chinese and language != CHINESE:
        said.append(voice("term_converted", shown=shown))
    return said


def _say_removed(voice: Voice, change: TermChange) -> list[str]:
    return [voice("term_removed", **_fields(change.term)), voice("term_back", **_fields(change.term))]


def _say_prospect(voice: Voice, own: OwnTerm) -> str:
    """When it shows, and honestly where it does not."""
    prospect = foresee(own)
    is_traditional = voice.phrases.language == TRADITIONAL
    rendering = to_traditional(prospect.rendering) if is_traditional else prospect.rendering
    fields = {"english": own.english, "rendering": rendering}
    if prospect.effect is Effect.SHARED:
        fields["others"] = voice.plain("list_join").join(prospect.others)
    return voice(f"term_{prospect.effect}", **fields)


def _say_whom(voice: Voice, reader: Subscriber) -> list[str]:
    """Whoever reads English will not see any of it."""
    return [] if summary_language(reader.language) == CHINESE else [voice("term_chinese_only")]


def _offer_removals(held: list[OwnTerm]) -> Buttons:
    """By name: the numbers are others once one is removed."""
    buttons = [Button(f"✕ {shorten(own.english, _MAX_BUTTON_CHARS)}", f"/term -{own.english}") for own in held]
    fitting = [button for button in buttons if button.is_short_enough][:_MAX_BUTTONS]
    return [fitting[begin : begin + _BUTTONS_A_ROW] for begin in range(0, len(fitting), _BUTTONS_A_ROW)]


def _fields(own: OwnTerm) -> dict[str, str]:
    return {"english": own.english, "chinese": own.chinese}
