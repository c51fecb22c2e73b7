"""Whatever happens in whatever order: the purse agrees with plain arithmetic, and no day takes more than it has."""

import asyncio
from collections import Counter
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from digests.errors import SummaryOverBudget
from digests.setting_values import Price
from digests.store.tables import reservations, spending
from digests.summaries.asking.model import Tokens
from digests.summaries.spending.budget import DailyPurse
from digests.summaries.spending.spent import find_day, sum_taken
from tests.builders import NOON

BUDGET = 100
PRICE = Price(Decimal(1), Decimal(1), Decimal(1))
AMOUNTS = st.integers(0, 60)
STEPS = st.one_of(
    st.tuples(st.just("reserve"), AMOUNTS, st.booleans()),
    st.tuples(st.just("settle"), st.integers(0, 9), AMOUNTS),
    st.tuples(st.just("release"), st.integers(0, 9), st.none()),
    # Over the end of a call, of the day, and back: a sandbox's clock goes both ways.
    st.tuples(st.just("move"), st.sampled_from([5, 20, 60, 12 * 60, -30]), st.none()),
)


class Book:
    """What should be: every call costs its estimate until it is settled or released."""

    def __init__(self, store):
        self.now, self.open = NOON, []
        self.taken, self.excess = Counter(), Counter()
        self.purse = DailyPurse(store, "m1", price=PRICE, daily_budget_micros=BUDGET, now=lambda: self.now)

    async def reserve(self, micros, is_frugal):
        on = find_day(self.now)
        fits = self.taken[on] + micros <= (BUDGET if is_frugal else 85)
        try:
            self.open.append((on, micros, await self.purse.reserve(Tokens(micros), is_frugal=is_frugal)))
        except SummaryOverBudget:
            assert not fits
        else:
            assert fits
            self.taken[on] += micros

    async def settle(self, which, micros):
        if self.open:
            on, reserved, reservation = self.open.pop(which % len(self.open))
            assert await reservation.settle(Tokens(micros)) == micros
            self.taken[on] += micros - reserved
            self.excess[on] += max(0, micros - reserved)

    async def release(self, which, _):
        if self.open:
            on, reserved, reservation = self.open.pop(which % len(self.open))
            await reservation.release()
            self.taken[on] -= reserved

    async def move(self, minutes, _):
        self.now += timedelta(minutes=minutes)


async def follow(store, steps):
    book = Book(store)
    for name, *arguments in steps:
        await getattr(book, name)(*arguments)
        with store.reading() as connection:
            for on, micros in book.taken.items():
                assert sum_taken(connection, on) == micros <= BUDGET + book.excess[on]
    for _, _, reservation in book.open:
        await reservation.settle(Tokens())
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(reservations)) == 0
        assert all(row.calls >= 0 and row.micros >= 0 for row in connection.execute(select(spending)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
def test_any_sequence_of_calls_agrees_with_arithmetic(store, steps):
    with store.writing() as connection:
        connection.execute(delete(spending))
        connection.execute(delete(reservations))
    asyncio.run(follow(store, steps))
