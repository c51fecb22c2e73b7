"""How often one chat may ask the model: each answer costs money, and the time of those who wait behind it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from digests.errors import InputError

_PER_DAY: Final = 20


class Allowance:
    """One thing at a time and so many a day (of UTC). Kept by the process: a restart forgives."""

    def __init__(self, per_day: int = _PER_DAY) -> None:
        self._per_day = per_day
        self._day = date.min
        self._used: Counter[str] = Counter()
        self._busy: set[str] = set()

    def check(self, chat_id: str, now: datetime) -> None:
        """`now` by the reader's clock.

        Raises  InputError: `chat.suggest_busy`, `chat.suggest_too_often` with `free_at`, by the same clock.
        """
        if chat_id in self._busy:
            raise InputError("the last one is not answered", code="chat.suggest_busy")
        today = now.astimezone(UTC).date()
        if (self._used[chat_id] if today == self._day else 0) >= self._per_day:
            free_at = datetime.combine(today + timedelta(days=1), time(), UTC)
            fields = {"count": self._per_day, "free_at": free_at.astimezone(now.tzinfo)}
            raise InputError("too many today", code="chat.suggest_too_often", fields=fields)

    @contextmanager
    def turn(self, chat_id: str, now: datetime) -> Iterator[None]:
        """Use one up; meanwhile the chat is busy. Raises as `check` does. For the loop's thread only."""
        self.check(chat_id, now)
        today = now.astimezone(UTC).date()
        if today != self._day:
            self._day = today
            self._used.clear()
        self._used[chat_id] += 1
        self._busy.add(chat_id)
        try:
            yield
        finally:
            self._busy.discard(chat_id)
