"""A reader's own renderings of terms, on both databases."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import delete

from digests.delivery.codes import build_code
from digests.errors import InputError
from digests.store.engine import Store
from digests.store.tables import confirmations, reader_terms, subscribers
from digests.subscribers.confirmation import ask_code, check_code
from digests.subscribers.membership import forget
from digests.subscribers.readers import active_readers
from digests.subscribers.term_texts import TermWish
from digests.subscribers.terms import (
    MAX_TERMS,
    TermChange,
    change_term,
    count_terms,
    find_shown,
    list_terms,
    remove_term,
    set_term,
)
from digests.summaries.own_terms.term import OwnTerm
from tests.store.subscriber_steps import NOW, SALT, code_of, in_threads, join_by_chat, join_by_mail

ROLLOUT, AGENT = OwnTerm("rollout", "轨迹采样"), OwnTerm("agent", "主体")


def change(store: Store, subscriber_id: int, *texts: str) -> list[TermChange]:
    return [change_term(store, subscriber_id, text, NOW + timedelta(minutes=n)) for n, text in enumerate(texts)]


def test_terms_are_listed_in_the_order_of_adding(store: Store):
    reader = join_by_chat(store)

    changes = change(store, reader.id, "rollout = 轨迹采样", "Agent 主体")

    assert changes == [TermChange(ROLLOUT), TermChange(AGENT)]
    assert list_terms(store, reader.id) == [ROLLOUT, AGENT]
    assert count_terms(store, reader.id) == 2


def test_a_newer_rendering_takes_the_older_ones_place(store: Store):
    reader = join_by_chat(store)

    *_, last = change(store, reader.id, "rollout = 轨迹采样", "agent = 主体", "ROLLOUT = 采样轨迹")

    assert last == TermChange(OwnTerm("rollout", "采样轨迹"), before="轨迹采样")
    assert list_terms(store, reader.id) == [OwnTerm("rollout", "采样轨迹"), AGENT]


@pytest.mark.parametrize("other", ["agents", "Agent", "AGENTS"])
def test_another_name_of_a_term_is_the_same_term(store: Store, other: str):
    reader = join_by_chat(store)

    *_, last = change(store, reader.id, "agent = 主体", "rollout = 轨迹采样", f"{other} = 代理人")

    assert last == TermChange(OwnTerm(other.casefold(), "代理人"), before="主体")
    assert list_terms(store, reader.id) == [last.term, ROLLOUT]
    assert change(store, reader.id, "-agent") == [TermChange(last.term, is_removed=True)]


@pytest.mark.parametrize(("first", "second"), [("llm", "large language models"), ("foobars", "foobar")])
def test_an_acronym_and_a_plural_are_other_names(store: Store, first: str, second: str):
    reader = join_by_chat(store)
    change(store, reader.id, f"{first} = 甲", f"{second} = 乙")
    assert list_terms(store, reader.id) == [OwnTerm(second, "乙")]


@pytest.mark.parametrize("text", ["agent = 智能体", "Agents = 智能體", "large language model = 大语言模型"])
def test_our_own_word_is_not_kept_as_a_readers(store: Store, text: str):
    reader = join_by_chat(store)
    assert code_of(lambda: change(store, reader.id, text)) == "chat.term_ours"
    assert list_terms(store, reader.id) == []


def test_whoever_asks_for_our_word_again_has_none_of_their_own(store: Store):
    reader = join_by_chat(store)
    *_, last = change(store, reader.id, "agent = 主体", "agents = 智能体")
    assert last == TermChange(AGENT, is_removed=True)
    assert list_terms(store, reader.id) == []


@pytest.mark.parametrize("text", ["rollout =", "-Rollout", "-1"])
def test_a_term_is_removed_by_its_name_or_number(store: Store, text: str):
    reader = join_by_chat(store)

    *_, last = change(store, reader.id, "rollout = 轨迹采样", "agent = 主体", text)

    assert last == TermChange(ROLLOUT, is_removed=True)
    assert list_terms(store, reader.id) == [AGENT]


@pytest.mark.parametrize("wanted", ["agent", "2", "0", "9" * 5000, "x" * 5000, "٣"])
def test_what_is_not_there_is_not_removed(store: Store, wanted: str):
    reader = join_by_chat(store)
    change(store, reader.id, "rollout = 轨迹采样")

    assert code_of(lambda: remove_term(store, reader.id, wanted)) == "chat.no_such_term"
    assert list_terms(store, reader.id) == [ROLLOUT]


def test_there_is_room_for_so_many_and_a_held_one_may_still_change(store: Store):
    reader = join_by_chat(store)
    for number in range(MAX_TERMS):
        set_term(store, reader.id, TermWish(f"term {number}", "词"), NOW)

    assert code_of(lambda: change(store, reader.id, "one more = 再一个")) == "chat.too_many_terms"
    assert change(store, reader.id, "term 7 = 换一个")[0].before == "词"
    assert count_terms(store, reader.id) == MAX_TERMS


def test_the_limit_holds_against_two_commands_at_once(store: Store):
    reader = join_by_chat(store)
    for number in range(MAX_TERMS - 1):
        set_term(store, reader.id, TermWish(f"term {number}", "词"), NOW)

    def add(name: str) -> None:
        # One of the two is refused, whichever comes second.
        with suppress(InputError):
            change(store, reader.id, f"{name} = 词")

    in_threads(lambda: add("one"), lambda: add("another"))

    assert count_terms(store, reader.id) == MAX_TERMS


def test_nobody_has_no_terms(store: Store):
    assert code_of(lambda: change(store, 4711, "rollout = 轨迹采样")) == "chat.no_such_subscriber"
    assert list_terms(store, 4711) == []


def test_every_reader_comes_with_their_own_terms(store: Store):
    readers = [join_by_chat(store, chat) for chat in ("1", "2", "3")]
    change(store, readers[0].id, "rollout = 轨迹采样", "agent = 主体")
    change(store, readers[2].id, "agent = 代理人")

    found = {reader.id: reader.terms for reader in active_readers(store)}

    assert found == {readers[0].id: (AGENT, ROLLOUT), readers[1].id: (), readers[2].id: (OwnTerm("agent", "代理人"),)}


@pytest.mark.parametrize(("typed", "shown"), [("軌跡採樣", "軌跡採樣"), ("微调", "微調"), ("主體", "主體")])
def test_what_is_typed_in_traditional_characters_stays_and_the_rest_is_converted(typed: str, shown: str):
    assert find_shown(OwnTerm("rollout", typed), "zh-Hant") == shown
    assert find_shown(OwnTerm("rollout", typed), "zh") == typed


def test_whoever_is_forgotten_leaves_no_terms(store: Store):
    reader = join_by_chat(store)
    change(store, reader.id, "rollout = 轨迹采样")

    forget(store, reader.id, salt=SALT, now=NOW)

    with store.reading() as connection:
        assert connection.execute(reader_terms.select()).all() == []


def test_terms_go_with_their_reader(store: Store):
    reader = join_by_chat(store)
    change(store, reader.id, "rollout = 轨迹采样")

    with store.writing() as connection:
        connection.execute(delete(subscribers).where(subscribers.c.id == reader.id))

    assert list_terms(store, reader.id) == []


def test_when_two_readers_become_one_the_terms_come_together_and_those_of_the_one_who_stays_win(store: Store):
    chat, mail = join_by_chat(store), join_by_mail(store)
    change(store, chat.id, "rollout = 轨迹采样")
    change(store, mail.id, "rollouts = 推演", "agent = 主体")

    ask_code(store, chat.id, "zhang@example.org", now=NOW, salt=SALT)
    with store.reading() as connection:
        row = connection.execute(confirmations.select().order_by(confirmations.c.id.desc())).first()
    proved = check_code(store, chat.id, build_code(row.nonce, row.address, SALT), now=NOW, salt=SALT)

    assert proved.merged
    assert sorted(list_terms(store, chat.id), key=lambda term: term.english) == [AGENT, ROLLOUT]
