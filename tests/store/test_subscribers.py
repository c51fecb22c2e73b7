"""The use cases of bot and command line, on both databases."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update

from digests.errors import InputError
from digests.keywords.language import parse
from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Source
from digests.papers.shelf import store_announcement
from digests.phrases import load_phrases
from digests.store.engine import Store
from digests.store.tables import deliveries, edition_papers, editions, forgotten, metadata, subscribers, targets
from digests.subscribers.backtest import Backtest, Example, backtest
from digests.subscribers.directory import find_by_address, list_subscribers, load_subscriber
from digests.subscribers.keywords import (
    Added,
    AlreadyHeld,
    NoRoom,
    Refused,
    TooWide,
    add_keywords,
    list_keywords,
    remove_keyword,
)
from digests.subscribers.membership import forget, join
from digests.subscribers.readers import active_readers, load_reader
from digests.subscribers.subscriber import Subscriber
from tests.builders import make_paper

NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
SALT = b"a secret key"


def join_by_mail(store: Store, address: str = "zhang@example.org", **changes: Any) -> Subscriber:
    given: dict[str, Any] = {"confirmed": True, "now": NOW, "salt": SALT}
    return join(store, channel="email", address=address, **given | changes)


def join_by_chat(store: Store, chat: str = "42", **changes: Any) -> Subscriber:
    given: dict[str, Any] = {"confirmed": True, "now": NOW, "salt": SALT, "asked_again": True}
    return join(store, channel="telegram", address=chat, **given | changes)


def add(store: Store, subscriber: Subscriber, text: str, *, now: datetime = NOW, most: int = 50) -> list[Any]:
    return list(add_keywords(store, subscriber.id, text, now, most).outcomes)


def code_of(action: Callable[[], object]) -> str:
    """The code of the InputError that `action` raises; its sentence must exist in both languages."""
    with pytest.raises(InputError) as raised:
        action()
    for language in ("zh", "en"):
        assert load_phrases(language)(raised.value.code, **raised.value.fields)
    return raised.value.code


def in_threads(*actions: Callable[[], object]) -> None:
    barrier = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> None:
        barrier.wait()
        action()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def count_queries(store: Store, action: Callable[[], object]) -> int:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    action()
    event.remove(store.engine, "before_cursor_execute", note)
    return len(statements)


# --- joining ------------------------------------------------------------------------------------


def test_the_same_address_gives_the_same_subscriber(store: Store):
    first = join_by_mail(store, "zhang@Example.ORG")

    assert join_by_mail(store, " zhang@example.org ", now=NOW + timedelta(days=1), language="en") == first
    assert (first.language, first.timezone, first.scope, first.joined_at) == ("zh", "Asia/Shanghai", None, NOW)
    assert list_subscribers(store) == [first]
    assert find_by_address(store, channel="email", address="zhang@EXAMPLE.org") == first


def test_two_who_join_with_one_address_at_the_same_moment_are_one(store: Store):
    in_threads(*[lambda: join_by_chat(store)] * 6)

    assert len(list_subscribers(store)) == 1


def test_an_address_is_confirmed_once_and_stays_so(store: Store):
    assert join_by_mail(store, confirmed=False).targets[0].confirmed_at is None
    assert join_by_mail(store, confirmed=True).targets[0].confirmed_at == NOW
    assert join_by_mail(store, confirmed=False, now=NOW + timedelta(days=1)).targets[0].confirmed_at == NOW


def test_joining_again_revives_an_address_that_had_gone(store: Store):
    join_by_chat(store)
    with store.writing() as connection:
        connection.execute(update(targets).values(gone_at=NOW, gone_reason="blocked"))

    (target,) = join_by_chat(store).targets

    assert (target.is_usable, target.gone_reason) == (True, "")


@pytest.mark.parametrize(
    "address", ["", "zhang", "zhang@", "@example.org", "a b@example.org", "a@b", "a@example.org\nBcc: b@example.org"]
)
def test_what_is_no_mail_address_is_refused(store: Store, address: str):
    assert code_of(lambda: join_by_mail(store, address)) == "chat.bad_mail_address"
    assert list_subscribers(store) == []


@pytest.mark.parametrize("address", ["", "0", "alice", "1.5", "9" * 5000, "+4"])
def test_what_is_no_chat_id_is_refused(store: Store, address: str):
    assert code_of(lambda: join_by_chat(store, address)) == "chat.bad_telegram_id"


def test_an_unknown_channel_is_refused(store: Store):
    assert code_of(lambda: find_by_address(store, channel="fax", address="1")) == "chat.bad_channel"


# --- leaving ------------------------------------------------------------------------------------


def send_something(store: Store, subscriber: Subscriber) -> None:
    edition = {"subscriber_id": subscriber.id, "slot": "daily:2026-04-21", "announced_on": date(2026, 4, 21)}
    with store.writing() as connection:
        row = insert(editions).values(**edition, digest={}, composed_at=NOW)
        (edition_id,) = connection.execute(row).inserted_primary_key
        paper = {"edition_id": edition_id, "paper_id": "2604.00001", "subscriber_id": subscriber.id}
        connection.execute(insert(edition_papers).values(paper))
        delivery = {"edition_id": edition_id, "target_id": subscriber.targets[0].id, "part": 1, "channel": "email"}
        connection.execute(insert(deliveries).values(**delivery, state="sent", planned_at=NOW))


def count_rows(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        counts = {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in metadata.sorted_tables}
    return {name: count for name, count in counts.items() if count}


def test_forget_leaves_nothing_but_a_hash(store: Store):
    subscriber = join_by_mail(store)
    add(store, subscriber, "RLHF, world model")
    send_something(store, subscriber)

    forget(store, subscriber.id, salt=SALT, now=NOW)

    assert count_rows(store) == {"forgotten": 1}
    with store.reading() as connection:
        assert "zhang" not in str(connection.execute(select(forgotten)).one())


def test_forget_touches_nobody_else(store: Store):
    alice, bob = join_by_mail(store, "alice@example.org"), join_by_mail(store, "bob@example.org")
    for subscriber in (alice, bob):
        add(store, subscriber, "RLHF")
        send_something(store, subscriber)

    forget(store, alice.id, salt=SALT, now=NOW)

    tables = ["forgotten", "subscribers", "targets", "subscriptions", "editions", "edition_papers", "deliveries"]
    assert count_rows(store) == dict.fromkeys(tables, 1)


def test_a_forgotten_mail_address_is_not_joined_again_however_confirmed(store: Store):
    forget(store, join_by_mail(store).id, salt=SALT, now=NOW)

    assert code_of(lambda: join_by_mail(store, "zhang@EXAMPLE.org", confirmed=True)) == "chat.forgotten_address"
    assert count_rows(store) == {"forgotten": 1}


def test_who_asks_again_by_themselves_may_come_back_and_be_forgotten_again(store: Store):
    for _ in range(2):
        forget(store, join_by_chat(store).id, salt=SALT, now=NOW)

    assert join_by_chat(store).targets[0].is_usable
    assert "forgotten" not in count_rows(store)


def test_nobody_can_be_forgotten_who_is_not_there(store: Store):
    assert code_of(lambda: forget(store, 7, salt=SALT, now=NOW)) == "chat.no_such_subscriber"
    assert code_of(lambda: load_subscriber(store, 7)) == "chat.no_such_subscriber"
    assert code_of(lambda: load_reader(store, 7)) == "chat.no_such_subscriber"


# --- keywords -----------------------------------------------------------------------------------


def test_good_keywords_are_added_and_each_other_one_is_answered(store: Store):
    subscriber = join_by_mail(store)

    good, same, bad = add(store, subscriber, "World Models, world model, (GRPO")

    assert isinstance(good, Added)
    assert good.keyword.typed == "World Models"
    assert isinstance(bad, Refused)
    assert bad.error.query == "(GRPO"
    assert same == AlreadyHeld("world model", good.keyword)
    assert list_keywords(store, subscriber.id) == [good.keyword]


def test_keywords_stand_in_the_order_of_adding(store: Store):
    subscriber = join_by_mail(store)
    add(store, subscriber, "zebra, apple")
    add(store, subscriber, "mango")

    assert [keyword.typed for keyword in list_keywords(store, subscriber.id)] == ["zebra", "apple", "mango"]


def test_more_than_an_archive_is_taken_only_from_who_means_it(store: Store):
    subscriber = join_by_mail(store)
    wide = "cat:cs OR cat:math"

    assert add(store, subscriber, f"{wide}, cat:cs, ({wide}) AND RLHF")[0] == TooWide(wide)
    assert [keyword.typed for keyword in list_keywords(store, subscriber.id)] == ["cat:cs", f"({wide}) AND RLHF"]

    result = add_keywords(store, subscriber.id, wide, NOW, 50, takes_wide=True)
    assert [type(outcome) for outcome in result.outcomes] == [Added]


def test_a_full_list_takes_no_more(store: Store):
    subscriber = join_by_mail(store)

    assert [type(outcome) for outcome in add(store, subscriber, "apple, mango", most=2)] == [Added, Added]
    assert add(store, subscriber, "zebra", most=2) == [NoRoom("zebra")]
    assert [type(outcome) for outcome in add(store, subscriber, "apple", most=2)] == [AlreadyHeld]


def test_two_commands_at_the_same_moment_keep_the_limit(store: Store):
    subscriber = join_by_mail(store)
    both_have_counted = threading.Barrier(2)

    def wait_for_the_other(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO subscriptions"):
            with suppress(threading.BrokenBarrierError):
                # It never comes while it waits for us, as it should.
                both_have_counted.wait(timeout=0.5)

    event.listen(store.engine, "before_cursor_execute", wait_for_the_other)
    in_threads(lambda: add(store, subscriber, "apple", most=1), lambda: add(store, subscriber, "mango", most=1))

    assert len(list_keywords(store, subscriber.id)) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "chat.add_what"),
        (" ,，\n", "chat.add_what"),
        ("x" * 1_000_000, "chat.too_much_text"),
        ("a1, b2, c3, d4", "chat.too_many_at_once"),
    ],
)
def test_a_text_that_is_no_list_of_keywords_is_refused_as_a_whole(store: Store, text: str, code: str):
    subscriber = join_by_mail(store)

    assert code_of(lambda: add(store, subscriber, text, most=3)) == code
    assert list_keywords(store, subscriber.id) == []


def test_keywords_need_a_subscriber(store: Store):
    assert code_of(lambda: add_keywords(store, 7, "RLHF", NOW, 50)) == "chat.no_such_subscriber"
    assert code_of(lambda: remove_keyword(store, 7, "RLHF")) == "chat.no_such_subscriber"


def test_characters_that_no_database_takes_become_blanks(store: Store):
    (added,) = add(store, join_by_mail(store), "world\x00model\ud800")

    assert added.keyword.typed.split() == ["world", "model"]


@pytest.mark.parametrize("wanted", ["2", " #2", "２", "2.", "World  Models", "world model"])
def test_a_keyword_is_removed_by_its_number_or_by_what_it_means(store: Store, wanted: str):
    subscriber = join_by_mail(store)
    add(store, subscriber, "apple, world model, zebra")

    assert remove_keyword(store, subscriber.id, wanted).typed == "world model"
    assert [keyword.typed for keyword in list_keywords(store, subscriber.id)] == ["apple", "zebra"]


def test_a_keyword_that_is_a_number_can_be_removed_by_its_text(store: Store):
    subscriber = join_by_mail(store)
    add(store, subscriber, "2048")

    assert remove_keyword(store, subscriber.id, "2048").typed == "2048"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("", "chat.remove_what"),
        ("0", "chat.no_such_number"),
        ("2", "chat.no_such_number"),
        ("mango", "chat.no_such_keyword"),
        ("(", "chat.no_such_keyword"),
        ("9" * 5000, "chat.no_such_keyword"),
    ],
)
def test_what_is_not_in_the_list_cannot_be_removed(store: Store, wanted: str, code: str):
    subscriber = join_by_mail(store)
    add(store, subscriber, "apple")

    assert code_of(lambda: remove_keyword(store, subscriber.id, wanted)) == code
    assert len(list_keywords(store, subscriber.id)) == 1


def test_nothing_can_be_removed_from_an_empty_list(store: Store):
    subscriber = join_by_mail(store)

    assert code_of(lambda: remove_keyword(store, subscriber.id, "1")) == "chat.no_keywords"


# --- readers ------------------------------------------------------------------------------------


def test_a_reader_has_keywords_in_order_and_usable_targets_only(store: Store):
    subscriber = join_by_mail(store)
    add(store, subscriber, "zebra, apple")
    with store.writing() as connection:
        row = {"subscriber_id": subscriber.id, "channel": "telegram"}
        connection.execute(insert(targets).values(row | {"address": "1", "confirmed_at": NOW, "gone_at": NOW}))
        connection.execute(insert(targets).values(row | {"address": "2"}))
        connection.execute(update(subscribers).values(scope=["cs", "stat.ML"]))

    (reader,) = active_readers(store)

    assert [keyword.typed for keyword in reader.keywords] == ["zebra", "apple"]
    assert reader.targets == subscriber.targets
    assert (reader.id, reader.language, reader.scope) == (subscriber.id, "zh", ("cs", "stat.ML"))


def test_who_is_paused_or_cannot_be_reached_is_no_active_reader(store: Store):
    paused = join_by_mail(store, "paused@example.org")
    join_by_mail(store, "unconfirmed@example.org", confirmed=False)
    with store.writing() as connection:
        connection.execute(update(subscribers).where(subscribers.c.id == paused.id).values(paused_at=NOW))

    assert active_readers(store) == []
    assert load_reader(store, paused.id).targets == paused.targets


@pytest.mark.parametrize("read", [active_readers, list_subscribers])
def test_as_many_queries_for_one_as_for_many(store: Store, read: Callable[[Store], list[Any]]):
    def join_some(start: int, stop: int) -> None:
        for number in range(start, stop):
            add(store, join_by_chat(store, str(number)), "RLHF, world model")

    join_some(1, 2)
    for_one = count_queries(store, lambda: read(store))
    join_some(2, 21)

    assert count_queries(store, lambda: read(store)) == for_one <= 3
    assert len(read(store)) == 20


# --- backtest -----------------------------------------------------------------------------------


def announce(store: Store, on: date, kind: Kind, *titles_by_id: tuple[str, str]) -> None:
    entries = [Announced(make_paper(id=ArxivId(paper_id), title=title), kind) for paper_id, title in titles_by_id]
    said = Announcement(source=Source.RSS, scope=f"{kind}", announced_on=on, entries=tuple(entries))
    store_announcement(store, said, lambda: NOW)


def test_a_backtest_counts_what_was_news_in_the_window(store: Store):
    announce(store, date(2026, 3, 1), Kind.NEW, ("2602.00001", "A world model of long ago"))
    announce(store, date(2026, 4, 20), Kind.NEW, ("2604.00001", "World models"), ("2604.00002", "Cats"))
    announce(store, date(2026, 4, 21), Kind.NEW, ("2604.00003", "One world model"), ("2604.00005", "A world model"))
    announce(store, date(2026, 4, 21), Kind.CROSS, ("2604.00001", "World models"), ("2604.00004", "My world model"))
    announce(store, date(2026, 4, 21), Kind.REPLACE, ("2501.00009", "An old world model"))

    assert backtest(store, parse("world model"), NOW) == Backtest(
        count=4,
        days_with_papers=2,
        examples=(
            Example(ArxivId("2604.00005"), "A world model"),
            Example(ArxivId("2604.00004"), "My world model"),
            Example(ArxivId("2604.00003"), "One world model"),
        ),
    )


def test_a_backtest_on_nothing_says_that_there_was_nothing(store: Store):
    assert backtest(store, parse("world model"), NOW) == Backtest(count=0, days_with_papers=0)
