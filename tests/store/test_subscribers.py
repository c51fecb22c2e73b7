"""The use cases of bot and command line, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update

from digests.store.engine import Store
from digests.store.tables import deliveries, edition_papers, editions, forgotten, metadata, subscribers, targets
from digests.subscribers.directory import find_by_address, list_chats, list_subscribers
from digests.subscribers.membership import add_address, forget
from digests.subscribers.readers import active_readers, load_reader
from digests.subscribers.subscriber import Subscriber
from tests.store.subscriber_steps import NOW, SALT, add, code_of, in_threads, join_by_chat, join_by_mail


def add_mail(store: Store, subscriber: Subscriber) -> Subscriber:
    return add_address(
        store, subscriber.id, channel="email", address="zhang@Example.org", confirmed=True, now=NOW, salt=SALT
    )


def count_queries(store: Store, action: Callable[[], object]) -> int:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    action()
    event.remove(store.engine, "before_cursor_execute", note)
    return len(statements)


def test_chats_are_those_of_everybody_who_has_one(store):
    join_by_chat(store, "42")
    join_by_mail(store)
    join_by_chat(store, "7")
    assert list_chats(store) == [42, 7]


# --- joining ------------------------------------------------------------------------------------


def test_the_same_address_gives_the_same_subscriber(store: Store):
    first = join_by_mail(store, "zhang@Example.ORG")

    assert join_by_mail(store, " zhang@example.org ", now=NOW + timedelta(days=1), language="en") == first
    assert (first.language, first.timezone, first.scope, first.joined_at) == ("zh", "Asia/Shanghai", None, NOW)
    assert list_subscribers(store) == [first]
    assert join_by_mail(store, "ZHANG@example.org") == first
    assert find_by_address(store, channel="email", address="Zhang@EXAMPLE.org") == first


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


def test_a_second_address_is_given_to_the_same_subscriber_once(store: Store):
    subscriber = join_by_chat(store)

    for _ in range(2):
        both = add_mail(store, subscriber)

    assert [(t.channel, t.address) for t in both.targets] == [("telegram", "42"), ("email", "zhang@example.org")]
    assert find_by_address(store, channel="email", address="zhang@example.org") == both


def test_an_address_of_somebody_else_or_of_the_forgotten_is_not_given(store: Store):
    alice, bob = join_by_chat(store), join_by_mail(store)
    assert code_of(lambda: add_mail(store, alice)) == "chat.address_taken"

    forget(store, bob.id, salt=SALT, now=NOW)
    assert code_of(lambda: add_mail(store, alice)) == "chat.forgotten_address"
    assert alice in list_subscribers(store)


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

    assert code_of(lambda: join_by_mail(store, "Zhang@EXAMPLE.org", confirmed=True)) == "chat.forgotten_address"
    assert count_rows(store) == {"forgotten": 1}


def test_who_asks_again_by_themselves_may_come_back_and_be_forgotten_again(store: Store):
    for _ in range(2):
        forget(store, join_by_chat(store).id, salt=SALT, now=NOW)

    assert join_by_chat(store).targets[0].is_usable
    assert "forgotten" not in count_rows(store)


def test_nobody_can_be_forgotten_who_is_not_there(store: Store):
    assert code_of(lambda: forget(store, 7, salt=SALT, now=NOW)) == "chat.no_such_subscriber"
    assert code_of(lambda: load_reader(store, 7)) == "chat.no_such_subscriber"


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

    assert count_queries(store, lambda: read(store)) == for_one <= 4
    assert len(read(store)) == 20
