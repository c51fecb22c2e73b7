import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from digests.delivery import ledger
from digests.delivery.addresses import close_gone, mark_gone, move_address
from digests.delivery.outcomes import MAX_ATTEMPTS, REPEAT_AFTER
from digests.delivery.states import FINAL, DeliveryState
from digests.errors import Deferred, MessageRejected, RecipientGone, Unknown
from digests.store.tables import targets
from tests.builders import NOON, add_reader
from tests.sending import LEASE_SECONDS, MINUTE, OVER, begin, change, claim, planned, row, states

S = DeliveryState


@pytest.mark.parametrize(
    ("outcome", "state", "body"),
    [
        ("17", S.SENT, ""),
        (Deferred("busy"), S.DEFERRED, "<b>part 1</b>"),
        (Unknown("hung up"), S.UNKNOWN, "<b>part 1</b>"),
        (RecipientGone("blocked"), S.GONE, ""),
        (MessageRejected("can't parse"), S.FAILED, "<b>part 1</b>"),
    ],
)
def test_an_outcome_is_written_down(store, outcome, state, body):
    taken = claim(store, planned(store))
    assert ledger.settle(store, taken, outcome, NOON) is state
    written = row(store, taken.delivery_id)
    assert (written.state, written.body, written.claim, written.lease_until) == (state, body, None, None)
    assert (written.provider_id, written.error) == (("17", "") if state is S.SENT else ("", str(outcome)))
    assert written.finished_at == (NOON if state in FINAL else None)


def test_a_servers_bytes_that_are_not_text_can_be_written_down(store):
    taken = claim(store, planned(store))
    ledger.settle(store, taken, MessageRejected("5.0.0 \0 \udcff " + "x" * 9999), NOON)
    assert row(store, taken.delivery_id).error.startswith("5.0.0  ? xxx")


def test_only_the_holder_of_the_claim_settles_it(store):
    pair = planned(store)
    slow = claim(store, pair)
    ledger.expire_claims(store, NOON + OVER)
    assert ledger.settle(store, slow, "17", NOON + OVER) is None
    repeat = claim(store, pair, NOON + OVER)
    assert ledger.settle(store, slow, "17", NOON + OVER) is None
    assert ledger.settle(store, repeat, "18", NOON + OVER) is S.SENT


def test_a_deferral_waits_as_long_as_asked_and_longer_every_time(store):
    pair = planned(store)
    waits = []
    now = NOON
    for _ in range(4):
        taken = claim(store, pair, now)
        ledger.settle(store, taken, Deferred(retry_after_seconds=600), now)
        until = row(store, taken.delivery_id).not_before
        assert claim(store, pair, until - timedelta(seconds=1)) is None
        waits.append((until - now) / MINUTE)
        now = until
    assert waits == [10, 20, 40, 60]


def test_a_deferral_longer_than_an_hour_is_kept(store):
    taken = claim(store, planned(store))
    ledger.settle(store, taken, Deferred(retry_after_seconds=7200), NOON)
    assert row(store, taken.delivery_id).not_before == NOON + timedelta(hours=2)


def test_deferrals_end_after_a_good_day(store):
    pair = planned(store)
    now = NOON
    while taken := claim(store, pair, now):
        ledger.settle(store, taken, Deferred("no connection", retry_after_seconds=60), now)
        written = row(store, taken.delivery_id)
        now = written.not_before or now
    assert (written.state, written.attempts, written.error) == (S.FAILED, MAX_ATTEMPTS, "no connection")
    assert timedelta(hours=22) < now - NOON < timedelta(hours=30)


def test_an_unknown_part_is_repeated_once_and_says_so(store):
    pair = planned(store)
    ledger.settle(store, claim(store, pair), Unknown("hung up"), NOON)
    assert claim(store, pair) is None
    repeat = claim(store, pair, NOON + REPEAT_AFTER)
    assert repeat.is_repeat
    assert ledger.settle(store, repeat, Unknown("hung up again"), NOON) is S.FAILED
    assert claim(store, pair, NOON + timedelta(days=9)) is None


