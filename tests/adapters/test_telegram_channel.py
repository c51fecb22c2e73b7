"""The Telegram adapter against the sandbox's Bot API server, and that server against what is known of the real one."""

import itertools
import logging
import traceback
from dataclasses import replace

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from digests.delivery.channel import Message
from digests.delivery.pacing import MemoryPacing
from digests.delivery.telegram import TelegramChannel
from digests.errors import ChannelDown, Deferred, MessageRejected, RecipientGone, RecipientMoved, Unknown
from sandbox.telegram import serve_telegram
from sandbox.telegram_chats import BROKEN, HANG_UP, Telegram, flood, migrated, slow
from sandbox.telegram_html import HtmlError, parse_html
from tests.builders import NOON

TOKEN = "7:s3cret-of-the-bot"
CHAT = 1001
MESSAGE = Message(edition_id=1, target_id=1, part=1, address=str(CHAT), html="<b>论文</b> 𝔸 &lt;1&gt;")

# python-telegram-bot 22 warns whoever meets a RetryAfter, its own code first.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be")


@pytest.fixture
def telegram():
    telegram = Telegram(token=TOKEN, now=lambda: NOON)
    telegram.open_chat(CHAT)
    return telegram


@pytest.fixture
def base_url(telegram):
    with serve_telegram(telegram) as base_url:
        yield base_url


@pytest.fixture
def pacing():
    return MemoryPacing(lambda: 0.0)


@pytest.fixture
async def make_channel(base_url, pacing):
    made = []

    def make(token=TOKEN, **changes):
        made.append(TelegramChannel(token, **{"pacing": pacing, "base_url": base_url} | changes))
        return made[-1]

    yield make
    for channel in made:
        await channel.close()


async def test_a_part_arrives_as_html_without_preview(make_channel, telegram):
    message_id = await make_channel().send(MESSAGE)
    (received,) = telegram.messages(CHAT)
    assert str(received["message_id"]) == message_id
    assert (received["text"], received["html"]) == ("论文 𝔸 <1>", MESSAGE.html)
    assert received["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
    assert telegram.calls[-1][1]["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize("silent", [True, False])
async def test_a_silent_part_makes_no_sound(make_channel, telegram, silent):
    await make_channel().send(replace(MESSAGE, silent=silent))
    assert telegram.messages(CHAT)[0]["silent"] is silent


@pytest.mark.parametrize(
    ("fault", "house", "kept"),
    [
        (HANG_UP, Unknown, 1),
        (BROKEN, Deferred, 0),
        (slow(30), Unknown, 1),
        (flood(17), Deferred, 0),
        (migrated(-100777), RecipientMoved, 0),
    ],
    ids=["hang up", "500", "slow", "429", "migrated"],
)
async def test_after_each_fault_the_next_part_goes_out(make_channel, telegram, fault, house, kept):
    telegram.fail_next(fault)
    timeout_seconds = 1.0 if fault.wait_seconds else 20.0
    with pytest.raises(house):
        await make_channel(timeout_seconds=timeout_seconds).send(MESSAGE)
    assert len(telegram.messages(CHAT)) == kept
    # Another process, which was not told to pause.
    await make_channel(pacing=MemoryPacing()).send(MESSAGE)
    assert len(telegram.messages(CHAT)) == kept + 1


async def test_a_chat_that_became_a_supergroup_says_its_new_address(make_channel, telegram):
    telegram.fail_next(migrated(-100777))
    with pytest.raises(RecipientMoved) as caught:
        await make_channel().send(MESSAGE)
    assert caught.value.new_address == "-100777"


async def test_told_to_slow_down_every_chat_waits(make_channel, telegram, pacing):
    telegram.open_chat(1002)
    telegram.fail_next(flood(1700))
    channel = make_channel()
    with pytest.raises(Deferred) as caught:
        await channel.send(MESSAGE)
    assert caught.value.retry_after_seconds == 1700
    with pytest.raises(Deferred):
        await channel.wait_turn(replace(MESSAGE, address="1002"))
    assert await pacing.reserve("somebody else", interactive=True) == 1700
    assert [method for method, _ in telegram.calls] == ["sendMessage"]


async def test_a_reader_who_blocked_the_bot_is_gone(make_channel, telegram):
    telegram.set_blocked(CHAT, is_blocked=True)
    with pytest.raises(RecipientGone, match="blocked"):
        await make_channel().send(MESSAGE)


async def test_a_chat_that_does_not_exist_is_gone(make_channel):
    with pytest.raises(RecipientGone, match="not found"):
        await make_channel().send(replace(MESSAGE, address="999"))


@pytest.mark.parametrize("html", ["<b>open", "<p>no such tag</p>", "1 < 2", "x" * 4097, "𝔸" * 2049, "<b></b>", " "])
async def test_a_part_that_telegram_cannot_take_is_our_bug(make_channel, telegram, html):
    with pytest.raises(MessageRejected):
        await make_channel().send(replace(MESSAGE, html=html))
    assert telegram.messages(CHAT) == []


async def test_the_limit_counts_what_the_reader_sees(make_channel, telegram):
    await make_channel().send(replace(MESSAGE, html="<b>" + "𝔸" * 2047 + "&lt;&amp;</b>"))
    assert len(telegram.messages(CHAT)) == 1


async def test_a_wrong_token_is_the_operators_affair_and_nobodys_digest_is_lost(make_channel):
    with pytest.raises(Deferred, match="check PAPERPOST_TELEGRAM_TOKEN") as caught:
        await make_channel("7:another").send(MESSAGE)
    assert isinstance(caught.value, ChannelDown)
    assert "7:another" not in str(caught.value)


async def test_telegram_that_cannot_be_reached_defers(make_channel, unused_tcp_port):
    with pytest.raises(Deferred, match="cannot be reached"):
        await make_channel(base_url=f"http://127.0.0.1:{unused_tcp_port}").send(MESSAGE)


async def test_the_token_is_in_no_log_however_much_is_logged(make_channel, telegram, unused_tcp_port, caplog):
    caplog.set_level(logging.DEBUG)
    telegram.fail_next(BROKEN, HANG_UP)
    unhurried = MemoryPacing(itertools.count(0, 10).__next__)
    channel = make_channel(pacing=unhurried)
    lost = make_channel(pacing=unhurried, base_url=f"http://127.0.0.1:{unused_tcp_port}")
    for sender in (channel, channel, lost):
        with pytest.raises((Unknown, Deferred)) as caught:
            await sender.send(MESSAGE)
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
    await channel.send(MESSAGE)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("uvicorn")]
    assert any("/bot***/sendMessage" in text for text in ours)
    assert not any(TOKEN in text for text in ours)


# --- the stand-in -------------------------------------------------------------------------------


@pytest.fixture
async def bot(base_url):
    async with Bot(TOKEN, base_url=f"{base_url}/bot") as bot:
        yield bot


async def test_the_stand_in_speaks_to_a_real_bot_library(bot, telegram):
    assert bot.username == "paperpost_sandbox_bot"
    telegram.say(5, "/start now")
    (update,) = await bot.get_updates(timeout=5)
    assert (update.message.text, update.effective_user.language_code) == ("/start now", "zh-hans")
    assert update.message.parse_entities(["bot_command"]).popitem()[1] == "/start"
    assert await bot.get_updates(offset=update.update_id + 1, timeout=0) == ()
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("暂停", callback_data="pause")]])
    sent = await bot.send_message(5, "你好", reply_markup=keyboard)
    telegram.tap(5, sent.message_id, "pause")
    (update,) = await bot.get_updates()
    assert update.callback_query.data == "pause"
    assert await update.callback_query.answer()
    await update.callback_query.edit_message_text("<i>已暂停</i>", parse_mode="HTML")
    assert [message["text"] for message in telegram.messages(5)] == ["已暂停"]
    assert await bot.set_my_commands([("add", "添加关键词")])
    assert telegram.commands == [{"command": "add", "description": "添加关键词"}]


