"""Whatever is written behind whatever command, by whomever: an answer that Telegram takes, and short enough to read."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from teremok.validation import validate_html

from bot.commands import COMMANDS
from bot.services import BotServices
from bot.voice import count_units
from digests.subscribers.directory import find_by_address
from tests.bot.chat import Chat

TEXTS = {
    "empty": "",
    "huge": "x" * 20_000,
    "huge figures": "9" * 20_000,
    "markup": "<b>&\"'</code>",
    "brackets": "(" * 500,
    "format": "{0} {held} {{}} %s %(x)s",
    "emoji": "👨‍👩‍👧 ♥️" * 50,
    "right to left": "\u202eאבג",
    "lines": "\n\n\t\n",
    "sql": "'; DROP TABLE subscribers; --",
    "list": ", ".join(f"word{n}" for n in range(300)),
}


def is_answered(chat: Chat, line: str) -> None:
    answer = chat.says(line)
    assert answer.messages
    for message in answer.messages:
        validate_html(message)
        assert 0 < count_units(message) <= 4096
    assert all(button.is_short_enough and button.text for row in answer.buttons for button in row)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("language", ["zh", "zh-Hant", "en"])
def test_every_command_answers_every_text_for_strangers_and_readers(services: BotServices, language: str, text: str):
    for name in COMMANDS:
        chat, line = Chat(services, language), f"/{name} {text}".strip()
        is_answered(chat, line)
        is_joined = find_by_address(services.store, channel="telegram", address="42") is not None
        assert is_joined == (name in ("start", "add"))
        chat.says("/start")
        is_answered(chat, line)
        chat.says("/forget yes")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(COMMANDS)), text=st.text(max_size=200), is_reader=st.booleans())
def test_any_text_at_all_is_answered(services: BotServices, name: str, text: str, is_reader: bool):
    chat = Chat(services)
    chat.says("/start" if is_reader else "/forget yes")

    is_answered(chat, f"/{name} {text}")
    is_answered(chat, text)
