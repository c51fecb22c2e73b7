"""What `status` says of the models' cost, on both databases."""

from dataclasses import asdict
from datetime import timedelta

from digests.cli.spending import describe_spending
from digests.setting_values import read_prices
from digests.status import report_status
from digests.store.tables import subscriptions
from digests.summaries.asking.model import Tokens
from digests.summaries.spending.budget import DailyPurse
from digests.summaries.spending.spent import Period, Spending, Spent, add_spent
from tests.builders import NOON, add_reader

TODAY = NOON.date()
BUDGET = 500_000


def add_served_reader(store):
    subscriber_id, _ = add_reader(store, "telegram")
    row = {"subscriber_id": subscriber_id, "canonical": "agent", "typed": "agent", "added_at": NOON}
    with store.writing() as connection:
        connection.execute(subscriptions.insert().values(row))


def spend(store, days_ago, model, calls, tokens, micros):
    with store.writing() as connection:
        add_spent(store, connection, TODAY - timedelta(days=days_ago), Spent(model, calls, tokens, micros))


def load_spending(store, priced=("small", "dear"), budget=BUDGET):
    return report_status(store, NOON, priced=priced, budget_micros=budget).spending


def lines(spending):
    return list(describe_spending(spending))


def test_a_house_that_has_asked_nobody_has_spent_nothing(store):
    assert load_spending(store, budget=None) == Spending()
    assert lines(Spending()) == ["not asked in the last 7 days"]
    assert lines(load_spending(store)) == [
        "today (UTC): 0.00 spent, 0.50 of 0.50 left",
        "last 7 days: 0.00 spent",
    ]


async def test_today_and_a_week_are_counted_by_model(store):
    for _ in range(3):
        add_served_reader(store)
    # Paused or without a keyword: no reader of digests.
    add_reader(store, "telegram")
    spend(store, 7, "small", 1000, Tokens(9, 9, 9), 9_000_000)
    spend(store, 6, "small", 100, Tokens(100_000, 50_000, 0), 90_000)
    spend(store, 0, "small", 200, Tokens(400_000, 98_000, 300_000), 100_000)
    spend(store, 0, "small", 14, Tokens(12_000, 1_000, 9_000), 18_000)
    spend(store, 0, "dear", 2, Tokens(1_000, 1_000, 0), 32_000)
    price = read_prices("dear=1/1")["dear"]
    purse = DailyPurse(store, "dear", price=price, daily_budget_micros=BUDGET, now=lambda: NOON)
    await purse.reserve(Tokens(2_000))
    spending = load_spending(store)
    assert spending.today.models == (
        Spent("dear", 2, Tokens(1_000, 1_000, 0), 32_000),
        Spent("small", 214, Tokens(412_000, 99_000, 309_000), 118_000),
    )
    assert (spending.today.micros, spending.today.micros_per_reader) == (150_000, 50_000)
    assert spending.today.cached_share == 309_000 / 413_000
    assert (spending.week.micros, spending.week.models[1].calls) == (240_000, 314)
    assert (spending.reserved_micros, spending.left_micros) == (2_000, 348_000)
    assert lines(spending) == [
        "today (UTC): 0.15 spent, 0.05 a reader, 0.002 for calls under way, 0.348 of 0.50 left",
        "- dear: 2 calls, 1,000 tokens asked (0% cached), 1,000 answered, 0.032",
        "- small: 214 calls, 412,000 tokens asked (75% cached), 99,000 answered, 0.118",
        "last 7 days: 0.24 spent, 0.08 a reader",
        "- dear: 2 calls, 1,000 tokens asked (0% cached), 1,000 answered, 0.032",
        "- small: 314 calls, 512,000 tokens asked (60% cached), 149,000 answered, 0.208",
    ]


def test_a_model_without_a_price_is_named(store):
    spend(store, 0, "small", 3, Tokens(10, 10, 0), 0)
    # The price is no longer set, and what it was is known.
    spend(store, 1, "gone", 1, Tokens(10, 10, 0), 12)
    spending = load_spending(store, priced=(), budget=None)
    assert spending.unpriced == ("small",)
    assert lines(spending) == [
        "today (UTC): cost not counted",
        "- small: 3 calls, 10 tokens asked (0% cached), 10 answered, no price",
        "last 7 days: 0.000012 spent",
        "- gone: 1 call, 10 tokens asked (0% cached), 10 answered, 0.000012",
        "- small: 3 calls, 10 tokens asked (0% cached), 10 answered, no price",
        "no price, so not counted: small (set PAPERPOST_LLM_PRICES)",
    ]


def test_a_model_that_is_free_has_a_price(store):
    spend(store, 0, "small", 3, Tokens(10, 10, 0), 0)
    assert load_spending(store).unpriced == ()


def test_more_than_the_budget_leaves_nothing(store):
    spend(store, 0, "small", 3, Tokens(10, 10, 0), BUDGET + 5)
    assert load_spending(store).left_micros == 0


def test_all_of_it_stands_in_what_a_program_reads(store):
    spend(store, 0, "small", 3, Tokens(10, 20, 5), 7)
    told = asdict(report_status(store, NOON))["spending"]
    assert told["today"] == {
        "models": (
            {"model": "small", "calls": 3, "tokens": {"prompt": 10, "completion": 20, "cached": 5}, "micros": 7},
        ),
        "micros": 7,
        "cached_share": 0.5,
        "micros_per_reader": None,
    }
    assert set(told) == {"today", "week", "reserved_micros", "budget_micros", "left_micros", "unpriced"}


def test_a_day_with_calls_and_no_tokens_has_no_share():
    died = Period(models=(Spent("small", 1, micros=60),), micros=60)
    spending = Spending(today=died, week=died)
    assert lines(spending)[:2] == ["today (UTC): 0.00006 spent", "- small: 1 call, 0 tokens asked, 0 answered, 0.00006"]


def test_the_day_is_that_of_utc(store):
    spend(store, 0, "small", 1, Tokens(1), 1)
    evening = NOON.replace(hour=23, minute=59)
    assert report_status(store, evening).spending.today.micros == 1
    assert report_status(store, evening + timedelta(minutes=1)).spending.today.micros == 0
