"""A code goes to a mail address and comes back through the chat, on both databases."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update

from digests.delivery.codes import build_code
from digests.errors import InputError
from digests.store.engine import Store
from digests.store.tables import confirmations, forgotten, targets
from digests.subscribers.confirmation import Proved, ask_code, check_code, is_open_code
from digests.subscribers.membership import forget
from digests.subscribers.subscriber import Subscriber
from tests.store.subscriber_steps import NOW, SALT, code_of, in_threads, join_by_chat, join_by_mail

MINE = "zhang@example.org"
MINUTE = timedelta(minutes=1)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def ask(store: Store, subscriber: Subscriber, address: str = MINE, now: datetime = NOW) -> str:
    return ask_code(store, subscriber.id, address, now=now, salt=SALT)


def check(store: Store, subscriber: Subscriber, text: str, now: datetime = NOW) -> Proved:
    return check_code(store, subscriber.id, text, now=now, salt=SALT)


def newest(store: Store) -> Any:
    with store.reading() as connection:
        return connection.execute(select(confirmations).order_by(confirmations.c.id.desc())).first()


def right_code(store: Store) -> str:
    row = newest(store)
    return build_code(row.nonce, row.address, SALT)


def wrong_code(store: Store) -> str:
    return f"{(int(right_code(store)) + 1) % 1_000_000:06}"


def count(store: Store, table=confirmations) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


# --- the way it goes well -----------------------------------------------------------------------


def test_the_right_code_makes_the_address_theirs(store: Store):
    reader = join_by_chat(store)

    assert ask(store, reader, " zhang@Example.ORG ") == MINE
    assert (newest(store).state, newest(store).expires_at) == ("planned", NOW + 30 * MINUTE)
    proved = check(store, reader, right_code(store), NOW + MINUTE)

    mail = proved.subscriber.targets[1]
    assert (proved.address, proved.merged) == (MINE, False)
    assert (mail.address, mail.confirmed_at, mail.is_wanted) == (MINE, NOW + MINUTE, True)
    assert count(store) == 0


def test_a_code_may_be_typed_with_blanks_and_full_width(store: Store):
    for number, write in enumerate((lambda code: f" {code[:3]} {code[3:]}\n", lambda code: code.translate(WIDE))):
        reader = join_by_chat(store, str(number + 1))
        ask(store, reader, f"a{number}@example.org")
        assert check(store, reader, write(right_code(store))).address == f"a{number}@example.org"


def test_an_address_that_had_gone_or_was_silent_is_wanted_again(store: Store):
    reader = join_by_mail(store)
    with store.writing() as connection:
        connection.execute(update(targets).values(gone_at=NOW, gone_reason="550", muted_at=NOW))

    ask(store, reader)
    (mail,) = check(store, reader, right_code(store)).subscriber.targets
    assert (mail.is_wanted, mail.gone_reason) == (True, "")


# --- wrong codes --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "12345", "1234567", "abcdef", "x" * 100_000, "١٢٣٤٥٦", "12345\0"])
def test_what_is_no_code_costs_no_try(store: Store, text: str):
    reader = join_by_chat(store)
    ask(store, reader)

    assert code_of(lambda: check(store, reader, text)) == "chat.bad_code"
    assert newest(store).tries == 0


def test_after_five_wrong_tries_the_right_code_comes_too_late(store: Store):
    reader = join_by_chat(store)
    ask(store, reader)

    left = []
    for _ in range(4):
        with pytest.raises(InputError) as raised:
            check(store, reader, wrong_code(store))
        assert raised.value.code == "chat.wrong_code"
        left.append(raised.value.fields["tries_left"])
    assert left == [4, 3, 2, 1]
    assert code_of(lambda: check(store, reader, wrong_code(store))) == "chat.code_used_up"
    assert code_of(lambda: check(store, reader, right_code(store))) == "chat.code_used_up"
    assert len(join_by_chat(store).targets) == 1


def test_tries_at_the_same_moment_are_counted_one_by_one(store: Store):
    reader = join_by_chat(store)
    ask(store, reader)
    wrong = wrong_code(store)

    def guess() -> None:
        with suppress(InputError):
            check(store, reader, wrong)

    in_threads(*[guess] * 4)
    assert newest(store).tries == 4


def test_a_code_expires_and_none_is_there_before_it_is_asked_for(store: Store):
    reader = join_by_chat(store)
    assert code_of(lambda: check(store, reader, "123456")) == "chat.no_code"

    ask(store, reader)
    assert code_of(lambda: check(store, reader, right_code(store), NOW + 30 * MINUTE)) == "chat.code_expired"
    assert code_of(lambda: check(store, join_by_chat(store, "43"), right_code(store))) == "chat.no_code"


def test_only_the_newest_code_counts(store: Store):
    reader = join_by_chat(store)
    ask(store, reader, "old@example.org")
    old = right_code(store)
    ask(store, reader)
    assert old != right_code(store)

    assert code_of(lambda: check(store, reader, old)) == "chat.wrong_code"
    with store.reading() as connection:
        states = list(connection.execute(select(confirmations.c.state).order_by(confirmations.c.id)).scalars())
    # The older one is not even sent.
    assert states == ["failed", "planned"]
    assert check(store, reader, right_code(store)).address == MINE


def test_a_code_depends_on_everything_that_makes_it():
    codes = {build_code(nonce, address, salt) for nonce in "ab" for address in "cd" for salt in (b"e", b"f")}
    assert len(codes) == 8
    assert all(len(code) == 6 and code.isdecimal() for code in codes)


# --- limits -------------------------------------------------------------------------------------


def test_three_codes_an_hour_and_it_says_when_the_next_one_is_possible(store: Store):
    reader = join_by_chat(store)
    for minute in range(3):
        ask(store, reader, f"a{minute}@example.org", NOW + minute * MINUTE)

    with pytest.raises(InputError) as raised:
        ask(store, reader, now=NOW + 10 * MINUTE)
    # 08:00 UTC and an hour is 17:00 in Beijing; the minute is rounded up.
    assert f"{raised.value.fields['free_at']:%Y-%m-%d %H:%M}" == "2026-04-21 17:01"
    assert code_of(lambda: ask(store, reader, now=NOW + 59 * MINUTE)) == "chat.too_many_codes"
    assert ask(store, reader, now=NOW + 61 * MINUTE) == MINE


def test_proving_an_address_of_one_s_own_opens_no_stranger_s_mailbox_again(store: Store):
    reader = join_by_chat(store)
    for number in range(3):
        ask(store, reader, "stranger@example.org", NOW + number * 90 * MINUTE)
    later = NOW + 4 * 90 * MINUTE
    ask(store, reader, now=later)

    check(store, reader, right_code(store), later)

    assert code_of(lambda: ask(store, reader, "stranger@example.org", later)) == "chat.too_many_codes_there"


def test_a_success_closes_every_code_of_theirs(store: Store):
    reader = join_by_chat(store)
    ask(store, reader, "old@example.org")
    old = right_code(store)
    ask(store, reader)
    assert is_open_code(store, reader.id, "12 34 56", NOW)
    assert not is_open_code(store, reader.id, "12345", NOW)
    assert not is_open_code(store, reader.id, "123456", NOW + 30 * MINUTE)

    check(store, reader, right_code(store))

    assert not is_open_code(store, reader.id, old, NOW)
    assert code_of(lambda: check(store, reader, old)) == "chat.code_expired"


def test_ten_codes_a_day(store: Store):
    reader = join_by_chat(store)
    for number in range(10):
        ask(store, reader, f"a{number}@example.org", NOW + number * 30 * MINUTE)

    assert code_of(lambda: ask(store, reader, now=NOW + timedelta(hours=12))) == "chat.too_many_codes"
    assert ask(store, reader, now=NOW + timedelta(hours=24, minutes=1)) == MINE
    # What is older than a day is of no use any more.
    assert count(store) == 10


def test_three_codes_a_day_to_one_address_whoever_asks(store: Store):
    for chat in ("1", "2", "3"):
        ask(store, join_by_chat(store, chat))

    reader = join_by_chat(store, "4")
    assert code_of(lambda: ask(store, reader, MINE.upper())) == "chat.too_many_codes_there"
    assert ask(store, reader, "another@example.org") == "another@example.org"
    assert ask(store, reader, now=NOW + timedelta(hours=24, minutes=1)) == MINE


def test_the_limit_of_an_address_holds_when_four_ask_at_the_same_moment(store: Store):
    readers = [join_by_chat(store, str(number)) for number in range(1, 5)]
    together = threading.Barrier(4)

    def wait_for_the_others(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO confirmations"):
            with suppress(threading.BrokenBarrierError):
                # They never come while they wait for us, as they should.
                together.wait(timeout=0.3)

    def ask_one(reader: Subscriber) -> None:
        with suppress(InputError):
            ask(store, reader)

    event.listen(store.engine, "before_cursor_execute", wait_for_the_others)
    in_threads(*[lambda reader=reader: ask_one(reader) for reader in readers])
    assert count(store) == 3


def test_who_is_forgotten_and_comes_back_cannot_fill_a_stranger_s_mailbox(store: Store):
    reader = join_by_chat(store)
    ask(store, reader, "stranger@example.org")
    forget(store, reader.id, salt=SALT, now=NOW)

    reader = join_by_chat(store)
    assert code_of(lambda: ask(store, reader, "stranger@example.org")) == "chat.too_many_codes_there"
    with store.reading() as connection:
        assert "stranger" not in str(connection.execute(select(forgotten)).all())
    assert ask(store, reader, "stranger@example.org", NOW + timedelta(hours=24, minutes=1))


# --- who may ask for what -----------------------------------------------------------------------


def test_whose_address_it_is_makes_no_difference_to_who_asks(store: Store):
    reader = join_by_chat(store)
    join_by_mail(store, "known@example.org")

    assert ask(store, reader, "known@example.org") == "known@example.org"
    known = dict(newest(store)._mapping)
    assert ask(store, reader, "unknown@example.org") == "unknown@example.org"
    unknown = dict(newest(store)._mapping)
    assert {name for name in known if known[name] != unknown[name]} == {"id", "address", "nonce"}


def test_their_own_and_forgotten_and_broken_addresses_are_refused(store: Store):
    reader = join_by_mail(store)
    assert code_of(lambda: ask(store, reader)) == "chat.mail_is_yours"
    assert code_of(lambda: ask(store, reader, "zhang")) == "chat.bad_mail_address"
    assert code_of(lambda: ask(store, reader, "x" * 100_000)) == "chat.bad_mail_address"

    other = join_by_mail(store, "other@example.org")
    forget(store, other.id, salt=SALT, now=NOW)
    assert code_of(lambda: ask(store, reader, "other@example.org")) == "chat.forgotten_address"
    assert code_of(lambda: ask_code(store, 99, MINE, now=NOW, salt=SALT)) == "chat.no_such_subscriber"
    assert count(store) == 0


def test_who_is_forgotten_takes_along_what_others_asked_for_their_address(store: Store):
    owner, other = join_by_mail(store), join_by_chat(store)
    ask(store, other)
    right = right_code(store)
    ask(store, owner, "second@example.org")

    forget(store, owner.id, salt=SALT, now=NOW)

    assert count(store) == 0
    assert code_of(lambda: check(store, other, right)) == "chat.no_code"


def test_an_unconfirmed_address_of_somebody_else_is_only_that_address(store: Store):
    victim, thief = join_by_chat(store, "1"), join_by_chat(store, "2")
    with store.writing() as connection:
        row = {"subscriber_id": victim.id, "channel": "email", "address": "thief@example.org"}
        connection.execute(insert(targets).values(row))

    ask(store, thief, "thief@example.org")
    proved = check(store, thief, right_code(store))

    assert not proved.merged
    assert [target.address for target in proved.subscriber.targets] == ["2", "thief@example.org"]
    assert join_by_chat(store, "1") == victim
