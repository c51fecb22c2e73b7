"""What was written while the clock was two days ahead."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from digests.delivery import ledger
from digests.delivery.states import DeliveryState
from digests.errors import Deferred
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import find_due, settle, watch
from digests.store.clock_jumps import pull_back, start_over
from digests.store.tables import subscribers
from tests.builders import NOON, add_reader
from tests.sending import MINUTE, OVER, claim, plan, planned, row

AHEAD = NOON + timedelta(days=2)
S = DeliveryState
CS = (Stage.LISTING, "cs")


def test_a_claim_of_a_process_that_died_then_ends(store):
    taken = claim(store, planned(store), AHEAD)
    assert ledger.expire_claims(store, NOON + OVER) == 0
    assert pull_back(store, NOON) == 1
    assert ledger.expire_claims(store, NOON + MINUTE) == 1
    assert row(store, taken.delivery_id).state == S.PLANNED


def test_a_deferral_is_over(store):
    pair = planned(store)
    ledger.settle(store, claim(store, pair, AHEAD), Deferred("busy", retry_after_seconds=60), AHEAD)
    assert ledger.due_targets(store, NOON + OVER) == []
    assert pull_back(store, NOON) == 1
    assert ledger.due_targets(store, NOON + OVER) == [pair]


def test_a_page_is_asked_for_again(store):
    watch(store, [CS], AHEAD + timedelta(days=30))
    assert find_due(store, NOON) is None
    assert pull_back(store, NOON) == 1
    assert find_due(store, NOON + MINUTE) == CS


@pytest.mark.parametrize("asked_seconds", [60, 86_400])
def test_what_may_be_that_far_away_stays_where_it_is(store, asked_seconds):
    reader, (target,) = add_reader(store, "telegram")
    first, second = ((plan(store, reader, target, slot=f"daily:{day}"), target) for day in (20, 21))
    ledger.settle(store, claim(store, first), Deferred("flood", retry_after_seconds=asked_seconds), NOON)
    assert claim(store, second)
    watch(store, [CS], NOON)
    settle(store, CS, NOON, on=NOON.date(), is_through=False)
    assert pull_back(store, NOON) == 0


def test_readers_and_pages_that_a_wrong_clock_put_off_are_looked_at_again(store):
    reader, _ = add_reader(store, "telegram")
    with store.writing() as connection:
        connection.execute(update(subscribers).where(subscribers.c.id == reader).values(next_due=AHEAD))
    watch(store, [CS], AHEAD)
    start_over(store, NOON)
    with store.reading() as connection:
        assert connection.scalar(select(subscribers.c.next_due)) is None
    assert find_due(store, NOON) == CS