async def test_the_stand_in_refuses_what_telegram_refuses(bot, telegram):
    sent = await bot.send_message(CHAT, "x")
    with pytest.raises(BadRequest, match="not modified"):
        await sent.edit_text("x")
    with pytest.raises(BadRequest, match="not found"):
        await bot.edit_message_text("y", CHAT, 999)
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await sent.edit_text(
            "z", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("b", callback_data="字" * 22)]])
        )


async def test_the_stand_in_knows_only_its_own_token_and_methods(base_url):
    async with httpx.AsyncClient(base_url=base_url) as client:
        assert (await client.post("/bot1:x/getMe")).status_code == 401
        assert (await client.post(f"/bot{TOKEN}/sendPigeon")).json() == {
            "ok": False,
            "error_code": 404,
            "description": "Not Found",
        }


async def test_somebody_can_play_the_reader_over_http(base_url, bot):
    async with httpx.AsyncClient(base_url=base_url) as client:
        await client.post("/sandbox/chats/5", params={"text": "/help"})
        assert (await bot.get_updates())[0].message.text == "/help"
        await bot.send_message(5, "有什么可以帮您?")
        assert [message["text"] for message in (await client.get("/sandbox/chats/5")).json()] == ["有什么可以帮您?"]


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("a &lt;b&gt; &amp;amp; &nbsp; &#65;", "a <b> &amp; &nbsp; A", []),
        (
            '<a href="https://e.org/?a=1&amp;b=2">x</a>',
            "x",
            [{"offset": 0, "type": "text_link", "url": "https://e.org/?a=1&b=2", "length": 1}],
        ),
        ("<blockquote expandable>q</blockquote>", "q", [{"offset": 0, "type": "expandable_blockquote", "length": 1}]),
        (
            "𝔸<i>b<u>c</u></i>",
            "𝔸bc",
            [{"offset": 2, "type": "italic", "length": 2}, {"offset": 3, "type": "underline", "length": 1}],
        ),
        ('<span class="tg-spoiler">s</span>', "s", [{"offset": 0, "type": "spoiler", "length": 1}]),
    ],
)
def test_html_is_read_as_telegram_reads_it(html, text, entities):
    assert parse_html(html) == (text, entities)


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("字<p>", 'Unsupported start tag "p" at byte offset 3'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a < b", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_with_its_place(html, error):
    with pytest.raises(HtmlError) as caught:
        parse_html(html)
    assert str(caught.value) == error
