from bot.commands import COMMANDS
from digests.clock import utc_now
from digests.store.engine import Store
from digests.subscribers.directory import find_by_address, list_subscribers
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import forget, join
from tests.bot.bot_api import BotApi, Person, read_commands


async def test_start_joins_the_chat_and_explains_with_an_example(alice: Person, store: Store):
    answer = await alice.says("/start")

    assert "周一到周五" in answer
    assert "<code>/add diffusion policy</code>" in answer
    (subscriber,) = list_subscribers(store)
    assert [(t.channel, t.address, t.is_usable) for t in subscriber.targets] == [("telegram", "42", True)]


async def test_a_second_start_makes_no_second_subscriber_and_counts_the_keywords(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says("/add RLHF")

    assert "1 个关键词" in await alice.says("/start")
    assert len(list_subscribers(store)) == 1


async def test_start_takes_the_payload_of_a_link(alice: Person):
    assert "论文邮差" in await alice.says("/start from_a_web_page")


async def test_a_forgotten_chat_may_come_back_by_itself(alice: Person, store: Store):
    await alice.says("/start")
    (subscriber,) = list_subscribers(store)
    forget(store, subscriber.id, salt=b"salt", now=utc_now())

    await alice.says("/start")

    assert find_by_address(store, channel="telegram", address="42") is not None


async def test_a_reader_of_english_is_answered_in_english(alice: Person, store: Store):
    reader = join(store, channel="telegram", address="42", language="en", confirmed=True, now=utc_now(), salt=b"salt")
    add_keywords(store, reader.id, "RLHF", utc_now(), 5)

    assert "1 keywords" in await alice.says("/start")


async def test_help_lists_every_command_with_an_example_of_what_may_follow_it(alice: Person):
    answer = await alice.says("/help")

    assert all(f"/{name}" in answer for name in COMMANDS if name not in ("start", "help"))
    takes_text = ("add", "remove", "scope", "time", "weekdays", "timezone", "channel", "email", "lang")
    assert all(f"<code>/{name} " in answer for name in takes_text)


async def test_the_menu_has_every_command_in_english_and_for_chinese_clients_in_chinese(server: BotApi):
    english, chinese = server.menus

    assert list(read_commands(english)) == list(read_commands(chinese)) == list(COMMANDS)
    assert read_commands(english)["list"] == "My keywords"
    assert read_commands(chinese)["list"] == "我的关键词"
    assert "language_code" not in english
    assert chinese["language_code"] == "zh"
