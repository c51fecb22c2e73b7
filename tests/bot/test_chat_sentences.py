"""Every sentence of [chat] as Telegram would take it, in every language."""

import re
import string
from html import escape

import pytest
from teremok.validation import validate_html

from bot.commands import COMMANDS
from bot.services import BotServices
from digests.phrases import Phrases, load_phrases
from tests.bot.chat import Chat

LANGUAGES = ("zh", "zh-Hant", "en")
# What is filled in is escaped by the voice; this is the worst that it leaves.
NASTY = escape("<b>&\"'</code>")
# What these are filled into escapes them whole.
PLAIN = ("button_", "hour_", "zone", "city_", "weekdays_all", "weekdays_work", "scope_all", "months_span", "list_join")
LONGEST_DESCRIPTION = 40


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def fill(phrases: Phrases, name: str, value: str) -> str:
    return phrases(f"chat.{name}", **dict.fromkeys(names_in(phrases.section("chat")[name]), value))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_html_that_telegram_takes(language: str):
    phrases = load_phrases(language)

    for name in phrases.section("chat"):
        validate_html(fill(phrases, name, NASTY))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_into_other_sentences_or_stands_on_buttons_holds_no_html(language: str):
    phrases = load_phrases(language)

    for name in phrases.section("chat"):
        if name.startswith(PLAIN):
            assert not set("<>&") & set(phrases.section("chat")[name]), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_a_short_description_for_the_menu(language: str):
    phrases = load_phrases(language)

    for name in COMMANDS:
        assert 0 < len(phrases(f"chat.command_{name}")) <= LONGEST_DESCRIPTION


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sample_of_a_setting_is_understood(services: BotServices, language: str):
    sentences = load_phrases(language).section("chat").values()
    samples = {
        s for text in sentences for s in re.findall("<code>(/(?:time|weekdays|timezone|scope|lang) [^{<]*)<", text)
    }
    chat = Chat(services)
    chat.says("/start")

    assert len(samples) > 15
    for sample in samples:
        chat.says("/lang zh")
        assert chat.says(sample).messages[0].startswith("✅"), sample


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_that_a_sentence_names_exists(language: str):
    phrases = load_phrases(language)

    for name, sentence in phrases.section("chat").items():
        assert set(re.findall(r"(?<![\w/<:.])/([a-z]+)", sentence)) <= set(COMMANDS), name
