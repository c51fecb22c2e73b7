"""/trending: what is on, switched on and off by words and by taps, and what is refused."""

import re

import pytest

from bot.services import BotServices
from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from digests.subscribers.trending import list_trends
from tests.bot.bot_api import Person
from tests.bot.chat import Chat


@pytest.fixture
def chat(services: BotServices) -> Chat:
    chat = Chat(services)
    chat.says("/start")
    return chat


def held(store: Store) -> list[tuple[str, int]]:
    (reader,) = list_subscribers(store)
    return [(trend.period.value, trend.min_upvotes) for trend in list_trends(store, reader.id)]


async def test_it_is_switched_on_and_off_by_taps(alice: Person, store: Store):
    await alice.says("/start")

    assert "按票数从高到低送来" in await alice.says("/trending")
    assert list(alice.buttons) == ["每日", "每周", "每月", "« 全部设置"]

    assert "· 每周（20 票起）：下一份 4月27日 周一 09:00" in await alice.taps("每周")
    assert list(alice.buttons) == ["每日", "✓ 每周", "每月", "« 全部设置"]

    assert "以后不再送热门论文" in await alice.taps("✓ 每周")
    assert held(store) == []


def test_several_periods_are_said_with_their_votes_and_moments(chat: Chat, store: Store):
    (said,) = chat.says("/trending 每日 每月 40票").messages

    assert said == (
        "✅ 现在订的热门论文：\n· 每日（40 票起）：下一份 4月22日 周三 09:00\n· 每月（40 票起）：下一份 5月1日 周五 09:00"
    )
    assert held(store) == [("daily", 40), ("monthly", 40)]
    assert "· 每日（40 票起）" in chat.says("/trending").messages[0]
    assert "<code>/trending weekly 50</code>" in chat.says("/trending").messages[0]


def test_how_to_end_it_is_said_to_those_who_get_it(chat: Chat):
    assert "不再收" not in chat.says("/trending").messages[0]
    chat.says("/trending daily")
    assert "不再收：<code>/trending off</code>" in chat.says("/trending").messages[0]


def test_it_comes_at_the_readers_own_hour(chat: Chat):
    chat.says("/time 20:30")
    chat.says("/weekdays 一")

    assert "下一份 4月27日 周一 20:30" in chat.says("/trending daily").messages[0]


def test_a_pause_is_said(chat: Chat):
    chat.says("/pause")

    assert "暂停中" in chat.says("/trending daily").messages[0]


def test_it_stands_among_the_settings_once_it_is_on(chat: Chat):
    assert "热门论文" not in chat.says("/settings").messages[0]
    chat.says("/trending daily weekly 30")
    assert "热门论文：每日（30 票起）、每周（30 票起）" in chat.says("/settings").messages[0]


@pytest.mark.parametrize(("language", "said"), [("zh", "不送每日新论文"), ("en", "no new papers come")])
def test_without_a_keyword_it_is_said_that_new_papers_do_not_come_and_not_that_nothing_does(
    chat: Chat, language: str, said: str
):
    chat.says(f"/lang {language}")
    chat.says("/trending daily")
    settings = chat.says("/settings").messages[0]
    assert said in settings
    assert "所以不会送" not in settings
    assert "nothing comes" not in settings


def test_in_english_it_is_said_in_english(chat: Chat):
    chat.says("/lang en")

    assert "daily (10 upvotes or more): next on Wed 22 Apr, 09:00" in chat.says("/trending daily").messages[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("50", "看不懂「50」：要写每日、每周或每月"),
        ("每小时", "看不懂「每小时」"),
        ("<b>", "看不懂「&lt;b&gt;」"),
        ("daily 20000", "最多写 9999"),
    ],
)
def test_what_is_not_understood_is_answered_with_an_example(chat: Chat, store: Store, text: str, said: str):
    answer = chat.says(f"/trending {text}").messages[0]

    assert said in answer
    assert "<code>/trending weekly 50</code>" in answer
    assert held(store) == []


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "en"])
def test_every_sample_in_its_sentences_works(services: BotServices, store: Store, language: str):
    chat = Chat(services)
    chat.says("/start")
    chat.says(f"/lang {language}")
    samples = re.findall(
        r"<code>(/trending [^<]*)<", chat.says("/trending").messages[0] + chat.says("/trending x").messages[0]
    )

    assert len(samples) >= 5
    for sample in samples:
        assert chat.says(sample).messages[0].startswith("✅"), sample
