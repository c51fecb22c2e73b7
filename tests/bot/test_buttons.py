"""A button is a command: what a tap does, what it must survive, and that no button leads nowhere."""

from collections import deque
from dataclasses import replace

import pytest

from bot.commands import COMMANDS, TAPPED
from bot.services import BotServices
from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from digests.subscribers.membership import forget
from tests.bot.bot_api import BETWEEN, TOKEN, BotApi, Person
from tests.bot.chat import Chat
from tests.bot.fakes import FakePreview
from tests.bot.papers import put_papers


async def test_a_tap_puts_the_answer_in_the_place_of_the_message(alice: Person, server: BotApi):
    await alice.says("/start")
    await alice.says("/settings")
    settings_id = alice.message_id

    answer = await alice.taps("/time")

    assert "送达时间" in answer
    assert (alice.was_edited, alice.message_id) == (True, settings_id)
    assert "你的设置" in await alice.taps("« 全部设置")
    assert alice.was_edited
    assert server.answered_taps == ["42-1", "42-2"]


async def test_a_tap_does_what_the_command_does(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says("/time")

    await alice.taps("12:00")

    assert str(list_subscribers(store)[0].send_at) == "12:00:00"
    assert "✓ 12:00" in alice.buttons


async def test_a_button_tapped_twice_says_nothing_the_second_time(alice: Person, server: BotApi):
    await alice.says("/start")
    await alice.says("/time")
    await alice.taps("12:00")

    server.refusals.append(
        "message is not modified: specified new message content and reply markup are exactly the same as a current "
        "content and reply markup of the message"
    )
    await server.enqueue_update({"callback_query": alice.tap("/time 12:00")}, token=TOKEN)

    # Nothing else is read at the end of the test, or it fails.
    assert "还没有关键词" in await alice.says("/list")
    assert server.refusals == []


@pytest.mark.parametrize("reason", ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"])
async def test_a_button_of_a_message_that_cannot_be_edited_gets_a_new_message(
    alice: Person, server: BotApi, reason: str
):
    await alice.says("/start")
    await alice.says("/settings")
    server.refusals.append(reason)

    assert "送达时间" in await alice.taps("/time")
    assert not alice.was_edited


async def test_a_tap_on_a_message_that_telegram_no_longer_shows_works(alice: Person):
    await alice.says("/start")
    query = alice.tap("/weekdays")
    query["message"] = {"chat": alice.chat, "message_id": 3, "date": 0}

    assert "送达日" in await alice.does("callback_query", query)


async def test_an_answer_of_several_messages_stands_below_what_was_said_since(alice: Person, preview: FakePreview):
    await alice.says("/add RLHF")
    await alice.says("/pause")
    preview.messages = ["one", "two"]

    assert await alice.taps("/today", answers=2) == f"one{BETWEEN}two"
    assert not alice.was_edited


async def test_a_tapped_keyword_says_what_it_would_have_brought(alice: Person, store: Store):
    put_papers(store, "Diffusion policy for <robots>")
    await alice.says("/start")
    await alice.says("diffusion policy")

    added = await alice.taps("➕ 添加")

    assert "已添加 <b>diffusion policy</b>" in added
    assert "命中 <b>1</b> 篇" in added


async def test_a_tap_that_comes_too_late_leaves_the_message_with_its_other_buttons(alice: Person, store: Store):
    put_papers(store, "Cats")
    await alice.says("/add zebrafish")
    await alice.says("/list")
    await alice.says("/remove 1")

    answer = await alice.sends_tap("/look 1")

    assert answer == "这个词已经不在列表里了。\n现在的列表：/list"
    assert not alice.was_edited
    assert "失效" in await alice.sends_tap("/take 1")
    assert not alice.was_edited


async def test_choosing_fields_leaves_the_figures_of_the_first_keyword(alice: Person, store: Store):
    put_papers(store, *PAPERS)
    await alice.says("/add difusion")
    assert {"🔁 diffusion", "cs", "全部"} <= alice.buttons.keys()

    assert "领域改为：cs" in await alice.taps("cs")
    assert not alice.was_edited
    # From the settings it takes their place, as ever.
    await alice.taps("全部")
    assert alice.was_edited


@pytest.mark.parametrize(
    "data",
    [
        "/weather",
        "hello",
        "/",
        "//",
        "(((",
        "/add <b>&(",
        "/lang <script>",
        "/time 25:99",
        "/forget <i>",
        "/list\x00\x00",
        "/" + "x" * 63,
        "𝒜" * 16,
    ],
)
async def test_a_tap_that_somebody_made_up_is_a_text_like_any_other(alice: Person, store: Store, data: str):
    await alice.says("/start")

    assert await alice.sends_tap(data)
    assert len(list_subscribers(store)) == 1


async def test_a_tap_without_a_command_in_it_is_answered(alice: Person):
    query = alice.tap("") | {"game_short_name": "chess"}
    del query["data"]

    assert "命令" in await alice.does("callback_query", query)


async def test_a_tap_in_a_group_does_nothing_but_stop_the_spinner(alice: Person, server: BotApi, store: Store):
    group = {"id": -100123, "type": "supergroup", "title": "Reading group"}
    await server.enqueue_update({"callback_query": alice.tap("/start", chat=group)}, token=TOKEN)

    assert "还没有关键词" in await alice.says("/list")
    assert list_subscribers(store) == []
    assert server.answered_taps == ["42-1"]


async def test_a_tap_on_an_old_message_never_takes_a_forgotten_reader_in_again(alice: Person, store: Store):
    await alice.says("/start")
    await alice.says("/settings")
    forget(store, list_subscribers(store)[0].id, salt=b"salt", now=list_subscribers(store)[0].joined_at)

    for command in ("/time", "/add RLHF", "/start"):
        assert "/start" in await alice.sends_tap(command)
        assert list_subscribers(store) == []


TYPED = [
    *(f"/{name}" for name in COMMANDS),
    "world model",
    "/tme 08:30",
    "/time 08:30",
    "/time 07:00",
    "/weekdays 1-5",
    "/timezone Europe/London",
    "/scope cs",
    "/email zhang@example.org",
    "/lang",
    "/add robot policy",
    "/add difusion",
]
PAPERS = [f"Diffusion policy of robot {number}" for number in range(3)] + [f"Cats, {number}" for number in range(35)]


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "en"])
def test_no_button_is_too_long_and_every_one_is_understood(services: BotServices, store: Store, language: str):
    put_papers(store, *PAPERS)
    chat = Chat(services)
    chat.says("/start")
    chat.says(f"/lang {language}")
    chat.says("/add RLHF")
    waiting, known = deque(TYPED), set(TYPED)
    offered = []
    while waiting:
        for button in (button for row in chat.says(waiting.popleft()).buttons for button in row):
            offered.append(button)
            if button.command not in known:
                known.add(button.command)
                # The walk must not end with the first who is forgotten, nor change the language.
                if not button.command.startswith(("/forget yes", "/lang ")):
                    waiting.append(button.command)

    assert len({button.command for button in offered}) > 30
    assert {"take", "look"} <= {button.command.split()[0][1:] for button in offered}
    for button in offered:
        assert 1 <= len(button.command.encode()) <= 64
        assert button.command.startswith("/")
        assert button.command.split()[0][1:] in {**COMMANDS, **TAPPED}
        assert button.text
        assert "<" not in button.text


def test_every_button_of_every_setting_is_taken_without_an_objection(services: BotServices, store: Store):
    chat = Chat(services)
    chat.says("/add RLHF")
    mute = replace(services, channels=("telegram",))
    for command in ("/time", "/weekdays", "/timezone", "/scope", "/lang", "/channel"):
        for row in Chat(mute).says(command).buttons:
            for button in row:
                done = Chat(mute).says(button.command).messages[0]
                assert done.startswith(("✅", "<b>"))
