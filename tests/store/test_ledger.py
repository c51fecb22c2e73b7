import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import delete, insert, select, update

from digests.delivery import ledger
from digests.delivery.addresses import close_gone, mark_gone, move_address
from digests.delivery.outcomes import MAX_ATTEMPTS, REPEAT_AFTER
from digests.delivery.states import FINAL, MOVES, DeliveryState, move
from digests.errors import Deferred, MessageRejected, RecipientGone, Unknown
from digests.store.engine import open_store
from digests.store.migrate import migrate
from digests.store.tables import deliveries, editions, subscribers, targets
from tests.builders import NOON, add_reader

S = DeliveryState
DAY = date(2026, 11, 20)
MINUTE = timedelta(minutes=1)
LEASE_SECONDS = 60
OVER = timedelta(seconds=LEASE_SECONDS + 1)


def plan(store, subscriber_id, target_id, parts=1, slot="daily:2026-11-20", **changes):
    arguments = {
        "subscriber_id": subscriber_id,
        "slot": slot,
        "announced_on": DAY,
        "digest_json": {"nothing": None},
        "paper_ids": ["2601.00001", "2601.00002"],
        "parts": [ledger.Planned(target_id, "telegram", n, f"<b>part {n}</b>") for n in range(1, parts + 1)],
        "now": NOON,
    }
    return ledger.plan_edition(store, **arguments | changes)


def planned(store, parts=1):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    return plan(store, subscriber_id, target_id, parts), target_id


def claim(store, pair, now=NOON):
    return ledger.claim_next(store, edition_id=pair[0], target_id=pair[1], lease_seconds=LEASE_SECONDS, now=now)


def row(store, delivery_id):
    with store.reading() as connection:
        return connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one()


def states(store):
    with store.reading() as connection:
        return list(connection.execute(select(deliveries.c.state).order_by(deliveries.c.id)).scalars())


def change(store, table, **values):
    with store.writing() as connection:
        connection.execute(update(table).values(values))


# --- planning -----------------------------------------------------------------------------------


def test_a_second_run_plans_nothing_and_returns_the_same_edition(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    first = plan(store, subscriber_id, target_id, parts=2)
    assert plan(store, subscriber_id, target_id, parts=5) == first
    assert ledger.count_states(store, DAY) == {S.PLANNED: 2}


def test_two_planners_at_once_make_one_edition(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: plan(store, subscriber_id, target_id, parts=2), range(16)))
    assert len(ids) == 1
    assert ledger.count_states(store, DAY) == {S.PLANNED: 2}


@pytest.mark.parametrize("column", ["confirmed_at", "gone_at"])
def test_nothing_is_planned_for_an_address_that_is_not_confirmed_or_is_gone(store, column):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    change(store, targets, **{column: None if column == "confirmed_at" else NOON})
    assert plan(store, subscriber_id, target_id) is None
    assert ledger.find_edition_subscribers(store, "daily:2026-11-20") == set()


