"""What the models cost, in lines for `status`; no currency, the prices are in the operator's."""

from collections.abc import Iterator

from digests.summaries.spending.prices import format_micros
from digests.summaries.spending.spent import Period, Spending, Spent


def describe_spending(spending: Spending) -> Iterator[str]:
    if not spending.week.models and spending.budget_micros is None:
        yield "not asked in the last 7 days"
        return
    yield f"today (UTC): {_describe_cost(spending.today, spending)}{_describe_left(spending)}"
    yield from _describe_models(spending.today, spending.unpriced)
    yield f"last 7 days: {_describe_cost(spending.week, spending)}"
    yield from _describe_models(spending.week, spending.unpriced)
    if spending.unpriced:
        yield f"no price, so not counted: {', '.join(spending.unpriced)} (set PAPERPOST_LLM_PRICES)"


def _describe_cost(period: Period, spending: Spending) -> str:
    if spending.unpriced and not period.micros:
        return "cost not counted"
    share = f", {format_micros(period.micros_per_reader)} a reader" if period.micros_per_reader else ""
    return f"{format_micros(period.micros)} spent{share}"


def _describe_left(spending: Spending) -> str:
    if spending.budget_micros is None or spending.left_micros is None:
        return ""
    under_way = f", {format_micros(spending.reserved_micros)} for calls under way" if spending.reserved_micros else ""
    left, budget = format_micros(spending.left_micros), format_micros(spending.budget_micros)
    return f"{under_way}, {left} of {budget} left"


def _describe_models(period: Period, unpriced: tuple[str, ...]) -> Iterator[str]:
    for one in period.models:
        cost = "no price" if one.model in unpriced else format_micros(one.micros)
        yield f"- {one.model}: {_describe_calls(one)}, {cost}"


def _describe_calls(spent: Spent) -> str:
    tokens = spent.tokens
    cached = f" ({tokens.cached / tokens.prompt:.0%} cached)" if tokens.prompt else ""
    calls = "1 call" if spent.calls == 1 else f"{spent.calls:,} calls"
    return f"{calls}, {tokens.prompt:,} tokens asked{cached}, {tokens.completion:,} answered"
