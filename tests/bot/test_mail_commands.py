"""/channel and /email, with the codes that the worker would have mailed."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from bot.commands import COMMANDS, list_offered
from bot.services import BotServices
from digests.delivery.codes import build_code
from digests.store.engine import Store
from digests.store.tables import confirmations
from digests.subscribers.directory import find_by_address, list_subscribers
from digests.subscribers.keywords import add_keywords, list_keywords
from digests.subscribers.membership import add_address, join
from tests.bot.bot_api import BotApi, Person
from tests.bot.conftest import NOW

ADDRESS = "alice@example.org"


def read_code(store: Store, address: str = ADDRESS) -> str:
    """As the mail to `address` says it."""
    newest = select(confirmations).where(confirmations.c.address == address).order_by(confirmations.c.id.desc())
    with store.reading() as connection:
        row = connection.execute(newest).first()
    assert row is not None
    return build_code(row.nonce, row.address, b"salt")


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def prove(person: Person, store: Store) -> None:
    await person.says(f"/email {ADDRESS}")
    assert "已验证" in await person.says(read_code(store))


async def test_email_says_how(alice: Person):
    await alice.says("/start")

    assert "<code>/email zhang@example.org</code>" in await alice.says("/email")


async def test_email_sends_a_code_and_takes_it_back(alice: Person, store: Store):
    await alice.says("/start")

    assert f"正寄往 {ADDRESS}" in await alice.says(f"/email {ADDRESS}")
    answer = await alice.says(f"/email {read_code(store)}")

    assert f"邮箱 {ADDRESS} 已验证" in answer
    (reader,) = list_subscribers(store)
    assert [(target.channel, target.is_wanted) for target in reader.targets] == [("telegram", True), ("email", True)]
    assert f"现在的邮箱：{ADDRESS}" in await alice.says("/email")


@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda code: f"{code[:3]} {code[3:]}",
        lambda code: f" {code}\n",
        lambda code: code.translate({ord(str(n)): 0xFF10 + n for n in range(10)}),
    ],
)
async def test_six_figures_alone_are_the_code_while_one_is_open(alice: Person, store: Store, write):
    await alice.says("/start")
    await alice.says(f"/email {ADDRESS}")

    assert "已验证" in await alice.says(write(read_code(store)))


async def test_six_figures_are_a_keyword_where_no_code_was_asked_for(alice: Person):
    assert "<code>/add 123456</code>" in await alice.says("123456")
    await alice.says("/start")
    assert "要关注「<b>123456</b>」吗" in await alice.says("123456")


async def test_other_figures_are_no_code_while_one_is_open(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says(f"/email {ADDRESS}")

    assert "要关注「<b>2024</b>」吗" in await alice.says("2024")
    assert "要关注「<b>1</b>」吗" in await alice.says("1")
    assert "已验证" in await alice.says(read_code(store))


async def test_after_the_code_was_taken_six_figures_are_a_keyword_again(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says("/email old@example.org")
    old = read_code(store, "old@example.org")
    await prove(alice, store)

    assert f"要关注「<b>{old}</b>」吗" in await alice.says(old)
    assert "过期" in await alice.says(f"/email {old}")


async def test_a_void_code_is_no_code(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says(f"/email {ADDRESS}")
    wrong = other_code(read_code(store))
    for _ in range(5):
        await alice.says(wrong)

    assert f"要关注「<b>{wrong}</b>」吗" in await alice.says(wrong)


async def test_a_wrong_code_says_how_many_tries_are_left(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says(f"/email {ADDRESS}")
    wrong = other_code(read_code(store))

    assert "还可以试 4 次" in await alice.says(wrong)
    assert "还可以试 3 次" in await alice.says(f"/email {wrong}")
    assert "已验证" in await alice.says(read_code(store))


async def test_a_code_that_is_too_old_is_refused(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says(f"/email {ADDRESS}")
    with store.writing() as connection:
        connection.execute(update(confirmations).values(expires_at=NOW))

    assert "过期" in await alice.says(f"/email {read_code(store)}")
    assert "要关注" in await alice.says(read_code(store))
    assert len(list_subscribers(store)[0].targets) == 1


@pytest.mark.parametrize("text", ["foo", "a@b", "<b>@example.org", "x" * 4000, "a@b.c d@e.f", "12345", "1" * 4000])
@pytest.mark.parametrize("language_code", ["zh", "en", "zh-tw"])
async def test_an_address_or_code_that_is_none_gets_an_example(
    server: BotApi, store: Store, text: str, language_code: str
):
    person = Person(server, language_code=language_code)
    await person.says("/start")

    answer = await person.says(f"/email {text}")

    assert re.search(r"zhang@example\.org|/email", answer)
    assert len(answer) < 1000
    assert len(list_subscribers(store)[0].targets) == 1


async def test_two_readers_become_one_when_a_chat_proves_an_address_that_had_subscribed_by_mail(
    alice: Person, store: Store
):
    other = join(store, channel="email", address=ADDRESS, confirmed=True, now=NOW, salt=b"salt")
    add_keywords(store, other.id, "RLHF, GRPO, diffusion policy", NOW, 5)
    await alice.says("/add RLHF")
    await alice.says(f"/email {ADDRESS}")

    answer = await alice.says(read_code(store))

    assert "合成一个了，带来 2 个关键词" in answer
    (reader,) = list_subscribers(store)
    assert {target.address for target in reader.targets if target.is_wanted} == {ADDRESS, "42"}
    assert [keyword.typed for keyword in list_keywords(store, reader.id)] == ["RLHF", "GRPO", "diffusion policy"]
    assert "3 个" in await alice.says("/list")


async def test_a_merged_reader_without_new_keywords_is_told_so(alice: Person, store: Store):
    join(store, channel="email", address=ADDRESS, confirmed=True, now=NOW, salt=b"salt")
    await alice.says("/start")
    await alice.says(f"/email {ADDRESS}")

    assert "合成一个了。" in await alice.says(read_code(store))


async def test_too_many_codes_are_refused_with_the_moment_from_which_it_works_again(alice: Person):
    await alice.says("/start")
    for number in range(3):
        await alice.says(f"/email a{number}@example.org")

    # An hour after NOW, and the minute is rounded up.
    assert "4月21日 周二 11:31 以后" in await alice.says("/email a4@example.org")


async def test_an_address_is_taken_off_by_its_button_and_can_come_back(alice: Person, store: Store):
    await alice.says("/start")
    await prove(alice, store)
    await alice.says("/email")

    answer = await alice.taps(f"移除 {ADDRESS}")

    assert f"已移除 {ADDRESS}" in answer
    assert "送到：Telegram" in answer
    assert [target.is_wanted for target in list_subscribers(store)[0].targets] == [True, False]
    await alice.says("/email")
    assert list(alice.buttons.values()) == ["/settings"]
    await prove(alice, store)


async def test_nobody_takes_off_the_address_of_another_reader(alice: Person, store: Store):
    other = join(store, channel="email", address=ADDRESS, confirmed=True, now=NOW, salt=b"salt")
    await alice.says("/start")

    assert "没有这个邮箱" in await alice.sends_tap(f"/email remove {other.targets[0].id}")
    assert "没有这个邮箱" in await alice.says(f"/email remove {ADDRESS}")
    assert list_subscribers(store)[0].targets[0].is_wanted


async def test_the_last_wanted_address_gives_way_to_the_chat(alice: Person, store: Store):
    await alice.says("/start")
    await prove(alice, store)
    await alice.says("/channel mail")

    assert "送到：Telegram" in await alice.says(f"/email 移除 {ADDRESS.upper()}")


async def test_the_button_of_a_long_address_is_one_that_telegram_takes(alice: Person, store: Store):
    long = f"{'a' * 64}@{'b' * 60}.example.org"
    await alice.says("/start")
    (reader,) = list_subscribers(store)
    add_address(store, reader.id, channel="email", address=long, confirmed=True, now=NOW, salt=b"salt")

    await alice.says("/email")
    text, command = next(iter(alice.buttons.items()))
    assert len(command) <= 64
    assert len(text) < 50


async def test_channel_says_where_digests_go_and_takes_a_tap(alice: Person, store: Store):
    await alice.says("/start")
    await prove(alice, store)
    assert f"送到：Telegram、邮件（{ADDRESS}）" in await alice.says("/channel")
    assert "✓ 两个都要" in alice.buttons

    assert f"以后送到：邮件（{ADDRESS}）" in await alice.taps("邮件")
    assert "以后送到：Telegram" in await alice.taps("Telegram")
    assert f"以后送到：Telegram、邮件（{ADDRESS}）" in await alice.taps("两个都要")


@pytest.mark.parametrize(
    ("text", "wanted"), [("mail", "email"), ("邮件", "email"), ("TG", "telegram"), ("郵箱", "email")]
)
async def test_channel_as_people_write_it(alice: Person, store: Store, text: str, wanted: str):
    await alice.says("/start")
    await prove(alice, store)
    await alice.says(f"/channel {text}")

    reader = find_by_address(store, channel="telegram", address="42")
    assert reader is not None
    assert [target.channel for target in reader.targets if target.is_wanted] == [wanted]


async def test_channel_mail_without_an_address_says_how_to_give_one(alice: Person):
    await alice.says("/start")

    assert "<code>/email zhang@example.org</code>" in await alice.says("/channel mail")


@pytest.mark.parametrize("text", ["pigeon", "<b>", "mail" * 1000, "telegram pigeon"])
@pytest.mark.parametrize("language_code", ["zh", "en", "zh-tw"])
async def test_a_channel_that_is_none_gets_an_example(server: BotApi, text: str, language_code: str):
    person = Person(server, language_code=language_code)
    await person.says("/start")

    answer = await person.says(f"/channel {text}")

    assert "<code>/channel both</code>" in answer
    assert len(answer) < 1000


class TestWithoutMail:
    """An installation that has no mail server says so, and offers nothing that needs one."""

    @pytest.fixture
    def services(self, services: BotServices) -> BotServices:
        return replace(services, channels=("telegram",))

    @pytest.mark.parametrize(
        "command", ["/email", f"/email {ADDRESS}", "/email 123456", "/channel mail", "/channel both"]
    )
    async def test_mail_is_said_to_be_closed(self, alice: Person, store: Store, command: str):
        await alice.says("/start")

        assert "邮件未开通" in await alice.says(command)
        assert [target.channel for target in list_subscribers(store)[0].targets] == ["telegram"]

    async def test_channel_offers_telegram_only(self, alice: Person, store: Store):
        await alice.says("/start")
        (reader,) = list_subscribers(store)
        add_address(store, reader.id, channel="email", address=ADDRESS, confirmed=True, now=NOW, salt=b"salt")

        assert (await alice.says("/channel")).startswith("送到：Telegram\n")
        assert list(alice.buttons.values()) == ["/channel telegram", "/settings"]

    @pytest.mark.parametrize("command", ["/help", "/weather", "/channel", "/channel pigeon", "/channel mail"])
    async def test_nothing_offers_mail(self, alice: Person, command: str):
        await alice.says("/start")

        answer = await alice.says(command)

        assert not re.search(r"/channel (mail|both)|/email", answer)

    def test_the_menu_leaves_out_what_needs_mail(self, services: BotServices):
        offered = list_offered(services)

        assert set(COMMANDS) - set(offered) == {"channel", "email"}
