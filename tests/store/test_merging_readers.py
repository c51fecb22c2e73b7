"""Two readers who are one person, on both databases."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from digests.delivery.codes import build_code
from digests.delivery.editions import Planned, plan_edition, sent_paper_ids
from digests.delivery.ledger import claim_next, due_targets, settle
from digests.errors import InputError
from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.store.tables import confirmations, deliveries, edition_papers, editions, subscribers, targets
from digests.subscribers.confirmation import Proved, ask_code, check_code
from digests.subscribers.directory import list_subscribers
from digests.subscribers.keywords import list_keywords
from digests.subscribers.preferences import set_hour, set_scope
from digests.subscribers.subscriber import Subscriber
from tests.store.subscriber_steps import NOW, SALT, add, in_threads, join_by_chat, join_by_mail

MONDAY, TUESDAY, WEDNESDAY = date(2026, 4, 20), date(2026, 4, 21), date(2026, 4, 22)
MAIL = "zhang@example.org"


def plan(store: Store, subscriber: Subscriber, on: date, *paper_ids: str, kind: str = "daily") -> int:
    target = subscriber.targets[0]
    edition_id = plan_edition(
        store,
        subscriber_id=subscriber.id,
        slot=f"{kind}:{on}",
        announced_on=on,
        digest_json={"nothing": None},
        paper_ids=[ArxivId(paper_id) for paper_id in paper_ids],
        parts=[Planned(target.id, target.channel, 1)],
        now=NOW,
    )
    assert edition_id is not None
    return edition_id


def prove(store: Store, subscriber: Subscriber, address: str = MAIL) -> Proved:
    ask_code(store, subscriber.id, address, now=NOW, salt=SALT)
    with store.reading() as connection:
        row = connection.execute(select(confirmations).order_by(confirmations.c.id.desc())).first()
    return check_code(store, subscriber.id, build_code(row.nonce, row.address, SALT), now=NOW, salt=SALT)


def slots(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {row.slot: row.subscriber_id for row in connection.execute(select(editions))}


def serve(store: Store, subscriber: Subscriber, on: date | None, **values: Any) -> None:
    with store.writing() as connection:
        statement = update(subscribers).where(subscribers.c.id == subscriber.id)
        connection.execute(statement.values(served_on=on, next_due=NOW, **values))


def two_readers(store: Store) -> tuple[Subscriber, Subscriber]:
    """One by chat with an hour and a scope of their own, one by mail; a keyword is common."""
    mail, chat = join_by_mail(store, language="en"), join_by_chat(store)
    add(store, chat, "world model, RLHF")
    add(store, mail, "GRPO, world models, diffusion policy")
    set_hour(store, chat.id, "9:30")
    set_scope(store, chat.id, "cs")
    return chat, mail


def test_keywords_addresses_and_editions_come_together_and_settings_stay(store: Store):
    chat, mail = two_readers(store)
    plan(store, chat, MONDAY, "2604.00001")
    plan(store, mail, TUESDAY, "2604.00002")
    before = list_keywords(store, chat.id)

    proved = prove(store, chat)

    assert proved.merged
    assert list_subscribers(store) == [proved.subscriber]
    assert proved.subscriber.id == chat.id
    assert (proved.subscriber.language, proved.subscriber.scope) == ("zh", ("cs",))
    assert proved.subscriber.send_at is not None
    assert [target.address for target in proved.subscriber.targets] == [MAIL, "42"]
    # The numbers of those that were there stay.
    after = list_keywords(store, chat.id)
    assert after[:2] == before
    assert [keyword.typed for keyword in after[2:]] == ["GRPO", "diffusion policy"]
    sent = sent_paper_ids(store, [chat.id], [ArxivId("2604.00001"), ArxivId("2604.00002")])
    assert sent == {chat.id: {"2604.00001", "2604.00002"}}
    assert set(slots(store).values()) == {chat.id}


def test_more_keywords_than_a_list_holds_are_kept(store: Store):
    mail, chat = join_by_mail(store), join_by_chat(store)
    add(store, mail, "alpha, beta, gamma", most=3)
    add(store, chat, "delta, epsilon, zeta", most=3)

    assert len(list_keywords(store, prove(store, chat).subscriber.id)) == 6
    assert [type(one).__name__ for one in add(store, chat, "eta", most=3)] == ["NoRoom"]


def test_a_slot_that_both_have_is_renamed_and_its_delivery_goes_on(store: Store):
    chat, mail = two_readers(store)
    for reader in (chat, mail):
        plan(store, reader, MONDAY, "2604.00001")
        plan(store, reader, MONDAY, kind="notice")

    prove(store, chat)

    other = f"merged:{mail.id}:"
    names = {"daily:2026-04-20", "notice:2026-04-20", f"{other}daily:2026-04-20", f"{other}notice:2026-04-20"}
    assert set(slots(store)) == names
    pairs = due_targets(store, NOW)
    assert len(pairs) == 4
    for edition_id, target_id in pairs:
        claim = claim_next(store, edition_id=edition_id, target_id=target_id, lease_seconds=60, now=NOW)
        assert settle(store, claim, "sent-1", NOW) == "sent"


@pytest.mark.parametrize(("mine", "theirs"), [(MONDAY, WEDNESDAY), (WEDNESDAY, MONDAY), (None, MONDAY), (MONDAY, None)])
def test_a_batch_that_one_of_them_was_still_to_get_is_still_to_come(store: Store, mine, theirs):
    chat, mail = two_readers(store)
    plan(store, chat if mine == WEDNESDAY else mail, WEDNESDAY, "2604.00003")
    serve(store, chat, mine)
    serve(store, mail, theirs)

    merged = prove(store, chat).subscriber

    assert (merged.served_on, merged.next_due) == (MONDAY, None)
    # Its slot is free again; the paper that was sent is still known as sent.
    assert "daily:2026-04-22" not in slots(store)
    assert sent_paper_ids(store, [chat.id], [ArxivId("2604.00003")]) == {chat.id: {"2604.00003"}}


@pytest.mark.parametrize("idle", [{"paused_at": NOW}, {}], ids=["paused", "without keywords"])
def test_who_gets_nothing_does_not_take_the_other_back_in_time(store: Store, idle: dict[str, Any]):
    chat, mail = join_by_chat(store), join_by_mail(store)
    add(store, mail, "RLHF")
    if idle:
        add(store, chat, "GRPO")
    serve(store, chat, date(2026, 1, 5), **idle)
    serve(store, mail, TUESDAY)

    merged = prove(store, chat).subscriber

    assert merged.served_on == TUESDAY
    assert merged.paused_at == idle.get("paused_at")


def test_a_third_reader_is_left_alone(store: Store):
    chat, mail = two_readers(store)
    third = join_by_mail(store, "li@example.org")
    add(store, third, "GRPO")
    plan(store, third, MONDAY, "2604.00009")
    before = (list_keywords(store, third.id), slots(store))

    prove(store, chat)

    assert third.id in {subscriber.id for subscriber in list_subscribers(store)}
    assert list_keywords(store, third.id) == before[0]
    assert slots(store) == before[1]
    assert mail.id not in {subscriber.id for subscriber in list_subscribers(store)}


def test_three_readers_become_one_step_by_step(store: Store):
    chat, mail = two_readers(store)
    second = join_by_mail(store, "second@example.org")
    for reader in (chat, mail, second):
        plan(store, reader, MONDAY)

    prove(store, chat)
    prove(store, chat, "second@example.org")

    assert len(slots(store)) == 3
    assert [subscriber.id for subscriber in list_subscribers(store)] == [chat.id]


class Killed(BaseException):
    """What ends a process in the middle of a statement."""


def snapshot(store: Store) -> list[Any]:
    tables = (subscribers, targets, editions, edition_papers, deliveries)
    with store.reading() as connection:
        rows = [sorted(map(str, connection.execute(select(table)))) for table in tables]
    return [*rows, [list_keywords(store, one.id) for one in list_subscribers(store)]]


def test_a_merge_that_is_killed_at_any_statement_has_not_happened(store: Store):
    chat, mail = two_readers(store)
    plan(store, chat, MONDAY, "2604.00001")
    plan(store, mail, MONDAY, "2604.00002")
    ask_code(store, chat.id, MAIL, now=NOW, salt=SALT)
    with store.reading() as connection:
        row = connection.execute(select(confirmations)).one()
    code, before = build_code(row.nonce, row.address, SALT), snapshot(store)

    survived = 0
    while len(list_subscribers(store)) == 2:
        budget = [survived]

        def kill(_connection: Any, _cursor: Any, statement: str, *_rest: Any, budget: list[int] = budget) -> None:
            if statement.startswith(("UPDATE", "INSERT", "DELETE")):
                budget[0] -= 1
                if budget[0] < 0:
                    raise Killed

        event.listen(store.engine, "before_cursor_execute", kill)
        with suppress(Killed):
            check_code(store, chat.id, code, now=NOW, salt=SALT)
        event.remove(store.engine, "before_cursor_execute", kill)
        if len(list_subscribers(store)) == 2:
            assert snapshot(store) == before
        survived += 1
    assert survived > 10


def test_two_who_prove_each_other_s_address_at_the_same_moment_are_one_in_the_end(store: Store):
    one, two = join_by_mail(store, "one@example.org"), join_by_mail(store, "two@example.org")
    add(store, one, "RLHF")
    add(store, two, "GRPO")
    codes = {}
    for reader, address in ((one, "two@example.org"), (two, "one@example.org")):
        ask_code(store, reader.id, address, now=NOW, salt=SALT)
        with store.reading() as connection:
            row = connection.execute(select(confirmations).where(confirmations.c.subscriber_id == reader.id)).one()
        codes[reader.id] = build_code(row.nonce, row.address, SALT)

    def prove_it(reader: Subscriber) -> None:
        # The later one is no more: their chat is told to begin again.
        with suppress(InputError):
            check_code(store, reader.id, codes[reader.id], now=NOW + timedelta(minutes=1), salt=SALT)

    in_threads(lambda: prove_it(one), lambda: prove_it(two))

    (left,) = list_subscribers(store)
    assert {target.address for target in left.targets} == {"one@example.org", "two@example.org"}
    assert {keyword.typed for keyword in list_keywords(store, left.id)} == {"RLHF", "GRPO"}


def test_an_operator_s_unconfirmed_address_brings_its_keywords(store: Store):
    listed, chat = join_by_mail(store, confirmed=False), join_by_chat(store)
    add(store, listed, "RLHF")
    with store.writing() as connection:
        connection.execute(insert(targets).values(subscriber_id=chat.id, channel="email", address="x@example.org"))

    assert prove(store, chat).merged
    assert [keyword.typed for keyword in list_keywords(store, chat.id)] == ["RLHF"]


@pytest.mark.parametrize("began", [(MONDAY, TUESDAY), (None, MONDAY), (MONDAY, None)])
def test_what_is_late_for_one_of_them_is_late_for_the_one_that_they_become(store: Store, began):
    """Nobody was there before who had begun before everything: None."""
    me, other = two_readers(store)
    early = NOW - timedelta(days=9)
    serve(store, me, TUESDAY, began_on=began[0], served_at=NOW)
    serve(store, other, TUESDAY, began_on=began[1], served_at=early, joined_at=early)
    prove(store, me)
    with store.reading() as connection:
        row = connection.execute(select(subscribers).where(subscribers.c.id == me.id)).one()
    assert (row.joined_at, row.served_at) == (early, early)
    assert row.began_on == (None if None in began else MONDAY)
