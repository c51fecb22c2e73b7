import pytest

from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from tests.bot.bot_api import BotApi, Person


@pytest.mark.parametrize(
    ("language_code", "hello", "language"),
    [
        ("zh-hans", "你好，我是论文邮差", "zh"),
        ("zh-hant", "你好，我是論文郵差", "zh-Hant"),
        ("fr", "Hello, this is PaperPost", "en"),
        ("", "你好，我是论文邮差", "zh"),
    ],
)
async def test_whoever_joins_is_spoken_to_in_the_language_of_their_telegram(
    server: BotApi, store: Store, language_code: str, hello: str, language: str
):
    person = Person(server, language_code=language_code)

    assert hello in await person.says("/start")
    assert [reader.language for reader in list_subscribers(store)] == [language]


async def test_a_stranger_who_adds_a_keyword_at_once_joins_in_the_language_of_their_telegram(
    server: BotApi, store: Store
):
    assert "Added <b>RLHF</b>" in await Person(server, language_code="en").says("/add RLHF")
    assert list_subscribers(store)[0].language == "en"


async def test_start_offers_the_three_languages_because_a_telephone_is_not_a_choice(server: BotApi, store: Store):
    person = Person(server, language_code="en")
    await person.says("/start")
    assert list(person.buttons) == ["简体中文", "繁體中文", "✓ English"]

    assert "以後用繁體中文" in await person.taps("繁體中文")
    assert list_subscribers(store)[0].language == "zh-Hant"
    # The telephone is still English.
    assert "你的設定" in await person.says("/settings")


async def test_lang_shows_the_language_and_three_buttons(alice: Person):
    await alice.says("/start")

    answer = await alice.says("/lang")
    assert "语言：简体中文\n每篇论文配上中文标题、一句话、中文摘要和要点。" in answer
    assert all(f"<code>/lang {name}</code>" in answer for name in ("简体", "繁體", "English"))
    assert list(alice.buttons)[:3] == ["✓ 简体中文", "繁體中文", "English"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "English",
            "English from now on\nFrom the next digest on, papers keep their own title and abstract; a TL;DR and",
        ),
        ("en", "a TL;DR and the main points in English come with them."),
        ("繁体", "以後用繁體中文\n從下一份起，每篇論文配上中文標題、一句話、中文摘要和要點。"),
        ("繁體中文", "以後用繁體中文"),
        ("zh-Hant", "以後用繁體中文"),
        ("簡體", "以后用简体中文\n从下一份起，每篇论文配上中文标题、一句话、中文摘要和要点。"),
        ("zh", "以后用简体中文"),
    ],
)
async def test_lang_answers_in_the_new_language_and_says_what_digests_will_have(alice: Person, text: str, answer: str):
    await alice.says("/start")

    assert answer in await alice.says(f"/lang {text}")


@pytest.mark.parametrize(
    ("text", "shown"), [("en", "Language: English"), ("zh-Hant", "語言：繁體中文"), ("zh", "语言：简体中文")]
)
async def test_settings_show_the_language_in_it(alice: Person, text: str, shown: str):
    await alice.says("/start")
    await alice.says(f"/lang {text}")

    assert shown in await alice.says("/settings")


@pytest.mark.parametrize("text", ["Klingon", "<b>", "語" * 4000, "zh en"])
async def test_a_language_that_is_none_of_ours_changes_nothing(alice: Person, store: Store, text: str):
    await alice.says("/start")

    answer = await alice.says(f"/lang {text}")
    assert all(f"<code>/lang {name}</code>" in answer for name in ("简体", "繁體", "English"))
    assert list_subscribers(store)[0].language == "zh"
