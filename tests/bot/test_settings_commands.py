"""/settings, /scope, /pause, /resume and /forget."""

import pytest

from digests.errors import InputError
from digests.store.engine import Store
from digests.subscribers.directory import find_by_address, list_subscribers
from digests.subscribers.membership import add_address, join
from tests.bot.bot_api import BotApi, Person
from tests.bot.conftest import NOW
from tests.bot.papers import put_papers


def give_mail(store: Store, address: str = "alice@example.org") -> None:
    (reader,) = list_subscribers(store)
    add_address(store, reader.id, channel="email", address=address, confirmed=True, now=NOW, salt=b"salt")


async def test_settings_say_everything_that_a_reader_has_set(alice: Person, store: Store):
    put_papers(store, "Cats")
    await alice.says("/add RLHF")
    give_mail(store)
    for command in ("/time 09:30", "/weekdays 1-5", "/timezone 东京", "/scope cs stat.ML"):
        await alice.says(command)

    assert await alice.says("/settings") == (
        "<b>你的设置</b>\n"
        "时间：09:30\n"
        "时区：东京时间（Asia/Tokyo）\n"
        "星期：周一到周五\n"
        "送到：Telegram、邮件（alice@example.org）\n"
        "领域：cs, stat.ML\n"
        "新版通知：关\n"
        "交叉列表：开\n"
        "语言：简体中文\n"
        "关键词：1 个（最多 5 个）\n"
        "下一份：4月22日 周三 09:30"
    )


@pytest.mark.parametrize(
    ("language_code", "words"),
    [("en", ("Your settings", "Beijing time", "Mon to Fri")), ("zh-hant", ("你的設定", "北京時間", "週一到週五"))],
)
async def test_settings_are_said_in_the_readers_language(server: BotApi, language_code: str, words: tuple[str, ...]):
    person = Person(server, language_code=language_code)
    await person.says("/start")
    await person.says("/weekdays 1-5")

    answer = await person.says("/settings")

    assert all(word in answer for word in words)


async def test_settings_lead_to_every_change_and_back(alice: Person):
    await alice.says("/add RLHF")
    await alice.says("/settings")
    links = list(alice.buttons.values())
    assert links == ["/time", "/weekdays", "/timezone", "/channel", "/scope", "/lang", "/list", "/updates", "/pause"]

    for command in ("/time", "/weekdays", "/timezone", "/channel", "/scope", "/lang", "/updates"):
        await alice.taps(command)
        await alice.taps("« 全部设置")
        assert list(alice.buttons.values()) == links


async def test_the_first_keyword_brings_the_moment_of_the_first_digest_and_the_offer_of_a_scope(
    alice: Person, store: Store
):
    put_papers(store, "Cats")

    added = await alice.says("/add RLHF")

    assert "下一份：4月22日 周三 08:00 后不久" in added
    assert "缩小范围" in added


async def test_a_scope_is_offered_with_the_first_keyword_only(alice: Person, store: Store):
    await alice.says("/add RLHF")
    assert list(alice.buttons) == ["cs", "cs stat eess", "全部"]

    assert "领域改为：cs, stat, eess" in await alice.taps("cs stat eess")
    assert list_subscribers(store)[0].scope == ("cs", "stat", "eess")
    assert "缩小范围" not in await alice.says("/add GRPO")
    assert alice.buttons == {}


async def test_scope_says_what_it_is_and_takes_what_is_typed(alice: Person, store: Store):
    await alice.says("/start")
    assert "领域：全部" in await alice.says("/scope")

    assert "领域改为：cs.LG, math" in await alice.says("/scope cs.lg, MATH")
    assert "领域：cs.LG, math" in await alice.says("/scope")
    assert "领域改为：全部" in await alice.says("/scope 全部")
    assert list_subscribers(store)[0].scope is None


async def test_scope_takes_names_and_repeats_what_it_does_not_know_as_it_was_typed(alice: Person):
    await alice.says("/start")

    assert "领域改为：cs\n" in await alice.says("/scope computer science")
    assert "领域改为：cs.LG, stat.ML, math\n" in await alice.says("/scope 機器學習，數學")
    assert "「cs.XX」" in await alice.says("/scope cs cs.XX")
    assert "「junk junk" in await alice.says("/scope " + "junk " * 700)


