"""/updates: what a reader gets beside new papers."""

from bot.buttons import choice
from bot.handlers.changing import answer_change
from bot.handlers.joining import load_joined
from bot.profile import say_switch
from bot.services import Answer, Asked, BotServices, Button
from bot.voice import Voice
from digests.subscribers.preferences import set_kinds
from digests.subscribers.subscriber import Subscriber


def updates(services: BotServices, asked: Asked) -> Answer:
    reader, voice = load_joined(services, asked), asked.voice
    if asked.text:
        reader = set_kinds(services.store, reader.id, asked.text)
    words = {
        "updates": say_switch(voice, is_on=reader.wants_updates),
        "crosses": say_switch(voice, is_on=reader.wants_crosses),
    }
    return answer_change(services, asked, reader, "updates", words, [_build_switches(voice, reader)])


def _build_switches(voice: Voice, reader: Subscriber) -> list[Button]:
    """A tap turns it over."""
    return [
        _switch(voice.plain("button_kind_updates"), "/updates", is_on=reader.wants_updates),
        _switch(voice.plain("button_kind_crosses"), "/updates crosses", is_on=reader.wants_crosses),
    ]


def _switch(text: str, command: str, *, is_on: bool) -> Button:
    return choice(text, f"{command} {'off' if is_on else 'on'}", is_current=is_on)
