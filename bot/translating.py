"""After /add: the English for the Chinese in keywords, to be taken with one tap."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import structlog

from bot.offering import build_offer_buttons
from bot.services import Answer, Asked, BotServices, Button, Later
from bot.suggestions import say_count
from bot.voice import pack
from digests.errors import InputError, SummaryError
from digests.keywords.language import Query
from digests.subscribers.keywords import Added
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.suggestions import Suggestion, try_out
from digests.subscribers.translations import English, add_english, list_chinese, list_undenied
from digests.summaries.look_up import translate_term
from digests.summaries.suggesting import Suggester

log = structlog.get_logger(__name__)

# Of one /add: as many as are read with pleasure, and as many questions to the model at most.
_MAX_OFFERS: Final = 5


def promise_translations(
    services: BotServices, asked: Asked, reader: Subscriber, added: Sequence[Added]
) -> Later | None:
    """What follows an /add that brought Chinese keywords, or Chinese after NOT."""
    queries = [one.query for one in added if list_chinese(one.query)][:_MAX_OFFERS]
    return partial(_translate, services, asked, reader, queries) if queries else None


async def _translate(
    services: BotServices, asked: Asked, reader: Subscriber, queries: Sequence[Query]
) -> Answer | None:
    terms = [term for query in queries for term in list_chinese(query)]
    english = {term.text: [found] for term in terms if (found := translate_term(term.text))}
    # What stands beside English is likely translated there.
    unknown = dict.fromkeys(term.text for term in terms if term.is_alone and term.text not in english)
    missing = list(unknown)[:_MAX_OFFERS]
    if missing and services.suggester is not None:
        # Spent, or busy with something else: the reply to /add has said what to write.
        with suppress(InputError), services.allowance.turn(asked.chat_id, services.now()):
            answers = await asyncio.gather(*(_ask_model(services.suggester, chinese) for chinese in missing))
            english |= dict(zip(missing, answers, strict=True))
    return await asyncio.to_thread(_offer, services, asked, reader, queries, english)


async def _ask_model(suggester: Suggester, chinese: str) -> list[str]:
    try:
        return await suggester.translate(chinese)
    except SummaryError as error:
        log.warning("translation_failed", reason=type(error).__name__)
        return []


def _offer(
    services: BotServices, asked: Asked, reader: Subscriber, queries: Sequence[Query], english: English
) -> Answer | None:
    blocks: list[str] = []
    buttons: list[Sequence[Button]] = []
    for query in queries:
        found = _test(services, reader, add_english(query, english))
        terms = list_chinese(query)
        # Wider still than what finds papers in English already is no help.
        if found is not None and (any(term.is_alone for term in terms) or not found.test.is_broad):
            name = "english_offer_denied" if all(term.is_denied for term in terms) else "english_offer"
            said = asked.voice(name, keyword=query.typed, both=found.query.typed)
            blocks.append(said + say_count(asked.voice, found))
            buttons += build_offer_buttons(services, reader.id, [found.query.typed], replaces=query.canonical)
        if undenied := list_undenied(query, english):
            blocks.append(asked.voice("english_undenied", keyword=query.typed, terms=" / ".join(undenied)))
    if buttons:
        blocks.append(asked.voice("english_foot"))
    return Answer(pack(blocks), buttons) if blocks else None


def _test(services: BotServices, reader: Subscriber, text: str | None) -> Suggestion | None:
    found = try_out(services.store, reader, [text], services.now()).found if text else ()
    return found[0] if found else None