def test_a_repeat_that_was_certainly_not_sent_is_still_to_come(store):
    pair = planned(store)
    ledger.settle(store, claim(store, pair), Unknown(), NOON)
    repeat = claim(store, pair, NOON + REPEAT_AFTER)
    assert ledger.settle(store, repeat, Deferred(retry_after_seconds=1), NOON) is S.DEFERRED
    again = claim(store, pair, NOON + MINUTE)
    assert again.is_repeat
    assert ledger.settle(store, again, "18", NOON) is S.SENT


def test_a_claim_whose_sender_died_after_it_began_is_unknown_once_and_then_failed(store):
    pair = planned(store)
    begin(store, pair)
    assert ledger.expire_claims(store, NOON + timedelta(seconds=LEASE_SECONDS)) == 0
    assert ledger.expire_claims(store, NOON + OVER) == 1
    assert states(store) == [S.UNKNOWN]
    assert begin(store, pair, NOON + OVER).is_repeat
    assert ledger.expire_claims(store, NOON + 2 * OVER) == 1
    assert states(store) == [S.FAILED]


def test_a_claim_whose_sender_died_before_it_began_is_as_it_was(store):
    pair = planned(store)
    claim(store, pair)
    assert ledger.expire_claims(store, NOON + OVER) == 1
    assert states(store) == [S.PLANNED]
    begin(store, pair, NOON + OVER)
    ledger.expire_claims(store, NOON + 2 * OVER)
    claim(store, pair, NOON + 2 * OVER)
    ledger.expire_claims(store, NOON + 3 * OVER)
    assert states(store) == [S.UNKNOWN]
    assert claim(store, pair, NOON + 3 * OVER).is_repeat


def test_what_kills_every_sender_before_it_begins_is_given_up_in_the_end(store):
    pair = planned(store)
    claims = itertools.takewhile(bool, (claim(store, pair, NOON + n * OVER) for n in itertools.count()))
    for n, _ in enumerate(claims, 1):
        ledger.expire_claims(store, NOON + n * OVER)
    assert states(store) == [S.FAILED]


def test_a_sender_whose_claim_ran_out_may_not_begin(store):
    pair = planned(store)
    late = claim(store, pair)
    assert not ledger.begin(store, late, NOON + OVER)
    ledger.expire_claims(store, NOON + OVER)
    claim(store, pair, NOON + OVER)
    assert not ledger.begin(store, late, NOON + OVER)


def test_only_what_failed_can_be_retried_and_is_marked_where_it_may_have_arrived(store):
    pair = planned(store)
    taken = begin(store, pair)
    assert not ledger.retry_failed(store, taken.delivery_id, NOON)
    ledger.expire_claims(store, NOON + OVER)
    begin(store, pair, NOON + OVER)
    ledger.expire_claims(store, NOON + 2 * OVER)
    assert ledger.retry_failed(store, taken.delivery_id, NOON)
    again = claim(store, pair)
    assert (again.is_repeat, again.attempts, again.body) == (True, 1, "<b>part 1</b>")


# --- addresses ----------------------------------------------------------------------------------


def test_a_gone_address_closes_its_open_parts_but_not_the_one_being_sent(store):
    pair = planned(store, parts=3)
    taken = claim(store, pair)
    assert mark_gone(store, pair[1], "blocked", NOON) == 2
    assert states(store) == [S.CLAIMED, S.GONE, S.GONE]
    assert ledger.settle(store, taken, "17", NOON) is S.SENT
    with store.reading() as connection:
        assert connection.execute(select(targets.c.gone_at, targets.c.gone_reason)).one() == (NOON, "blocked")


def test_parts_of_readers_who_left_by_another_way_are_closed_too(store):
    planned(store, parts=2)
    change(store, targets, gone_at=NOON)
    other = planned(store)
    assert close_gone(store, NOON) == 2
    assert ledger.due_targets(store, NOON) == [other]


def test_an_address_moves_unless_somebody_has_the_new_one(store):
    _, (mine,) = add_reader(store, "telegram")
    other_reader, _ = add_reader(store, "telegram")
    assert not move_address(store, mine, str(1000 + other_reader))
    assert move_address(store, mine, "-100777")
    with store.reading() as connection:
        assert "-100777" in connection.execute(select(targets.c.address)).scalars().all()
