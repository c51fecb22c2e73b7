"""/settings, /pause and /resume."""

from bot.buttons import link
from bot.handlers.joining import load_joined
from bot.languages import NAMES
from bot.profile import say_channels, say_hour, say_next, say_scope, say_switch, say_trending, say_weekdays, say_zone
from bot.services import Answer, Asked, BotServices, Button
from bot.voice import Voice
from digests.subscribers.keywords import list_keywords
from digests.subscribers.preferences import pause, resume
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.terms import MAX_TERMS, count_terms
from digests.subscribers.trending import list_trends


def settings(services: BotServices, asked: Asked) -> Answer:
    reader, voice = load_joined(services, asked), asked.voice
    lines = [
        voice("settings_head"),
        voice("settings_hour", hour=say_hour(voice, reader)),
        voice("settings_timezone", zone=say_zone(voice, reader.timezone)),
        voice("settings_weekdays", weekdays=say_weekdays(voice, reader.weekdays)),
        voice("settings_channels", channels=say_channels(voice, services, reader)),
        voice("settings_scope", scope=say_scope(voice, reader.scope)),
        voice("settings_updates", updates=say_switch(voice, is_on=reader.wants_updates)),
        voice("settings_crosses", crosses=say_switch(voice, is_on=reader.wants_crosses)),
        voice("settings_language", language=NAMES[reader.language]),
        voice(
            "settings_keywords", held=len(list_keywords(services.store, reader.id)), max_keywords=services.max_keywords
        ),
        *_say_terms(services, voice, reader),
        *_say_trends(services, voice, reader),
        say_next(voice, services, reader),
    ]
    return Answer(["\n".join(lines)], _build_buttons(voice, reader))


def _say_terms(services: BotServices, voice: Voice, reader: Subscriber) -> list[str]:
    """Most people have none."""
    held = count_terms(services.store, reader.id)
    return [voice("settings_terms", held=held, max_terms=MAX_TERMS)] if held else []


def _say_trends(services: BotServices, voice: Voice, reader: Subscriber) -> list[str]:
    """Most people get none."""
    trends = list_trends(services.store, reader.id)
    return [voice("settings_trending", trending=say_trending(voice, trends))] if trends else []


def pause_(services: BotServices, asked: Asked) -> Answer:
    pause(services.store, load_joined(services, asked).id, services.now())
    return Answer([asked.voice("paused")], [[link(asked.voice, "resume"), link(asked.voice, "today")]])


def resume_(services: BotServices, asked: Asked) -> Answer:
    before = load_joined(services, asked)
    reader = resume(services.store, before.id)
    said = asked.voice("resumed" if before.paused_at else "not_paused")
    said += "\n" + say_next(asked.voice, services, reader)
    return Answer([said], [[link(asked.voice, "settings")]])


def _build_buttons(voice: Voice, reader: Subscriber) -> list[list[Button]]:
    return [
        [link(voice, name) for name in ("time", "weekdays", "timezone")],
        [link(voice, name) for name in ("channel", "scope", "lang")],
        [link(voice, name) for name in ("list", "updates", "pause" if reader.paused_at is None else "resume")],
    ]
