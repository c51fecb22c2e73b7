"""What models cost, for a monitor."""

from prometheus_client.parser import text_string_to_metric_families

from digests.setting_values import read_prices
from digests.summaries.asking.model import Tokens
from digests.summaries.spending.budget import DailyPurse
from tests.web.conftest import NOW

PRICES = read_prices("small=0.10/0.01/0.50 dear=1/1")
BUDGET = 500_000


def scrape(client):
    """Of the models: by name, the value of the only label or of each model."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples if "_llm_" in sample.name]
    return {(sample.name.removeprefix("paperpost_llm_"), *sample.labels.values()): sample.value for sample in samples}


def purse_of(store, model):
    return DailyPurse(store, model, price=PRICES[model], daily_budget_micros=BUDGET, now=lambda: NOW)


async def test_tokens_and_cost_are_told_by_model_and_what_is_left(serve, store):
    reservation = await purse_of(store, "small").reserve(Tokens(1_300, 2_000))
    await reservation.settle(Tokens(1_300, 520, 1_024))
    await purse_of(store, "dear").reserve(Tokens(700))
    with serve(budget_micros=BUDGET) as client:
        assert scrape(client) == {
            ("calls_today", "small"): 1,
            ("prompt_tokens_today", "small"): 1_300,
            ("cached_tokens_today", "small"): 1_024,
            ("completion_tokens_today", "small"): 520,
            ("micros_today", "small"): 298,
            ("micros_reserved",): 700,
            ("budget_micros",): BUDGET,
            ("budget_left_micros",): BUDGET - 298 - 700,
        }


def test_without_a_budget_nothing_is_said_of_one(client):
    assert scrape(client) == {("micros_reserved",): 0}
