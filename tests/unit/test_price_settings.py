"""What may be said of prices and of a day's budget, and what is said of what may not."""

from decimal import Decimal
from pathlib import Path

import pytest

from digests.errors import ConfigError
from digests.setting_values import Price
from digests.settings import load_settings, setting_names

PRICES, BUDGET = "PAPERPOST_LLM_PRICES", "PAPERPOST_LLM_DAILY_BUDGET"


@pytest.fixture(autouse=True)
def with_a_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("PAPERPOST_LLM_MODEL", "small")


def test_without_either_nothing_is_limited():
    settings = load_settings()
    assert (settings.model_prices, settings.llm_daily_budget) == ({}, None)


def test_prices_are_asked_cached_answered_or_without_a_cache(monkeypatch):
    monkeypatch.setenv(PRICES, "small=0.10/0.01/0.50, vendor/qwen3:4b=2/8 free=0/0,")
    assert load_settings().model_prices == {
        "small": Price(prompt=Decimal("0.10"), completion=Decimal("0.50"), cached=Decimal("0.01")),
        "vendor/qwen3:4b": Price(prompt=Decimal(2), completion=Decimal(8), cached=Decimal(2)),
        "free": Price(Decimal(0), Decimal(0), Decimal(0)),
    }


@pytest.mark.parametrize(
    "prices",
    [
        "abc",
        "little",
        "little=0.1",
        "small=1e9/1",
        "small=1000000000/1",
        "small=-1/2",
        "small=$1/$2",
        "small=1/2/3/4",
        "small=0,1/0,2",
        "small = 1/2",
        "small=.1/.5",
        "small=１/２",
        "=1/2",
        "small=nan/1",
        "x=" * 5000,
    ],
)
def test_what_is_no_price_is_answered_with_an_example(monkeypatch, prices):
    monkeypatch.setenv(PRICES, prices)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{PRICES}: must be prices of a million tokens")
    assert "asked/answered or asked/cached/answered" in str(refused.value)
    assert "small=0.10/0.50 or small=0.10/0.01/0.50" in str(refused.value)
    assert prices not in str(refused.value)


def test_what_is_no_price_is_said_once_beside_a_budget(monkeypatch):
    monkeypatch.setenv(PRICES, "abc")
    monkeypatch.setenv(BUDGET, "0.50")
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{PRICES}: must be prices")
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("budget", ["-1", "0", "$0.50", "0,50", "nan", "inf", "1e30", "much"])
def test_a_budget_is_an_amount_above_nothing(monkeypatch, budget):
    monkeypatch.setenv(PRICES, "small=1/2")
    monkeypatch.setenv(BUDGET, budget)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    (sentence,) = str(refused.value).splitlines()
    assert sentence == f"{BUDGET}: must be a positive number like 0.50, or empty for no limit"


@pytest.mark.parametrize("prices", ["", "Small=1/2", "other=1/2"])
def test_a_budget_needs_the_price_of_every_model_that_is_asked(monkeypatch, prices):
    monkeypatch.setenv(PRICES, prices)
    monkeypatch.setenv(BUDGET, "0.50")
    monkeypatch.setenv("PAPERPOST_LLM_JUDGE_MODEL", "dear")
    monkeypatch.setenv("PAPERPOST_LLM_FALLBACK_MODEL", "other")
    with pytest.raises(ConfigError, match=rf"{PRICES}: {BUDGET} is set, so the price of dear, .*small is needed"):
        load_settings()


def test_a_budget_with_all_prices_is_good(monkeypatch):
    monkeypatch.setenv(PRICES, "small=1/2 dear=3/4")
    monkeypatch.setenv(BUDGET, "0.50")
    monkeypatch.setenv("PAPERPOST_LLM_JUDGE_MODEL", "dear")
    assert load_settings().llm_daily_budget == Decimal("0.50")
