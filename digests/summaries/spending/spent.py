"""What the calls of models have cost, by day (UTC) and model."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from digests.store.engine import Store
from digests.store.tables import reservations, spending
from digests.summaries.asking.model import Tokens

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Spent:
    """One model's calls. Those whose end nobody saw are paid for at their full estimate, and have no tokens."""

    model: str
    calls: int = 0
    tokens: Tokens = field(default_factory=Tokens)
    micros: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """The calls of some days.

    cached_share       of the tokens asked; None: none were
    micros_per_reader  of those who get digests now; None: nobody does
    """

    models: tuple[Spent, ...] = ()
    micros: int = 0
    cached_share: float | None = None
    micros_per_reader: int | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """
    week             today (UTC) and the six days before
    reserved_micros  put aside for calls that are under way
    left_micros      of the day's budget; None: there is none
    unpriced         models whose calls cost nothing because nobody has said what they cost
    """

    today: Period = Period()
    week: Period = Period()
    reserved_micros: int = 0
    budget_micros: int | None = None
    left_micros: int | None = None
    unpriced: tuple[str, ...] = ()


def find_day(now: datetime) -> date:
    """Whose budget a call at `now` takes from."""
    return now.astimezone(UTC).date()


def add_spent(store: Store, connection: Connection, spent_on: date, spent: Spent) -> None:
    """Count it; what is negative is taken back."""
    tokens = spent.tokens
    counts = {
        "calls": spent.calls,
        "prompt_tokens": tokens.prompt,
        "cached_tokens": tokens.cached,
        "completion_tokens": tokens.completion,
        "micros": spent.micros,
    }
    insert = store.insert(spending).values(spent_on=spent_on, model=spent.model, **counts)
    more = {name: spending.c[name] + insert.excluded[name] for name in counts}
    connection.execute(insert.on_conflict_do_update(index_elements=list(spending.primary_key), set_=more))


def sum_taken(connection: Connection, on: date) -> int:
    """Micros of the day, spent and put aside, by all models.

    One statement: between two a call could be settled, and be in neither of them.
    """
    spent = select(func.coalesce(func.sum(spending.c.micros), 0)).where(spending.c.spent_on == on)
    reserved = select(func.coalesce(func.sum(reservations.c.micros), 0)).where(reservations.c.spent_on == on)
    return int(connection.scalar(select(spent.scalar_subquery() + reserved.scalar_subquery())) or 0)


def report_spending(
    connection: Connection, now: datetime, *, readers: int, priced: Collection[str], budget_micros: int | None
) -> Spending:
    """What `status` says.

    readers  who get digests
    priced   the models that have a price
    """
    on = find_day(now)
    today, week = _find_spent(connection, on, on), _find_spent(connection, on - _WEEK + timedelta(days=1), on)
    taken = sum_taken(connection, on)
    return Spending(
        today=_sum_up(today, readers),
        week=_sum_up(week, readers),
        reserved_micros=taken - sum(one.micros for one in today),
        budget_micros=budget_micros,
        left_micros=None if budget_micros is None else max(0, budget_micros - taken),
        unpriced=tuple(one.model for one in week if one.model not in priced and not one.micros),
    )


def _find_spent(connection: Connection, first: date, last: date) -> list[Spent]:
    columns = ("calls", "prompt_tokens", "completion_tokens", "cached_tokens", "micros")
    sums = (func.sum(spending.c[name]) for name in columns)
    query = select(spending.c.model, *sums).where(spending.c.spent_on.between(first, last))
    found = []
    for model, *counts in connection.execute(query.group_by(spending.c.model).order_by(spending.c.model)):
        # PostgreSQL's sums of bigint are decimals.
        calls, prompt, completion, cached, micros = map(int, counts)
        found.append(Spent(model, calls, Tokens(prompt, completion, cached), micros))
    return found


def _sum_up(spent: list[Spent], readers: int) -> Period:
    tokens = sum((one.tokens for one in spent), Tokens())
    micros = sum(one.micros for one in spent)
    return Period(
        models=tuple(spent),
        micros=micros,
        cached_share=tokens.cached / tokens.prompt if tokens.prompt else None,
        micros_per_reader=round(micros / readers) if readers else None,
    )
