import pytest

from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from tests.bot.bot_api import BOT_NAME, TOKEN, BotApi, Person

EXAMPLE = "<code>/add diffusion policy</code>"


async def test_words_without_a_command_are_offered_as_a_keyword_that_one_tap_adds(alice: Person):
    await alice.says("/start")
    answer = await alice.says('"world model" NOT driving')

    assert "「<b>&quot;world model&quot; NOT driving</b>」" in answer
    assert "已添加 <b>&quot;world model&quot; NOT driving</b>" in await alice.taps("➕ 添加")


async def test_a_stranger_is_given_the_command_to_type_because_no_tap_takes_anybody_in(alice: Person, store: Store):
    assert "<code>/add world model</code>" in await alice.says("world model")
    assert alice.buttons == {}
    assert list_subscribers(store) == []


@pytest.mark.parametrize("text", ["你好", "您好！", "妳好", "Hello", "hi ~"])
async def test_a_greeting_is_answered_with_what_can_be_done(alice: Person, text: str):
    assert EXAMPLE in (answer := await alice.says(text))
    assert "/forget" in answer


async def test_a_keyword_too_long_for_a_button_is_offered_to_be_copied(alice: Person):
    answer = await alice.says("“强化学习” OR “人类反馈” OR " + "a" * 40)

    assert "<code>/add " in answer
    assert alice.buttons == {}


@pytest.mark.parametrize("text", ["(((", "x " * 2000, "<script>" * 100, "。。。", "/", "/ add RLHF"])
async def test_a_text_that_is_no_keyword_gets_an_example(alice: Person, text: str):
    assert EXAMPLE in await alice.says(text, entities=[])


async def test_a_text_of_a_megabyte_gets_an_example(alice: Person):
    assert EXAMPLE in await alice.does("message", alice.message("diffusion " * 100_000))


async def test_a_misspelt_command_is_corrected(alice: Person):
    assert "<code>/lst</code>" in (answer := await alice.says("/lst"))
    assert "/list" in answer
    await alice.says("/start")
    await alice.says("/lst")
    assert "还没有关键词" in await alice.taps("/list")


async def test_a_misspelt_command_keeps_what_was_written_behind_it(alice: Person):
    await alice.says("/start")
    await alice.says("/ad diffusion policy")

    assert "已添加 <b>diffusion policy</b>" in await alice.taps("/add diffusion policy")


async def test_an_unknown_command_gets_the_list_of_commands(alice: Person):
    answer = await alice.says("/weather")

    assert "<code>/weather</code>" in answer
    assert EXAMPLE in answer


async def test_a_photo_gets_an_example(alice: Person):
    message = alice.message("")
    del message["text"]
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]

    assert EXAMPLE in await alice.does("message", message | {"photo": photo, "caption": "/add cats"})


async def test_an_edited_message_is_not_run_again_and_says_so(alice: Person):
    answer = await alice.does("edited_message", alice.message("/add RLHF") | {"edit_date": 2})

    assert "重新发一条" in answer
    assert "还没有关键词" in await alice.says("/list")


GROUP = {"id": -100123, "type": "supergroup", "title": "Reading group"}


@pytest.mark.parametrize(
    "text", ["/add RLHF", f"/start@{BOT_NAME}", f"/weather@{BOT_NAME}", f"hello @{BOT_NAME.upper()}"]
)
async def test_a_group_is_pointed_to_the_private_chat(alice: Person, store: Store, text: str):
    answer = await alice.says(text, chat=GROUP)

    assert f"https://t.me/{BOT_NAME}" in answer
    assert list_subscribers(store) == []


@pytest.mark.parametrize("text", ["who reads this?", "/weather", "/start@another_bot"])
async def test_people_of_a_group_may_talk_to_each_other(alice: Person, server: BotApi, text: str):
    await server.enqueue_update({"message": alice.message(text) | {"chat": GROUP}}, token=TOKEN)

    # Nothing else is read at the end of the test, or it fails.
    assert "还没有关键词" in await alice.says("/list")


async def test_a_group_that_takes_the_bot_in_is_told_where_to_go(alice: Person):
    message = alice.message("")
    del message["text"]
    me = {"id": 7, "is_bot": True, "first_name": "Fixture"}

    assert BOT_NAME in await alice.does("message", message | {"chat": GROUP, "new_chat_members": [me]})
