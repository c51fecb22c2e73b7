"""The day's budget is one for all workers, on both databases: reserved before a call, settled after it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select
from structlog.testing import capture_logs

from digests.alerts import find_open, raise_alert
from digests.errors import SummaryOverBudget
from digests.setting_values import Price
from digests.store.tables import reservations, spending
from digests.summaries.asking.model import Tokens
from digests.summaries.spending.budget import DailyPurse
from tests.builders import NOON

#: A token asked costs one micro, one answered two, one from the cache a tenth.
PRICE = Price(Decimal(1), Decimal(2), Decimal("0.1"))
TODAY = NOON.date()
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


class Clock:
    def __init__(self, at=NOON):
        self.at = at

    def __call__(self):
        return self.at


def purse_of(store, budget=1000, *, model="m1", price=PRICE, now=None):
    return DailyPurse(store, model, price=price, daily_budget_micros=budget, now=now or Clock())


def asked(micros):
    return Tokens(prompt=micros)


def load_spent(store):
    with store.reading() as connection:
        rows = connection.execute(select(spending).order_by(spending.c.spent_on, spending.c.model))
        return [tuple(row) for row in rows]


def sum_reserved(store):
    with store.reading() as connection:
        return int(connection.scalar(select(func.coalesce(func.sum(reservations.c.micros), 0))))


def sum_spent(store):
    return sum(row[-1] for row in load_spent(store))


async def test_a_call_takes_its_estimate_until_it_is_settled_by_what_the_server_counted(store):
    reservation = await purse_of(store).reserve(Tokens(prompt=300, completion=100))
    assert (sum_reserved(store), load_spent(store)) == (500, [])
    assert await reservation.settle(Tokens(prompt=300, completion=50, cached=200)) == 220
    assert sum_reserved(store) == 0
    assert load_spent(store) == [(TODAY, "m1", 1, 300, 200, 50, 220)]


async def test_what_came_to_nothing_is_free_again(store):
    purse = purse_of(store, 100)
    await (await purse.reserve(asked(85))).release()
    await (await purse.reserve(asked(85))).settle(asked(85))
    assert (sum_reserved(store), load_spent(store)) == (0, [(TODAY, "m1", 1, 85, 0, 0, 85)])


async def test_a_reservation_ends_once(store):
    reservation = await purse_of(store).reserve(asked(10))
    await reservation.settle(asked(10))
    await reservation.release()
    await reservation.settle(asked(10))
    assert load_spent(store) == [(TODAY, "m1", 1, 10, 0, 0, 10)]


async def test_the_last_of_the_day_is_kept_for_short_answers(store):
    purse = purse_of(store, 1000)
    await purse.reserve(asked(850))
    with pytest.raises(SummaryOverBudget):
        await purse.reserve(asked(1))
    await purse.reserve(asked(150), is_frugal=True)
    with pytest.raises(SummaryOverBudget):
        await purse.reserve(asked(1), is_frugal=True)
    assert sum_reserved(store) == 1000


async def test_every_model_takes_from_the_same_budget(store):
    await (await purse_of(store, model="m1").reserve(asked(400))).settle(asked(400))
    await purse_of(store, model="m2").reserve(asked(400))
    with pytest.raises(SummaryOverBudget):
        await purse_of(store, model="m3").reserve(asked(100))


async def test_who_is_refused_is_told_to_ask_at_noon_of_the_next_day_of_utc(store):
    clock = Clock(MIDNIGHT - timedelta(hours=2, microseconds=1))
    purse = purse_of(store, 100, now=clock)
    with pytest.raises(SummaryOverBudget, match=r"0\.0001") as refused:
        await purse.reserve(asked(101))
    clock.at += timedelta(seconds=refused.value.retry_after_seconds)
    assert clock.at == MIDNIGHT + timedelta(hours=12)


async def test_a_new_day_has_its_own_budget_and_a_call_over_midnight_is_of_the_day_it_began(store):
    clock = Clock(MIDNIGHT - timedelta(seconds=30))
    purse = purse_of(store, 100, now=clock)
    late = await purse.reserve(asked(85))
    clock.at = MIDNIGHT
    await (await purse.reserve(asked(85))).settle(asked(80))
    await late.settle(asked(70))
    assert [(row[0], row[-1]) for row in load_spent(store)] == [(TODAY, 70), (date(2026, 11, 21), 80)]


async def test_a_call_whose_process_died_counts_as_spent_when_its_time_is_over(store):
    clock = Clock()
    await purse_of(store, 100, now=clock).reserve(asked(60))
    clock.at += timedelta(minutes=11)
    with pytest.raises(SummaryOverBudget):
        await purse_of(store, 100, model="m2", now=clock).reserve(asked(40))
    # What is counted stays counted although the call that found it was refused.
    assert (sum_reserved(store), load_spent(store)) == (0, [(TODAY, "m1", 1, 0, 0, 0, 60)])


async def test_an_answer_after_all_puts_right_what_was_counted_for_it(store):
    clock = Clock()
    purse = purse_of(store, 1000, now=clock)
    answered, failed = await purse.reserve(asked(60)), await purse.reserve(asked(70))
    clock.at += timedelta(hours=1)
    open_still = await purse.reserve(asked(1))
    assert sum_spent(store) == 130
    await answered.settle(Tokens(prompt=40, completion=2))
    await failed.release()
    await open_still.release()
    assert load_spent(store) == [(TODAY, "m1", 1, 40, 0, 2, 44)]


async def test_a_server_that_bills_more_than_was_thought_possible_is_counted_honestly(store):
    purse = purse_of(store, 100)
    reservation = await purse.reserve(asked(50))
    with capture_logs() as logs:
        assert await reservation.settle(asked(500)) == 500
    assert [(log["event"], log["micros"]) for log in logs] == [("llm_cost_more", 500)]
    assert sum_spent(store) == 500
    with pytest.raises(SummaryOverBudget):
        await purse.reserve(asked(1), is_frugal=True)


@pytest.mark.parametrize(
    "counted", [Tokens(-5, -5, -5), Tokens(10, 0, 10**9), Tokens(10**30, 10**30, 0)], ids=["negative", "cached", "huge"]
)
async def test_numbers_that_no_call_can_have_are_no_credit_and_break_nothing(store, counted):
    reservation = await purse_of(store).reserve(asked(10))
    assert await reservation.settle(counted) >= 0
    ((_, _, calls, prompt, cached, _, micros),) = load_spent(store)
    assert (calls, prompt >= cached >= 0, micros >= 0) == (1, True, True)


async def test_without_a_budget_calls_are_counted_and_nothing_is_put_aside(store):
    purse = purse_of(store, None)
    reservation = await purse.reserve(asked(10**9))
    await (await purse.reserve(asked(1))).release()
    assert sum_reserved(store) == 0
    await reservation.settle(asked(20))
    assert load_spent(store) == [(TODAY, "m1", 1, 20, 0, 0, 20)]


async def test_a_model_without_a_price_costs_nothing_and_its_tokens_are_counted(store):
    reservation = await purse_of(store, None, price=None).reserve(asked(7))
    assert await reservation.settle(Tokens(7, 3, 1)) == 0
    assert load_spent(store) == [(TODAY, "m1", 1, 7, 1, 3, 0)]


async def test_a_clock_that_is_set_back_asks_the_days_budget_of_then(store):
    clock = Clock(NOON + timedelta(days=400))
    purse = purse_of(store, 100, now=clock)
    future = await purse.reserve(asked(85))
    clock.at = NOON
    await (await purse.reserve(asked(85))).settle(asked(85))
    await future.settle(asked(1))
    assert [(row[0], row[-1]) for row in load_spent(store)] == [(TODAY, 85), (date(2027, 12, 25), 1)]


def test_of_many_workers_none_takes_what_another_has(store):
    """Each has a loop and a purse of its own, as processes have."""
    start, budget, cost = Barrier(4), 1000, 30

    def work(number):
        purse = purse_of(store, budget, model=f"m{number % 2}")
        start.wait()
        return asyncio.run(ask_until_refused(purse, cost))

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(work, range(4)))
    # The last may have been refused for what others had put aside and not spent.
    assert sum_reserved(store) == 0
    assert sum_spent(store) == done * (cost - 10)
    assert 850 - 4 * cost < sum_spent(store) <= 850


async def ask_until_refused(purse, cost):
    done = 0
    try:
        while True:
            reservation = await purse.reserve(asked(cost))
            await reservation.settle(asked(cost - 10))
            done += 1
    except SummaryOverBudget:
        return done


def test_of_many_workers_one_takes_the_last(store):
    start = Barrier(6)

    def take(_):
        start.wait()
        try:
            asyncio.run(purse_of(store, 100).reserve(asked(50), is_frugal=True))
        except SummaryOverBudget:
            return 0
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(take, range(6))) == 2
    assert sum_reserved(store) == 100


async def test_the_operator_is_told_once_a_day_and_it_is_over_the_next_day(store):
    clock = Clock()
    raise_alert(store, "late:2026-11-20", "arXiv is late.", NOON)
    purses = [purse_of(store, 1_000_000, model=name, now=clock) for name in ("m1", "m2")]
    await (await purses[0].reserve(asked(700_000))).settle(asked(612_345))
    for purse in [*purses, *purses]:
        with pytest.raises(SummaryOverBudget):
            await purse.reserve(asked(250_000))
    _, alert = sorted(find_open(store), key=lambda alert: alert.key, reverse=True)
    assert alert.key == f"budget:{TODAY}"
    for said in ("1.00", "0.612", "0.25", "PAPERPOST_LLM_DAILY_BUDGET", "English"):
        assert said in alert.text
    clock.at = MIDNIGHT
    await purses[1].reserve(asked(10))
    assert [alert.key for alert in find_open(store)] == ["late:2026-11-20"]


async def test_a_row_that_another_process_wrote_counts(store):
    row = {"spent_on": TODAY, "model": "gone", "calls": 1, "prompt_tokens": 0, "cached_tokens": 0}
    with store.writing() as connection:
        connection.execute(insert(spending).values(**row, completion_tokens=0, micros=840))
    with pytest.raises(SummaryOverBudget):
        await purse_of(store, 1000).reserve(asked(11))
    await purse_of(store, 1000).reserve(asked(10))
