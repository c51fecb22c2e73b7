"""The day's budget, one for all processes: a call is made only when the day can bear it at its dearest."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy import Connection, delete, insert, text

from digests.alerts import clear_alert, find_open, raise_alert
from digests.clock import Now
from digests.errors import SummaryOverBudget
from digests.setting_values import Price
from digests.store.engine import Store
from digests.store.tables import reservations
from digests.summaries.asking.model import Tokens
from digests.summaries.spending.prices import correct_tokens, format_micros, price_call
from digests.summaries.spending.spent import Spent, add_spent, find_day, sum_taken

log = structlog.get_logger(__name__)

# The rest is kept for title and one sentence. That is two thirds of the price of a whole translation, and a quarter
# where the server has the rules in its cache: the day's last money gives a line of Chinese to more papers.
_PERCENT_FOR_ALL: Final = 85
# Longer than anybody waits for an answer. One that comes later all the same is put right when it is settled.
_LONGEST_CALL: Final = timedelta(minutes=10)
# Not at midnight: that is about when arXiv announces, and yesterday's papers, which went out without a summary, would
# take the money of today's, every day more of it. From noon on they get what the new batch has left.
_LEFT_OVER_AT: Final = time(12, tzinfo=UTC)
# Any number that no other lock of ours has.
_ADVISORY_LOCK: Final = 7_301_997
_ALERT: Final = "budget:"


class DailyPurse:
    """Pays for one model's calls out of the budget of all (asking.model.Purse).

    Threads do the database's work and cannot be cancelled: who calls shields it (asking.billing).

    price                None: its calls are counted, and cost nothing
    daily_budget_micros  of a day (UTC), for all models; None: nothing is put aside, calls are only counted
    """

    def __init__(
        self, store: Store, model: str, *, price: Price | None, daily_budget_micros: int | None, now: Now
    ) -> None:
        self._store, self._model, self._price, self._now = store, model, price, now
        self._budget = daily_budget_micros
        self._seen_on: date | None = None
        self._refused_on: date | None = None

    async def reserve(self, estimate: Tokens, *, is_frugal: bool = False) -> "DailyReservation":
        """Counts for the day on which it is asked, whenever its answer comes. Raises  SummaryOverBudget, StoreError."""
        now, micros = self._now(), price_call(self._price, estimate)
        reservation = DailyReservation(
            self._store, self._model, self._price, find_day(now), micros, has_row=self._budget is not None
        )
        if self._budget is None:
            return reservation
        cap = self._budget if is_frugal else self._budget * _PERCENT_FOR_ALL // 100
        await asyncio.to_thread(self._reserve, reservation, cap, now)
        return reservation

    def _reserve(self, reservation: "DailyReservation", cap: int, now: datetime) -> None:
        on = reservation.spent_on
        if self._seen_on != on:
            self._clear_past_alerts(on, now)
        with self._store.writing() as connection:
            _wait_turn(self._store, connection)
            _count_expired(self._store, connection, now)
            taken = sum_taken(connection, on)
            fits = taken + reservation.micros <= cap
            if fits:
                reservation.add_row(connection, now + _LONGEST_CALL)
        if not fits:
            self._refuse(reservation, taken, now)

    def _refuse(self, reservation: "DailyReservation", taken: int, now: datetime) -> None:
        on = reservation.spent_on
        if self._refused_on != on:
            raise_alert(self._store, f"{_ALERT}{on}", self._describe(taken, reservation.micros), now)
            self._refused_on = on
        later = datetime.combine(on + timedelta(days=1), _LEFT_OVER_AT)
        raise SummaryOverBudget(
            f"{format_micros(taken)} of the day's {format_micros(self._budget or 0)} are taken, "
            f"and this may cost {format_micros(reservation.micros)}",
            retry_after_seconds=(later - now).total_seconds(),
        )

    def _describe(self, taken: int, micros: int) -> str:
        return (
            f"Of the day's {format_micros(self._budget or 0)} for models {format_micros(taken)} is spent or put aside, "
            f"and the next call may cost {format_micros(micros)}: until midnight (UTC) papers get title and one "
            "sentence only, then English, labelled; PAPERPOST_LLM_DAILY_BUDGET sets what a day may cost."
        )

    def _clear_past_alerts(self, on: date, now: datetime) -> None:
        for alert in find_open(self._store):
            if alert.key.startswith(_ALERT) and alert.key != f"{_ALERT}{on}":
                clear_alert(self._store, alert.key, now)
        self._seen_on = on


class DailyReservation:
    """Ended once: what is settled or released again does nothing."""

    def __init__(
        self, store: Store, model: str, price: Price | None, spent_on: date, micros: int, *, has_row: bool
    ) -> None:
        self._store, self._model, self._price, self._has_row = store, model, price, has_row
        self._id = str(uuid4())
        self._is_open = True
        self.spent_on, self.micros = spent_on, micros

    def add_row(self, connection: Connection, expires_at: datetime) -> None:
        row = {"id": self._id, "spent_on": self.spent_on, "model": self._model, "micros": self.micros}
        connection.execute(insert(reservations).values(**row, expires_at=expires_at))

    async def settle(self, tokens: Tokens) -> int:
        micros = price_call(self._price, tokens)
        if micros > self.micros:
            log.warning("llm_cost_more", model=self._model, reserved_micros=self.micros, micros=micros)
        if self._end():
            await asyncio.to_thread(self._settle, correct_tokens(tokens), micros)
        return micros

    async def release(self) -> None:
        if self._end() and self._has_row:
            await asyncio.to_thread(self._release)

    def _end(self) -> bool:
        was_open, self._is_open = self._is_open, False
        return was_open

    def _settle(self, tokens: Tokens, micros: int) -> None:
        with self._store.writing() as connection:
            is_counted = self._has_row and not self._remove_row(connection)
            spent = Spent(self._model, 0 if is_counted else 1, tokens, micros - (self.micros if is_counted else 0))
            add_spent(self._store, connection, self.spent_on, spent)

    def _release(self) -> None:
        with self._store.writing() as connection:
            if not self._remove_row(connection):
                taken_back = Spent(self._model, calls=-1, micros=-self.micros)
                add_spent(self._store, connection, self.spent_on, taken_back)

    def _remove_row(self, connection: Connection) -> bool:
        """False: it took longer than a call can, and was counted as spent (_count_expired)."""
        mine = delete(reservations).where(reservations.c.id == self._id).returning(reservations.c.id)
        return connection.execute(mine).first() is not None


def _wait_turn(store: Store, connection: Connection) -> None:
    """Nobody else reserves until this transaction ends: two would both find the last of the money."""
    # On SQLite the transaction is the lock.
    if store.is_postgresql:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _count_expired(store: Store, connection: Connection, now: datetime) -> None:
    """Whose process died may have been answered, and billed: it counts as spent at its full price."""
    over = delete(reservations).where(reservations.c.expires_at <= now)
    columns = (reservations.c.spent_on, reservations.c.model, reservations.c.micros)
    # In one order: who settles meanwhile holds one of these rows, and must not be waited for in a circle.
    for spent_on, model, micros in sorted(map(tuple, connection.execute(over.returning(*columns)))):
        add_spent(store, connection, spent_on, Spent(model, calls=1, micros=micros))
        log.warning("llm_call_never_ended", model=model, spent_on=str(spent_on), micros=micros)
