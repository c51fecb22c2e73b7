"""What the text of a setting may be. Errors are ValueErrors without the text: it may be a password."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

# redis-py and Celery get the same address: without what only one of them takes (unix://, redis+socket://, options).
_REDIS: Final = re.compile(r"redis(?P<tls>s)?://[^/?#]+(/[0-9]*)?(?(tls)(\?ssl_\w+=[^&#]+(&ssl_\w+=[^&#]+)*)?)")
_ATOM: Final = r"[\w!#$%&'*+/=?^`{|}~-]+"
_MAIL: Final = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
_HOLIDAY: Final = re.compile(r"(?P<day>20\d\d-\d\d-\d\d)(?P<open>=open)?", re.ASCII)
_AMOUNT: Final = r"\d{1,6}(?:\.\d{1,6})?"
# Names of models have colons and slashes: qwen3:4b, deepseek/deepseek-chat.
_PRICE: Final = re.compile(
    rf"(?P<model>[^\s=,]+)=(?P<prompt>{_AMOUNT})(?:/(?P<cached>{_AMOUNT}))?/(?P<completion>{_AMOUNT})", re.ASCII
)
# At most 52 bits, and those of people are positive: https://core.telegram.org/bots/api#user
_TELEGRAM_ID: Final = re.compile(r"[1-9]\d{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ModelAddress:
    """Where a model is asked, and with which key."""

    name: str
    base_url: str
    api_key: SecretStr


class Price(NamedTuple):
    """Of a million tokens: asked, answered, and asked again of what the server had read before."""

    prompt: Decimal
    completion: Decimal
    cached: Decimal


def is_address(url: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(url)
        # `port` raises for what is none.
        return url.isprintable() and parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_redis(url: str) -> bool:
    return is_address(url, {"redis", "rediss"}) and _REDIS.fullmatch(url) is not None


def is_database(url: str) -> bool:
    try:
        return make_url(url).get_backend_name() in {"sqlite", "postgresql", "postgres"}
    except (ArgumentError, ValueError):
        return False


def is_mail(address: str) -> bool:
    return _MAIL.fullmatch(address) is not None


def read_holidays(text: str) -> dict[date, bool]:
    """`2027-01-01 2026-12-29=open`: by day, whether it is one without an announcement (Calendar.change).

    Raises  ValueError.
    """
    changes: dict[date, bool] = {}
    for item in text.replace(",", " ").split():
        day, is_off = _read_holiday(item)
        if changes.setdefault(day, is_off) is not is_off:
            raise ValueError(f"says of {day} both that it is a holiday and that it is none")
    return changes


def read_prices(text: str) -> dict[str, Price]:
    """`gpt-6-luna=0.10/0.01/0.50`, with commas or blanks between: by model the price of a million tokens.

    prompt/cached/completion, or prompt/completion where nothing is cheaper. Raises  ValueError.
    """
    prices: dict[str, Price] = {}
    for item in text.replace(",", " ").split():
        found = _PRICE.fullmatch(item)
        if found is None:
            raise ValueError(
                "must be prices of a million tokens, asked/answered or asked/cached/answered, "
                "like small=0.10/0.50 or small=0.10/0.01/0.50"
            )
        prompt, cached, completion = Decimal(found["prompt"]), found["cached"], Decimal(found["completion"])
        price = Price(prompt, completion, prompt if cached is None else Decimal(cached))
        if prices.setdefault(found["model"], price) != price:
            raise ValueError(f"has two prices of {found['model']}")
    return prices


def read_telegram_ids(text: str) -> tuple[int, ...]:
    """`12345,678`, each once. Raises ValueError."""
    items = text.replace(",", " ").split()
    if not all(map(_TELEGRAM_ID.fullmatch, items)):
        raise ValueError("must be Telegram ids of people, numbers with commas between, like 12345678,87654321")
    return tuple(dict.fromkeys(int(item) for item in items))


def _read_holiday(item: str) -> tuple[date, bool]:
    try:
        if found := _HOLIDAY.fullmatch(item):
            return date.fromisoformat(found["day"]), found["open"] is None
    except ValueError:
        # Such as 30 February.
        pass
    raise ValueError(
        "must be dates with blanks between, those on which arXiv does announce with =open behind: "
        "2027-01-01 2026-12-29=open"
    )
