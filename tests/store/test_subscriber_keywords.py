"""A subscriber's keywords, on both databases."""

import threading
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event

from digests.store.engine import Store
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
from tests.store.subscriber_steps import NOW, add, code_of, in_threads, join_by_mail

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
