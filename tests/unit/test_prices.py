"""What a call costs, in whole micros; the examples were worked out by hand."""

from decimal import Decimal

import pytest

from digests.setting_values import read_prices
from digests.summaries.asking.model import Tokens
from digests.summaries.spending.prices import format_micros, price_call, to_micros

PRICES = read_prices("small=0.10/0.01/0.50 plain=0.15/0.60 free=0/0")


@pytest.mark.parametrize(
    ("model", "tokens", "micros"),
    [
        # 1,000,000 x 0.10 and 1,000,000 x 0.50 of the currency.
        ("small", Tokens(1_000_000, 1_000_000, 0), 600_000),
        # 276 x 0.10 + 1,024 x 0.01 + 520 x 0.50 = 27.6 + 10.24 + 260.
        ("small", Tokens(1_300, 520, 1_024), 298),
        ("small", Tokens(10, 0, 0), 1),
        ("small", Tokens(11, 0, 0), 2),
        ("small", Tokens(1, 0, 1), 1),
        ("small", Tokens(), 0),
        # Without a price of its own what was cached costs as much as the rest.
        ("plain", Tokens(1_300, 520, 1_024), 507),
        ("free", Tokens(1_300, 520, 0), 0),
        ("unknown", Tokens(1_300, 520, 0), 0),
        # A server that counts more cached tokens than it was asked, or backwards, gives no credit.
        ("small", Tokens(100, 0, 1_024), 1),
        ("small", Tokens(-100, -100, -100), 0),
    ],
)
def test_a_call_is_priced_and_rounded_up(model, tokens, micros):
    assert price_call(PRICES.get(model), tokens) == micros


def test_a_dear_model_with_a_long_answer_stays_in_the_column():
    dear = read_prices("dear=999999/999999")["dear"]
    assert price_call(dear, Tokens(10**30, 10**30)) < 2**63


@pytest.mark.parametrize(
    ("micros", "said"),
    [
        (0, "0.00"),
        (3, "0.000003"),
        (214, "0.000214"),
        (118_000, "0.118"),
        (118_600, "0.119"),
        (500_000, "0.50"),
        (1_000_000, "1.00"),
        (12_345_600, "12.35"),
        (123_456_789_000, "123456.79"),
    ],
)
def test_amounts_are_said_with_three_digits_that_count(micros, said):
    assert format_micros(micros) == said


def test_a_budget_is_counted_in_micros():
    assert (to_micros(Decimal("0.50")), to_micros(Decimal(1000)), to_micros(None)) == (500_000, 10**9, None)