@pytest.mark.parametrize("text", ["foo", "csx", "<b>&", "c" * 4000, "cs " * 1300 + "nope"])
@pytest.mark.parametrize("language_code", ["zh", "en", "zh-tw"])
async def test_a_scope_that_is_none_gets_an_example(server: BotApi, store: Store, text: str, language_code: str):
    person = Person(server, language_code=language_code)
    await person.says("/start")

    answer = await person.says(f"/scope {text}")

    assert "<code>/scope " in answer
    assert len(answer) < 1000
    assert list_subscribers(store)[0].scope is None


async def test_pause_says_what_it_means_and_resume_when_the_next_one_comes(alice: Person, store: Store):
    put_papers(store, "Cats")
    await alice.says("/add RLHF")

    paused = await alice.says("/pause")

    assert "不会补送" in paused
    assert "/today" in paused
    assert list_subscribers(store)[0].paused_at == NOW
    assert "暂停中" in await alice.says("/settings")
    assert "/resume" in alice.buttons.values()
    resumed = await alice.taps("/resume")
    assert "已恢复" in resumed
    assert "下一份：4月22日 周三 08:00 后不久" in resumed
    assert list_subscribers(store)[0].paused_at is None


async def test_pause_says_that_nothing_is_translated_for_a_paused_reader(alice: Person):
    await alice.says("/start")

    assert "只有英文" in await alice.says("/pause")


async def test_whoever_was_not_paused_is_told_so(alice: Person):
    await alice.says("/start")

    assert "本来就没有暂停。" in await alice.says("/resume")


@pytest.mark.parametrize("command", ["/pause", "/resume"])
async def test_pausing_or_resuming_twice_is_once(alice: Person, command: str):
    await alice.says("/start")

    assert await alice.says(command) == await alice.says(f"{command} {'x' * 4000}")


async def test_forget_asks_first(alice: Person, store: Store):
    await alice.says("/add RLHF, GRPO")

    answer = await alice.says("/forget")

    assert "2 个关键词、1 个地址" in answer
    assert list(alice.buttons) == ["全部删除", "算了"]
    assert "什么都没有删" in await alice.taps("算了")
    assert len(list_subscribers(store)) == 1


async def test_forget_removes_everything_and_says_what_stays(alice: Person, store: Store):
    await alice.says("/add RLHF, GRPO")
    give_mail(store)
    await alice.says("/forget")

    answer = await alice.taps("全部删除")

    assert "2 个关键词、2 个地址" in answer
    assert "加盐哈希" in answer
    assert list_subscribers(store) == []
    with pytest.raises(InputError, match="forgotten"):
        join(store, channel="email", address="alice@example.org", confirmed=True, now=NOW, salt=b"salt")


async def test_whoever_was_forgotten_is_a_stranger_and_may_begin_anew(alice: Person, store: Store):
    await alice.says("/add RLHF")
    await alice.says("/time 09:30")
    await alice.says("/forget yes")

    assert "/start" in await alice.says("/forget yes")
    assert "你好，我是论文邮差" in await alice.says("/start")
    reader = find_by_address(store, channel="telegram", address="42")
    assert reader is not None
    assert reader.send_at is None
    assert "还没有关键词" in await alice.says("/list")


@pytest.mark.parametrize("text", ["perhaps", "<b>", "yes" * 1000, "YES please"])
async def test_forget_takes_no_unclear_word_for_a_yes(alice: Person, store: Store, text: str):
    await alice.says("/start")

    await alice.says(f"/forget {text}")

    assert list(alice.buttons.values()) == ["/forget yes", "/forget no"]
    assert len(list_subscribers(store)) == 1


@pytest.mark.parametrize("text", ["yes", "YES", "是", "确定", "確定"])
async def test_forget_takes_a_yes_in_every_language(alice: Person, store: Store, text: str):
    await alice.says("/start")
    await alice.says(f"/forget {text}")

    assert list_subscribers(store) == []
