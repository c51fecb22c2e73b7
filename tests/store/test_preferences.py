"""What a reader changes about their digests, on both databases."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from digests.clock import announced_at
from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Source
from digests.papers.shelf import store_announcement
from digests.store.engine import Store
from digests.store.tables import subscribers, targets
from digests.subscribers.directory import find_by_address
from digests.subscribers.keywords import remove_keyword
from digests.subscribers.membership import add_address
from digests.subscribers.preferences import (
    pause,
    resume,
    set_channels,
    set_hour,
    set_language,
    set_scope,
    set_timezone,
    set_weekdays,
)
from digests.subscribers.readers import active_readers, load_reader
from digests.subscribers.schedule import Schedule
from digests.subscribers.subscriber import Subscriber
from tests.builders import make_paper
from tests.store.subscriber_steps import NOW, SALT, add, code_of, join_by_chat, join_by_mail

MONDAY, TUESDAY = date(2026, 4, 20), date(2026, 4, 21)
LATER = NOW + timedelta(days=3)


def announce(store: Store, on: date) -> None:
    entries = (Announced(make_paper(id=ArxivId(f"26{on:%m.%d}001")), Kind.NEW),)
    said = Announcement(source=Source.LISTING, scope="cs", announced_on=on, entries=entries)
    store_announcement(store, said, lambda: NOW)


def change(store: Store, subscriber: Subscriber, **values: Any) -> None:
    with store.writing() as connection:
        connection.execute(update(subscribers).where(subscribers.c.id == subscriber.id).values(values))


def again(store: Store, subscriber: Subscriber) -> Subscriber:
    found = find_by_address(store, channel=subscriber.targets[0].channel, address=subscriber.targets[0].address)
    assert found is not None
    return found


def join_with_both(store: Store) -> Subscriber:
    joined = join_by_chat(store)
    return add_address(
        store, joined.id, channel="email", address="zhang@example.org", confirmed=True, now=NOW, salt=SALT
    )


def wanted(subscriber: Subscriber) -> list[str]:
    return [target.channel for target in subscriber.targets if target.is_wanted]


# --- settings -----------------------------------------------------------------------------------


def test_settings_are_kept_and_forget_when_the_next_digest_is_due(store: Store):
    reader = join_by_chat(store)
    steps = [
        (set_hour, "晚上8点半", {"send_at": time(20, 30)}),
        (set_hour, "asap", {"send_at": None}),
        (set_weekdays, "周一到周五", {"weekdays": (1, 2, 3, 4, 5)}),
        (set_weekdays, "每天", {"weekdays": None}),
        (set_timezone, "Boston", {"timezone": "America/New_York"}),
    ]
    for setting, text, values in steps:
        change(store, reader, next_due=LATER)
        changed = setting(store, reader.id, text)
        assert {name: getattr(changed, name) for name in values} == values
        assert changed.next_due is None
        assert again(store, reader) == changed


def test_what_and_in_which_language_does_not_change_when(store: Store):
    reader = join_by_chat(store)
    change(store, reader, next_due=LATER)

    assert set_scope(store, reader.id, "CS stat.ml").scope == ("cs", "stat.ML")
    assert set_scope(store, reader.id, "全部").scope is None
    assert set_language(store, reader.id, "繁體").language == "zh-Hant"
    assert again(store, reader).next_due == LATER


@pytest.mark.parametrize(
    ("setting", "text", "code"),
    [
        (set_hour, "25:00", "chat.bad_hour"),
        (set_weekdays, "someday", "chat.bad_weekdays"),
        (set_timezone, "Cambridge", "chat.ambiguous_timezone"),
        (set_scope, "cs.XYZW", "chat.bad_scope"),
        (set_language, "", "chat.no_language"),
    ],
)
def test_what_is_refused_changes_nothing(store: Store, setting, text, code):
    reader = join_by_chat(store)

    assert code_of(lambda: setting(store, reader.id, text)) == code
    assert again(store, reader) == reader


@pytest.mark.parametrize(
    ("setting", "text"),
    [(set_hour, "8"), (set_weekdays, "mon"), (set_timezone, "UTC"), (set_scope, "cs"), (set_language, "en")],
)
def test_settings_need_a_subscriber(store: Store, setting, text):
    assert code_of(lambda: setting(store, 7, text)) == "chat.no_such_subscriber"


# --- channels -----------------------------------------------------------------------------------


def test_a_channel_that_is_not_wanted_is_silent_and_comes_back(store: Store):
    reader = join_with_both(store)

    only_mail = set_channels(store, reader.id, "mail", NOW)
    assert wanted(only_mail) == ["email"]
    assert only_mail.targets[0].muted_at == NOW
    assert [t.channel for t in load_reader(store, reader.id).targets] == ["email"]
    # Said again later: it has been silent since then.
    assert set_channels(store, reader.id, "邮件", LATER).targets[0].muted_at == NOW

    assert wanted(set_channels(store, reader.id, "聊天", NOW)) == ["telegram"]
    assert wanted(set_channels(store, reader.id, "both", NOW)) == ["telegram", "email"]
    assert [t.channel for t in load_reader(store, reader.id).targets] == ["telegram", "email"]


def test_mail_needs_a_confirmed_address_and_a_chat_a_chat(store: Store):
    chat = join_by_chat(store)
    assert code_of(lambda: set_channels(store, chat.id, "mail", NOW)) == "chat.no_mail_address"
    assert code_of(lambda: set_channels(store, chat.id, "both", NOW)) == "chat.no_mail_address"

    with store.writing() as connection:
        row = {"subscriber_id": chat.id, "channel": "email", "address": "zhang@example.org"}
        connection.execute(insert(targets).values(row))
    assert code_of(lambda: set_channels(store, chat.id, "mail", NOW)) == "chat.no_mail_address"
    assert wanted(again(store, chat)) == ["telegram"]

    mail = join_by_mail(store, "li@example.org")
    assert code_of(lambda: set_channels(store, mail.id, "telegram", NOW)) == "chat.no_chat"
    assert wanted(again(store, mail)) == ["email"]


def test_an_address_that_is_gone_is_not_all_that_is_left(store: Store):
    reader = join_with_both(store)
    with store.writing() as connection:
        connection.execute(update(targets).where(targets.c.channel == "email").values(gone_at=NOW))

    assert code_of(lambda: set_channels(store, reader.id, "mail", NOW)) == "chat.no_mail_address"
    assert wanted(again(store, reader)) == ["telegram"]


# --- beginning, pausing -------------------------------------------------------------------------


def test_who_joins_begins_with_the_next_batch(store: Store):
    assert join_by_chat(store).served_on is None
    announce(store, MONDAY)
    announce(store, TUESDAY)

    assert join_by_mail(store).served_on == TUESDAY
    # Joining again is no beginning.
    assert join_by_chat(store).served_on is None


def test_the_first_keyword_of_an_empty_list_is_a_beginning_and_the_second_is_none(store: Store):
    reader = join_by_chat(store)
    announce(store, MONDAY)
    change(store, reader, next_due=LATER)

    add(store, reader, "(((")
    assert (again(store, reader).served_on, again(store, reader).next_due) == (None, LATER)
    add(store, reader, "RLHF")
    assert (again(store, reader).served_on, again(store, reader).next_due) == (MONDAY, None)

    announce(store, TUESDAY)
    change(store, reader, next_due=LATER)
    add(store, reader, "world model")
    # And what is being composed is composed again.
    assert (again(store, reader).served_on, again(store, reader).next_due) == (MONDAY, None)

    for _ in range(2):
        remove_keyword(store, reader.id, "1")
    add(store, reader, "GRPO")
    assert again(store, reader).served_on == TUESDAY


def test_a_pause_leaves_out_what_was_announced_meanwhile(store: Store):
    reader = join_by_chat(store)
    announce(store, MONDAY)

    early = announced_at(TUESDAY) - timedelta(hours=1)
    assert pause(store, reader.id, early).paused_at == early
    assert pause(store, reader.id, LATER).paused_at == early
    assert active_readers(store) == []

    announce(store, TUESDAY)
    change(store, reader, next_due=LATER)
    resumed = resume(store, reader.id)
    assert (resumed.paused_at, resumed.served_on, resumed.next_due) == (None, TUESDAY, None)


def test_resuming_without_a_pause_skips_nothing(store: Store):
    reader = join_by_chat(store)
    announce(store, MONDAY)

    assert resume(store, reader.id) == reader
    assert code_of(lambda: resume(store, 99)) == "chat.no_such_subscriber"
    assert code_of(lambda: pause(store, 99, NOW)) == "chat.no_such_subscriber"


def test_a_reader_knows_their_schedule(store: Store):
    announce(store, MONDAY)
    reader = join_by_chat(store)
    set_hour(store, reader.id, "9:30")
    set_weekdays(store, reader.id, "mon,fri")
    set_timezone(store, reader.id, "Zürich")

    loaded = load_reader(store, reader.id)
    assert loaded.schedule == Schedule("Europe/Zurich", time(9, 30), (1, 5))
    assert loaded.served_on == MONDAY


def test_weekdays_are_numbers_in_the_database(store: Store):
    reader = join_by_chat(store)
    set_weekdays(store, reader.id, "weekend")
    with store.reading() as connection:
        assert connection.execute(select(subscribers.c.weekdays)).scalar_one() == [6, 7]
    assert set_weekdays(store, reader.id, "all").weekdays is None
