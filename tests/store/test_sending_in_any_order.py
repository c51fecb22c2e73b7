"""Invariant 4 under every order of events that hypothesis thinks of."""

import itertools
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from digests.delivery import ledger
from digests.delivery.states import FINAL, MOVES, DeliveryState, move
from digests.errors import Deferred, MessageRejected, RecipientGone, Unknown
from digests.store.engine import open_store
from digests.store.tables import deliveries, metadata
from tests.builders import NOON
from tests.sending import OVER, change, claim, planned, states

S = DeliveryState


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
        metadata.create_all(self.store.engine)
        self.pair = planned(self.store, parts=self.PARTS)
        self.now = NOON
        self.alive = []
        self.begun = []
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
    @rule(data=st.data())
    def begin(self, data):
        """A message leaves the house only when the ledger says that it may."""
        taken = self.alive.pop(data.draw(st.integers(0, len(self.alive) - 1)))
        if ledger.begin(self.store, taken, self.now):
            self.sends[taken.part] += 1
            self.begun.append(taken)

    @precondition(lambda self: self.begun)
    @rule(data=st.data(), outcome=st.sampled_from(["17", Unknown()]))
    def end(self, data, outcome):
        """A sender comes back, perhaps long after its lease."""
        taken = self.begun.pop(data.draw(st.integers(0, len(self.begun) - 1)))
        settled = ledger.settle(self.store, taken, outcome, self.now)
        if isinstance(outcome, str) and settled:
            assert settled is S.SENT

    @precondition(lambda self: self.alive)
    @rule(data=st.data(), outcome=st.sampled_from([Deferred(), RecipientGone(), MessageRejected()]))
    def be_refused(self, data, outcome):
        taken = self.alive.pop(data.draw(st.integers(0, len(self.alive) - 1)))
        ledger.settle(self.store, taken, outcome, self.now)

    @precondition(lambda self: self.begun)
    @rule()
    def die_after_sending(self):
        self.begun.pop()

    @precondition(lambda self: self.alive)
    @rule()
    def die_before_sending(self):
        self.alive.pop()

    @rule(wait=st.sampled_from([timedelta(seconds=30), OVER, timedelta(hours=2)]))
    def sweep_later(self, wait):
        self.now += wait
        ledger.expire_claims(self.store, self.now)

    @invariant()
    def every_move_is_legal(self):
        now = [S(state) for state in states(self.store)]
        for old, new in zip(self.seen, now, strict=True):
            assert new == old or (old not in FINAL and new in MOVES[old])
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
                ledger.begin(self.store, taken, self.now)
                ledger.settle(self.store, taken, "18", self.now)
        assert set(states(self.store)) <= FINAL
        self.store.close()


Sending.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSending = Sending.TestCase
