"""What a call costs, in millionths of the currency of PAPERPOST_LLM_PRICES."""

from decimal import ROUND_CEILING, Decimal
from typing import Final

from digests.setting_values import Price
from digests.summaries.asking.model import Tokens

_MICROS: Final = 1_000_000
# A hundred times what the longest context takes: whoever counts more has miscounted, and no column would hold it.
_MAX_TOKENS: Final = 100_000_000
_DIGITS: Final = 3


def price_call(price: Price | None, tokens: Tokens) -> int:
    """Rounded up; 0 without a price."""
    if price is None:
        return 0
    counted = correct_tokens(tokens)
    # A price of a million tokens in units is one of a token in micros.
    micros = (
        price.prompt * (counted.prompt - counted.cached)
        + price.cached * counted.cached
        + price.completion * counted.completion
    )
    return int(micros.to_integral_value(ROUND_CEILING))


def correct_tokens(tokens: Tokens) -> Tokens:
    """Within what can be: servers have counted backwards, and more tokens cached than asked."""
    prompt, completion, cached = (
        min(max(count, 0), _MAX_TOKENS) for count in (tokens.prompt, tokens.completion, tokens.cached)
    )
    return Tokens(prompt, completion, min(cached, prompt))


def to_micros(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * _MICROS)


def format_micros(micros: int) -> str:
    """Three digits that count, and at least two decimals: `0.118`, `0.50`, `12.35`, `0.000214`. No currency."""
    amount = Decimal(micros) / _MICROS
    decimals = max(2, _DIGITS - 1 - amount.adjusted()) if amount else 2
    whole, _, part = f"{amount:.{decimals}f}".partition(".")
    return f"{whole}.{part[:2]}{part[2:].rstrip('0')}"
