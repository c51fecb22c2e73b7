"""The plan of a day (plan.toml): when each stage begins for which batch, and when it asks again."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from digests.clock import ARXIV_ZONE
from digests.papers.calendar import is_batch_date

_DAY: Final = timedelta(days=1)


class Stage(StrEnum):
    """The names of plan.toml, of the most urgent first."""

    LISTING = "listing"
    OAI = "oai"
    RSS = "rss"
    LAST_LOOK = "last_look"
    HF = "hf"
    CATCH_UP = "catch_up"


class Belongs(StrEnum):
    """What a stage's hours belong to."""

    EVENING = "evening"
    BATCH = "batch"
    EVERY = "every"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """One stage of the day.

    at      wall times in New York
    every   between two askings while it is not through
    until   so long after a beginning it is left alone, but for every `slow` where there is that
    """

    stage: Stage
    day: Belongs
    at: tuple[time, ...]
    every: timedelta
    until: timedelta
    slow: timedelta | None
    source: str

    def list_starts(self, on: date) -> list[datetime]:
        """When it begins (aware UTC) for the batch, or the day, of that date; the batch's calendar is not asked."""
        day = on - _DAY if self.day is Belongs.EVENING else on
        return [datetime.combine(day, wall, tzinfo=ARXIV_ZONE).astimezone(UTC) for wall in self.at]

    def find_current(self, now: datetime) -> tuple[date, datetime]:
        """The newest date whose turn has begun, and when it did; a holiday's date too."""
        on = now.astimezone(ARXIV_ZONE).date() + _DAY
        while True:
            if begun := [moment for moment in self._list_starts_of(on) if moment <= now]:
                return on, begun[-1]
            on -= _DAY

    def find_next(self, after: datetime) -> datetime:
        """Its next beginning (aware UTC)."""
        on = after.astimezone(ARXIV_ZONE).date()
        while True:
            if coming := [moment for moment in self._list_starts_of(on) if moment > after]:
                return coming[0]
            on += _DAY

    def find_again(self, now: datetime) -> datetime:
        """When it asks again, not being through."""
        _, begun_at = self.find_current(now)
        if now + self.every <= begun_at + self.until:
            return now + self.every
        coming = self.find_next(now)
        return coming if self.slow is None else min(coming, now + self.slow)

    def _list_starts_of(self, on: date) -> list[datetime]:
        return self.list_starts(on) if self.day is Belongs.EVERY or is_batch_date(on) else []


@cache
def load_plan() -> dict[Stage, Timetable]:
    text = (resources.files("digests.papers.collecting") / "plan.toml").read_text("utf-8")
    return {Stage(name): _build_timetable(Stage(name), row) for name, row in tomllib.loads(text).items()}


def _build_timetable(stage: Stage, row: dict[str, Any]) -> Timetable:
    slow = row.get("slow_minutes")
    return Timetable(
        stage=stage,
        day=Belongs(row["day"]),
        at=tuple(time.fromisoformat(wall) for wall in row["at"]),
        every=timedelta(minutes=row["every_minutes"]),
        until=timedelta(hours=row["until_hours"]),
        slow=None if slow is None else timedelta(minutes=slow),
        source=row["source"],
    )
