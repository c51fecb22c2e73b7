"""Papers that are withdrawn while digests with them wait, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from digests.composing.digest import Nothing
from digests.day import render_edition
from digests.delivery.channel import EMAIL
from digests.delivery.editions import sent_paper_ids
from digests.delivery.ledger import begin, claim_next, due_targets, settle
from digests.delivery.withdrawals import drop_withdrawn, has_waiting
from digests.errors import Deferred
from digests.papers.late_papers import find_withdrawn
from digests.papers.paper import Kind
from digests.store.engine import Store
from digests.store.tables import deliveries
from tests.store.news_steps import House, paper

MONDAY = date(2026, 11, 16)
GONE, STAYS = paper(1), paper(2)


@pytest.fixture
def house(store: Store) -> House:
    """Two papers for two readers, the first with mail too; nothing is sent yet."""
    house = House(store)
    house.join("agent", mail="a@example.org")
    house.join('"number 1"')
    house.go(MONDAY)
    house.announce(MONDAY, GONE, STAYS)
    house.serve(MONDAY)
    return house


def withdraw(house: House) -> list[str]:
    house.announce(MONDAY, replace(GONE, is_withdrawn=True), kind=Kind.REPLACE)
    return find_withdrawn(house.store, MONDAY)


def bodies(house: House) -> list[tuple[int, int, str]]:
    query = select(deliveries.c.target_id, deliveries.c.part, deliveries.c.body).where(deliveries.c.channel != EMAIL)
    with house.store.reading() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(deliveries.c.target_id, deliveries.c.part))]


def test_they_leave_digests_that_wait(house: House):
    gone = withdraw(house)
    assert gone == [GONE.id]
    assert drop_withdrawn(house.store, gone, house.now) == 2

    first, second = house.read(1, MONDAY), house.read(2, MONDAY)
    assert (first.paper_ids, first.matched, first.seen, first.nothing) == ((STAYS.id,), 1, 1, None)
    assert (second.paper_ids, second.matched, second.nothing) == ((), 0, Nothing.ALL_WITHDRAWN)
    (_, _, chat), (_, _, other) = bodies(house)
    assert STAYS.id in chat
    assert GONE.id not in chat + other
    assert "撤稿" in other
    # Nobody was sent it; and a second time there is nothing to do.
    assert sent_paper_ids(house.store, [1, 2], [GONE.id, STAYS.id]) == {1: {STAYS.id}, 2: set()}
    assert drop_withdrawn(house.store, gone, house.now) == 0


def test_a_mail_goes_without_them_though_nobody_looked_before(house: House):
    withdraw(house)
    with house.store.reading() as connection:
        first, second = connection.scalars(select(deliveries.c.edition_id).distinct().order_by(deliveries.c.edition_id))

    mail = render_edition(house.store, first)
    assert GONE.id not in mail.html + mail.text
    assert STAYS.id in mail.html
    assert "命中 1 篇" in mail.text
    assert "都撤稿了" in render_edition(house.store, second).text


def test_what_was_begun_stays_as_it_was(house: House):
    (edition_id, target_id), *_ = due_targets(house.store, house.now, channel="telegram")
    claim = claim_next(house.store, edition_id=edition_id, target_id=target_id, lease_seconds=60, now=house.now)
    assert claim is not None
    assert begin(house.store, claim, house.now)
    before = bodies(house)

    assert drop_withdrawn(house.store, withdraw(house), house.now) == 1
    assert bodies(house)[0] == before[0]
    assert GONE.id in house.read(1, MONDAY).paper_ids


def test_what_is_put_off_is_drawn_again(house: House):
    for edition_id, target_id in due_targets(house.store, house.now, channel="telegram"):
        claim = claim_next(house.store, edition_id=edition_id, target_id=target_id, lease_seconds=60, now=house.now)
        assert claim is not None
        settle(house.store, claim, Deferred("later", retry_after_seconds=900), house.now)

    assert drop_withdrawn(house.store, withdraw(house), house.now) == 2
    # The pause stays.
    assert due_targets(house.store, house.now, channel="telegram") == []
    assert len(due_targets(house.store, house.now + timedelta(hours=1), channel="telegram")) == 2


def test_parts_that_are_not_needed_any_more_are_not_sent(store: Store):
    house = House(store)
    house.join("agent")
    house.go(MONDAY)
    many = [paper(number, abstract="An agent. " * 60) for number in range(1, 12)]
    house.announce(MONDAY, *many)
    house.serve(MONDAY)
    before = bodies(house)
    house.announce(MONDAY, *(replace(one, is_withdrawn=True) for one in many[1:]), kind=Kind.REPLACE)

    assert drop_withdrawn(store, find_withdrawn(store, MONDAY), house.now) == 1
    after = bodies(house)
    assert len(before) > 1
    assert len(after) == 1
    assert many[0].id in after[0][2]


def test_nothing_withdrawn_is_nothing_to_do(house: House):
    before = bodies(house)
    assert find_withdrawn(house.store, MONDAY) == []
    assert drop_withdrawn(house.store, [], house.now) == 0
    assert drop_withdrawn(house.store, ["2611.77777"], house.now) == 0
    assert bodies(house) == before


def count_reads(store: Store, work: Callable[[], object]) -> int:
    reads: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "FOR UPDATE" not in statement:
            reads.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    work()
    event.remove(store.engine, "before_cursor_execute", note)
    return len(reads)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_words_are_read_once_for_hundreds_of_editions(house: House):
    """PostgreSQL marks the reads of what is replaced, one for each edition."""
    for _ in range(6):
        house.join("agent")
    house.serve(MONDAY)
    gone = withdraw(house)
    # What waits, the digests of the lot, its papers and their summaries.
    assert count_reads(house.store, lambda: drop_withdrawn(house.store, gone, house.now)) == 4


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_more_than_a_lot_is_replaced_lot_by_lot(store: Store):
    house = House(store)
    readers = [house.join("agent") for _ in range(201)]
    house.go(MONDAY)
    house.announce(MONDAY, GONE, STAYS)
    house.serve(MONDAY)
    assert drop_withdrawn(store, withdraw(house), house.now) == len(readers)
    assert all(GONE.id not in body for _, _, body in bodies(house))


def test_whether_anything_waits_is_known(house: House):
    assert has_waiting(house.store)
    for edition_id, target_id in due_targets(house.store, house.now):
        claim = claim_next(house.store, edition_id=edition_id, target_id=target_id, lease_seconds=60, now=house.now)
        assert claim is not None
        assert begin(house.store, claim, house.now)
        settle(house.store, claim, "sent", house.now)
    assert not has_waiting(house.store)
