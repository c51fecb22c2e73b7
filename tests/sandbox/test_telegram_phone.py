"""Telegram's stand-in as a phone and as the bot see it: edits, taps, menus, blocking, and what a restart keeps."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digests.errors import ConfigError
from sandbox.telegram_chats import Telegram
from sandbox.telegram_content import Refusal

CHAT = 8_001
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
KEYBOARD = {"inline_keyboard": [[{"text": "是", "callback_data": "yes"}, {"text": "网页", "url": "https://arxiv.org"}]]}


@pytest.fixture
def telegram() -> Telegram:
    opened = Telegram(now=lambda: NOON)
    opened.open_chat(CHAT)
    return opened


def send(telegram: Telegram, text: str = "你好", **params):
    return telegram.call("sendMessage", {"chat_id": CHAT, "text": text, "parse_mode": "HTML", **params})


def updates(telegram: Telegram, offset: int = 0, **params):
    return telegram.call("getUpdates", {"offset": offset, "timeout": 0, **params})


def test_a_chat_shows_both_sides_in_the_sandboxs_time(telegram: Telegram):
    telegram.say(CHAT, "/start")
    send(telegram)
    shown = telegram.look(CHAT).messages
    assert [message["text"] for message in shown] == ["/start", "你好"]
    assert {message["date"] for message in shown} == {int(NOON.timestamp())}
    assert [message["text"] for message in telegram.messages(CHAT)] == ["你好"]


def test_an_edit_is_marked_and_another_keyboard_is_not(telegram: Telegram):
    sent = send(telegram, reply_markup=KEYBOARD)
    edit = {"chat_id": CHAT, "message_id": sent["message_id"]}
    telegram.call("editMessageReplyMarkup", edit)
    assert "edit_date" not in telegram.look(CHAT).messages[0]
    telegram.call("editMessageText", {**edit, "text": "<b>改了</b>", "parse_mode": "HTML"})
    (message,) = telegram.look(CHAT).messages
    assert (message["text"], message["edit_date"], "reply_markup" in message) == ("改了", int(NOON.timestamp()), False)


@pytest.mark.parametrize("method", ["editMessageText", "editMessageReplyMarkup"])
def test_an_edit_that_changes_nothing_is_refused(telegram: Telegram, method: str):
    sent = send(telegram, reply_markup=KEYBOARD)
    same = {"chat_id": CHAT, "message_id": sent["message_id"], "text": "你好", "reply_markup": KEYBOARD}
    with pytest.raises(Refusal, match="message is not modified"):
        telegram.call(method, same)


def test_a_bot_edits_its_own_messages_only(telegram: Telegram):
    telegram.say(CHAT, "/start")
    with pytest.raises(Refusal, match="message to edit not found"):
        telegram.call("editMessageText", {"chat_id": CHAT, "message_id": 1, "text": "x"})


def test_a_deleted_message_is_gone(telegram: Telegram):
    sent = send(telegram)
    delete = {"chat_id": CHAT, "message_id": sent["message_id"]}
    assert telegram.call("deleteMessage", delete) is True
    assert telegram.look(CHAT).messages == ()
    with pytest.raises(Refusal, match="message to delete not found"):
        telegram.call("deleteMessage", delete)


def test_a_tap_waits_for_its_answer_and_the_answer_is_a_toast(telegram: Telegram):
    sent = send(telegram, reply_markup=KEYBOARD)
    telegram.tap(CHAT, sent["message_id"], "yes")
    (update,) = updates(telegram)
    query = update["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("yes", sent["message_id"])
    assert telegram.look(CHAT).waiting == ((sent["message_id"], "yes"),)

    answer = {"callback_query_id": query["id"], "text": "好的", "show_alert": "true"}
    telegram.call("answerCallbackQuery", answer)
    view = telegram.look(CHAT)
    assert (view.waiting, view.toast.text, view.toast.is_alert) == ((), "好的", True)
    with pytest.raises(Refusal, match="query is too old"):
        telegram.call("answerCallbackQuery", answer)


def test_nobody_taps_a_button_that_is_not_there(telegram: Telegram):
    sent = send(telegram, reply_markup=KEYBOARD)
    with pytest.raises(Refusal, match="no such button"):
        telegram.tap(CHAT, sent["message_id"], "no")
    assert updates(telegram) == []


@pytest.mark.parametrize(
    ("button", "error"),
    [
        ({"text": "x"}, "Text buttons are unallowed"),
        ({"text": "x", "callback_data": "字" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "url": "javascript:alert(1)"}, "Unsupported URL protocol"),
    ],
)
def test_a_button_that_telegram_refuses_is_refused(telegram: Telegram, button: dict, error: str):
    with pytest.raises(Refusal, match=error):
        send(telegram, reply_markup={"inline_keyboard": [[button]]})
    assert telegram.look(CHAT).messages == ()


def test_a_phone_shows_the_menu_of_its_language(telegram: Telegram):
    everyone, english = ([{"command": "add", "description": words}] for words in ("添加", "Add"))
    scope = {"type": "all_private_chats"}
    telegram.call("setMyCommands", {"commands": everyone, "scope": scope})
    telegram.call("setMyCommands", {"commands": english, "scope": scope, "language_code": "en"})
    telegram.call("setMyCommands", {"commands": []})
    assert telegram.look(CHAT).menu == everyone
    telegram.set_language(CHAT, "en")
    assert telegram.look(CHAT).menu == english
    telegram.call("deleteMyCommands", {"scope": scope, "language_code": "en"})
    assert telegram.look(CHAT).menu == everyone


def test_the_language_of_the_phone_goes_with_every_update(telegram: Telegram):
    telegram.set_language(CHAT, "zh-hant")
    telegram.say(CHAT, "/start")
    assert updates(telegram)[0]["message"]["from"]["language_code"] == "zh-hant"


def test_a_blocked_bot_is_refused_until_it_is_unblocked_and_hears_of_both(telegram: Telegram):
    telegram.set_blocked(CHAT, is_blocked=True)
    with pytest.raises(Refusal, match="blocked by the user"):
        send(telegram)
    telegram.set_blocked(CHAT, is_blocked=False)
    send(telegram)
    changes = [update["my_chat_member"]["new_chat_member"]["status"] for update in updates(telegram)]
    assert changes == ["kicked", "member"]


def test_a_bot_gets_only_the_updates_that_it_asked_for(telegram: Telegram):
    updates(telegram, allowed_updates=["message"])
    telegram.set_blocked(CHAT, is_blocked=True)
    telegram.set_blocked(CHAT, is_blocked=False)
    telegram.say(CHAT, "/start")
    assert [[*update][1] for update in updates(telegram)] == ["message"]


def test_every_change_that_can_be_seen_has_a_newer_version(telegram: Telegram):
    sent = send(telegram, reply_markup=KEYBOARD)
    seen = telegram.look(CHAT).version
    assert telegram.look(CHAT).versions == {sent["message_id"]: seen}
    other = send(telegram)
    assert telegram.look(CHAT).versions == {sent["message_id"]: seen, other["message_id"]: seen + 1}
    telegram.tap(CHAT, sent["message_id"], "yes")
    assert telegram.look(CHAT).version == seen + 2


def test_a_restart_forgets_nothing_that_was_received_or_typed(tmp_path: Path):
    archive = tmp_path / "sandbox" / "chats.json"
    telegram = Telegram(now=lambda: NOON, archive=archive)
    telegram.say(CHAT, "/start", language_code="en")
    telegram.say(CHAT, "/list")
    updates(telegram, offset=2)
    sent = send(telegram, reply_markup=KEYBOARD)
    telegram.call("setMyCommands", {"commands": [{"command": "add", "description": "Add"}]})

    again = Telegram(now=lambda: NOON, archive=archive)
    view = again.look(CHAT)
    assert [message["text"] for message in view.messages] == ["/start", "/list", "你好"]
    assert (view.language_code, [command["command"] for command in view.menu]) == ("en", ["add"])
    # The bot had confirmed the first one.
    assert [update["message"]["text"] for update in updates(again)] == ["/list"]
    assert send(again)["message_id"] == sent["message_id"] + 1
    assert [path.name for path in archive.parent.iterdir()] == ["chats.json"]


def test_a_file_that_holds_no_chats_is_refused(tmp_path: Path):
    archive = tmp_path / "chats.json"
    archive.write_text('{"chats": 7}')
    with pytest.raises(ConfigError, match="begin anew"):
        Telegram(archive=archive)
