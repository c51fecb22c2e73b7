"""/suggest: keywords for what somebody says in plain words; and /take, which buttons say, to add one of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from bot.handlers.joining import load_joined
from bot.handlers.keywords import answer_added
from bot.offering import build_offer_buttons
from bot.services import Answer, Asked, BotServices
from bot.suggestions import say_suggestions
from bot.voice import Voice, pack
from digests.errors import InputError, SummaryError
from digests.past.index import DAYS
from digests.subscribers.keywords import AddResult, AlreadyHeld, add_keywords
from digests.subscribers.offers import Offer, find_offer
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.suggestions import Suggestions, read_description, suggest_related, try_out

log = structlog.get_logger(__name__)


def suggest(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    description = read_description(asked.text)
    services.allowance.check(asked.chat_id, services.now().astimezone(ZoneInfo(reader.timezone)))
    return Answer(
        [asked.voice("suggest_promised", days=DAYS)], later=partial(_suggest, services, asked, reader, description)
    )


def take(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    offer = _find_offer(services, reader, asked.text)
    if offer is None:
        raise InputError("no such offer", code="chat.no_offer")
    result = add_keywords(
        services.store,
        reader.id,
        offer.text,
        services.now(),
        services.max_keywords,
        takes_wide=True,
        replaces=offer.replaces,
    )
    answer = answer_added(services, asked, reader, result)
    # The message that was tapped has other buttons, which shall stay.
    return replace(answer, messages=_say_taken(asked.voice, result, answer.messages), is_below=True)


def _say_taken(voice: Voice, result: AddResult, messages: Sequence[str]) -> Sequence[str]:
    if result.replaced is None:
        return messages
    match result.outcomes:
        case [AlreadyHeld(_, held)]:
            return [voice("taken_held", keyword=result.replaced.typed, held=held.typed)]
        case _:
            return pack([voice("taken_instead", keyword=result.replaced.typed), *messages])


async def _suggest(services: BotServices, asked: Asked, reader: Subscriber, description: str) -> Answer:
    now = services.now().astimezone(ZoneInfo(reader.timezone))
    with services.allowance.turn(asked.chat_id, now):
        texts = await _ask_model(services, description)
        proposed = await asyncio.to_thread(try_out, services.store, reader, texts, now)
        if proposed.are_useful:
            return await asyncio.to_thread(_build_answer, services, asked, reader, "suggest_found", proposed)
        related = await asyncio.to_thread(suggest_related, services.store, reader, description, now)
    held = proposed.held | related.held
    if related.found:
        # The model may have answered, with nothing that helps.
        head, related = "suggest_others" if texts else "suggest_related", replace(related, held=held)
        return await asyncio.to_thread(_build_answer, services, asked, reader, head, related)
    if proposed.found:
        return await asyncio.to_thread(_build_answer, services, asked, reader, "suggest_found", proposed)
    if held:
        return Answer([asked.voice("suggest_all_held", count=len(held))])
    return Answer([asked.voice("suggest_nothing" if reader.scope is None else "suggest_nothing_in_scope")])


async def _ask_model(services: BotServices, description: str) -> list[str]:
    """Nothing where there is no model, or it fails: what the papers say comes in its place."""
    if services.suggester is None:
        return []
    try:
        return await services.suggester.suggest(description)
    except SummaryError as error:
        log.warning("suggestion_failed", reason=type(error).__name__)
        return []


def _build_answer(
    services: BotServices, asked: Asked, reader: Subscriber, head: str, suggestions: Suggestions
) -> Answer:
    texts = [one.query.typed for one in suggestions.found]
    buttons = build_offer_buttons(services, reader.id, texts)
    return Answer(pack(say_suggestions(asked.voice, head, suggestions)), buttons)


def _find_offer(services: BotServices, reader: Subscriber, text: str) -> Offer | None:
    # The length: int() refuses thousands of digits.
    is_number = text.isascii() and text.isdecimal() and len(text) < 20
    return find_offer(services.store, reader.id, int(text)) if is_number else None