def test_nothing_is_planned_for_a_paused_reader(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    change(store, subscribers, paused_at=NOON)
    assert plan(store, subscriber_id, target_id) is None


def test_nothing_is_planned_for_a_reader_who_was_forgotten_meanwhile(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    with store.writing() as connection:
        connection.execute(delete(subscribers))
    assert plan(store, subscriber_id, target_id) is None


def test_a_part_for_somebody_elses_address_is_not_planned(store):
    subscriber_id, _ = add_reader(store, "telegram")
    _, (other,) = add_reader(store, "telegram")
    assert plan(store, subscriber_id, other) is None


def test_the_papers_of_earlier_editions_are_known(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    plan(store, subscriber_id, target_id, slot="daily:1", paper_ids=["2601.00001", "2601.00001"])
    plan(store, subscriber_id, target_id, slot="daily:2", paper_ids=["2601.00002"])
    assert ledger.sent_paper_ids(store, subscriber_id) == {"2601.00001", "2601.00002"}
    assert ledger.sent_paper_ids(store, subscriber_id, "daily:2") == {"2601.00001"}
    assert ledger.sent_paper_ids(store, subscriber_id, "daily:3") == {"2601.00001", "2601.00002"}
    assert ledger.find_edition_subscribers(store, "daily:2") == {subscriber_id}


# --- claiming -----------------------------------------------------------------------------------


def test_a_claim_says_all_that_is_needed_to_send(store):
    pair = planned(store)
    taken = claim(store, pair)
    assert (taken.part, taken.channel, taken.body, taken.attempts) == (1, "telegram", "<b>part 1</b>", 1)
    assert (taken.address, taken.is_repeat, taken.is_empty) == (str(1000 + 1), False, False)


def test_a_claim_knows_that_the_edition_says_nothing(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    edition_id = plan(store, subscriber_id, target_id, digest_json={"nothing": "no_match"})
    assert claim(store, (edition_id, target_id)).is_empty


def test_what_is_claimed_is_not_claimed_again(store):
    pair = planned(store)
    assert claim(store, pair)
    assert claim(store, pair) is None
    assert ledger.due_targets(store, NOON) == []


def test_of_many_claimers_one_wins(store):
    pairs = [planned(store) for _ in range(5)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda pair: claim(store, pair), pairs * 8))
    won = [one.delivery_id for one in taken if one]
    assert sorted(won) == sorted(set(won))
    assert len(won) == len(pairs)


def test_parts_are_claimed_in_order_and_one_after_another(store):
    pair = planned(store, parts=3)
    first = claim(store, pair)
    assert claim(store, pair) is None
    ledger.settle(store, first, Deferred(retry_after_seconds=60), NOON)
    assert claim(store, pair) is None
    assert ledger.due_targets(store, NOON) == []
    again = claim(store, pair, NOON + MINUTE)
    ledger.settle(store, again, "17", NOON)
    assert claim(store, pair).part == 2


def test_a_part_that_failed_does_not_hold_up_the_rest(store):
    pair = planned(store, parts=2)
    ledger.settle(store, claim(store, pair), MessageRejected("can't parse"), NOON)
    assert claim(store, pair).part == 2


@pytest.mark.parametrize(
    ("table", "values"),
    [(targets, {"gone_at": NOON}), (targets, {"confirmed_at": None}), (subscribers, {"paused_at": NOON})],
    ids=["gone", "unconfirmed", "paused"],
)
def test_leaving_after_planning_is_honoured_at_once(store, table, values):
    pair = planned(store)
    change(store, table, **values)
    assert claim(store, pair) is None
    assert ledger.due_targets(store, NOON) == []


def test_after_a_pause_the_planned_part_goes_out(store):
    pair = planned(store)
    change(store, subscribers, paused_at=NOON)
    change(store, subscribers, paused_at=None)
    assert claim(store, pair).part == 1


def test_a_forgotten_reader_leaves_nothing_to_claim_or_settle(store):
    pair = planned(store, parts=2)
    taken = claim(store, pair)
    with store.writing() as connection:
        connection.execute(delete(subscribers))
    assert claim(store, pair) is None
    assert ledger.settle(store, taken, "17", NOON) is None
    assert states(store) == []


def test_due_targets_are_those_of_the_channel_the_oldest_first(store):
    subscriber_id, (chat, mail) = add_reader(store, "telegram", "email")
    edition_id = ledger.plan_edition(
        store,
        subscriber_id=subscriber_id,
        slot="daily:2026-11-20",
        announced_on=DAY,
        digest_json={},
        paper_ids=[],
        parts=[ledger.Planned(mail, "email", 1), ledger.Planned(chat, "telegram", 1, "x")],
        now=NOON,
    )
    later = planned(store, parts=2)
    assert ledger.due_targets(store, NOON) == [(edition_id, mail), (edition_id, chat), later]
    assert ledger.due_targets(store, NOON, channel="telegram") == [(edition_id, chat), later]
    assert ledger.due_targets(store, NOON, limit=1) == [(edition_id, mail)]


# --- settling -----------------------------------------------------------------------------------


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


def test_a_claim_whose_sender_died_is_unknown_once_and_then_failed(store):
    pair = planned(store)
    claim(store, pair)
    assert ledger.expire_claims(store, NOON + timedelta(seconds=LEASE_SECONDS)) == 0
    assert ledger.expire_claims(store, NOON + OVER) == 1
    assert states(store) == [S.UNKNOWN]
    assert claim(store, pair, NOON + OVER).is_repeat
    assert ledger.expire_claims(store, NOON + 2 * OVER) == 1
    assert states(store) == [S.FAILED]


def test_only_what_failed_can_be_retried_and_is_marked_where_it_may_have_arrived(store):
    pair = planned(store)
    taken = claim(store, pair)
    assert not ledger.retry_failed(store, taken.delivery_id, NOON)
    ledger.expire_claims(store, NOON + OVER)
    claim(store, pair, NOON + OVER)
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


# --- every order of events ----------------------------------------------------------------------


def test_no_move_but_the_legal_ones_finds_a_row(store):
    planned(store)
    found = set()
    for old, new in itertools.product(S, S):
        change(store, deliveries, state=old)
        with store.writing() as connection:
            if connection.execute(move(new).returning(deliveries.c.state)).scalars().all():
                found.add((old, new))
    assert found == {(old, new) for old, targets_of in MOVES.items() for new in targets_of}


class Sending(RuleBasedStateMachine):
    """Senders that live, die, dawdle and lie, in any order; an operator never retries here."""

    PARTS = 3

    def __init__(self):
        super().__init__()
        self.store = open_store("sqlite://")
        migrate(self.store)
        self.pair = planned(self.store, parts=self.PARTS)
        self.now = NOON
        self.alive = []
        self.certain = {}
        self.sends = dict.fromkeys(range(1, self.PARTS + 1), 0)
        self.seen = [S.PLANNED] * self.PARTS

    @rule()
    def take(self):
        open_before = [n for n, state in enumerate(states(self.store), 1) if state not in FINAL]
        taken = claim(self.store, self.pair, self.now)
        if taken:
            assert taken.part == open_before[0]
            self.alive.append(taken)

    @precondition(lambda self: self.alive)
    @rule(data=st.data(), outcome=st.sampled_from(["17", Unknown(), Deferred(), RecipientGone(), MessageRejected()]))
    def end(self, data, outcome):
        """A sender comes back, perhaps long after its lease: what it says it did, it did now."""
        taken = self.alive.pop(data.draw(st.integers(0, len(self.alive) - 1)))
        if isinstance(outcome, str | Unknown):
            self.sends[taken.part] += 1
        settled = ledger.settle(self.store, taken, outcome, self.now)
        if isinstance(outcome, str) and settled:
            assert settled is S.SENT

    @precondition(lambda self: self.alive)
    @rule()
    def die_after_sending(self):
        self.sends[self.alive.pop().part] += 1

    @rule(wait=st.sampled_from([timedelta(seconds=30), OVER, timedelta(hours=2)]))
    def sweep_later(self, wait):
        self.now += wait
        ledger.expire_claims(self.store, self.now)

    @invariant()
    def every_move_is_legal(self):
        now = [S(state) for state in states(self.store)]
        for old, new in zip(self.seen, now, strict=True):
            assert new in _reachable(old)
        self.seen = now

    @invariant()
    def nothing_is_sent_more_than_twice(self):
        assert max(self.sends.values()) <= 2

    @invariant()
    def what_is_said_to_be_sent_was(self):
        assert all(self.sends[n] for n, state in enumerate(self.seen, 1) if state is S.SENT)

    def teardown(self):
        """Left alone with a sender that works, every part comes to an end."""
        for _ in range(4 * self.PARTS):
            self.sweep_later(timedelta(hours=2))
            if taken := claim(self.store, self.pair, self.now):
                ledger.settle(self.store, taken, "18", self.now)
        assert set(states(self.store)) <= FINAL
        self.store.close()


def _reachable(state):
    """One rule may be several moves: an expired claim becomes unknown, but nothing final is ever left."""
    return {state} | (set() if state in FINAL else MOVES[state])


Sending.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSending = Sending.TestCase


def test_the_tables_of_the_schema_hold_what_the_ledger_assumes(store):
    """The uniqueness that makes a second plan harmless is the database's, not ours."""
    pair = planned(store)
    with pytest.raises(Exception, match=r"(?i)unique"), store.writing() as connection:
        connection.execute(
            insert(deliveries).values(
                edition_id=pair[0], target_id=pair[1], part=1, channel="telegram", state=S.PLANNED, planned_at=NOON
            )
        )
    with store.reading() as connection:
        assert len(connection.execute(select(editions)).all()) == 1
