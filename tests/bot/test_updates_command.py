"""/updates: new versions and cross-lists."""

import pytest

from digests.errors import InputError
from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from digests.subscribers.kinds import parse_kinds
from tests.bot.bot_api import BotApi, Person


def wants(store: Store) -> tuple[bool, bool]:
    (reader,) = list_subscribers(store)
    return reader.wants_updates, reader.wants_crosses


async def test_it_says_what_is_on_and_how_to_change_it(alice: Person, store: Store):
    await alice.says("/start")

    answer = await alice.says("/updates")

    assert answer.startswith("新版通知：关\n交叉列表：开\n")
    assert "<code>/updates on</code>" in answer
    assert alice.buttons == {
        "新版通知": "/updates on",
        "✓ 交叉列表": "/updates crosses off",
        "« 全部设置": "/settings",
    }
    assert wants(store) == (False, True)


async def test_a_switch_turns_one_of_them(alice: Person, store: Store):
    await alice.says("/start")

    assert "✅ 新版通知：开\n交叉列表：开" in await alice.says("/updates on")
    assert wants(store) == (True, True)
    assert "✅ 新版通知：开\n交叉列表：关" in await alice.says("/updates crosses off")
    assert wants(store) == (True, False)
    assert "新版通知：关" in await alice.taps("✓ 新版通知")
    assert "交叉列表：开" in await alice.taps("交叉列表")
    assert wants(store) == (False, True)


async def test_settings_say_both(alice: Person):
    await alice.says("/start")
    await alice.says("/updates 开")
    await alice.says("/updates 交叉 关")

    settings = await alice.says("/settings")

    assert "新版通知：开\n交叉列表：关\n" in settings


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("on", {"updates": True}),
        ("ＯＦＦ", {"updates": False}),
        ("开启", {"updates": True}),
        ("關閉", {"updates": False}),
        ("新版 开", {"updates": True}),
        ("crosses on", {"crosses": True}),
        ("off cross-lists", {"crosses": False}),
        ("不要交叉列表", {"crosses": False}),
        ("新版通知 开", {"updates": True}),
        ("关闭新版提醒", {"updates": False}),
        ("new version on", {"updates": True}),
        ("新版通知和交叉列表都要", {"updates": True, "crosses": True}),
        ("交叉：关", {"crosses": False}),
        ("更新和交叉都要", {"updates": True, "crosses": True}),
        ("updates and crosses off", {"updates": False, "crosses": False}),
    ],
)
def test_it_is_understood_as_people_write_it(typed: str, meant: dict[str, bool]):
    assert parse_kinds(typed) == meant


@pytest.mark.parametrize(
    "typed", ["on off", "crosses on off", "every day", "onward", "off the record", "交叉吗", "o" * 4000, "<b>"]
)
def test_what_is_unclear_is_refused(typed: str):
    with pytest.raises(InputError) as refused:
        parse_kinds(typed)
    assert refused.value.code == "chat.bad_updates"


@pytest.mark.parametrize("typed", ["crosses", "交叉列表", "新版通知", "新版通知和交叉列表", "", " , "])
def test_a_switch_that_was_only_named_is_asked_about(typed: str):
    with pytest.raises(InputError) as refused:
        parse_kinds(typed)
    assert refused.value.code == "chat.no_updates"


@pytest.mark.parametrize("name", ["新版通知", "交叉列表"])
async def test_its_own_buttons_are_understood_as_words(alice: Person, name: str):
    await alice.says("/start")

    assert "开还是关" in await alice.says(f"/updates {name}")
    assert f"{name}：开" in await alice.says(f"/updates {name} 开")
    assert f"{name}：关" in await alice.says(f"/updates {name} 关")


@pytest.mark.parametrize("language_code", ["zh", "en", "zh-tw"])
async def test_what_is_refused_changes_nothing_and_brings_an_example(server: BotApi, store: Store, language_code: str):
    person = Person(server, language_code=language_code)
    await person.says("/start")

    answer = await person.says("/updates perhaps")

    assert "perhaps" in answer
    assert "<code>/updates on</code>" in answer
    assert wants(store) == (False, True)
