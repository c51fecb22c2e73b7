"""The plan of one date: what is asked of whom, when, for how long. For `paperpost schedule`."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from digests.clock import ARXIV_ZONE, announced_at
from digests.papers.calendar import Calendar, find_next_expected, is_batch_date
from digests.papers.collecting.community import DAYS
from digests.papers.collecting.plan import Belongs, Stage, Timetable, load_plan
from digests.papers.politeness import LISTING_INTERVAL_SECONDS, SERVICES_INTERVAL_SECONDS

_DAY: Final = timedelta(days=1)
_INTERVALS: Final = {
    Stage.LISTING: LISTING_INTERVAL_SECONDS,
    Stage.OAI: SERVICES_INTERVAL_SECONDS,
    Stage.RSS: SERVICES_INTERVAL_SECONDS,
    Stage.LAST_LOOK: LISTING_INTERVAL_SECONDS,
}


class Kind(StrEnum):
    BATCH = "batch"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"


@dataclass(frozen=True, slots=True)
class Errand:
    """A stage's turn. `at` (aware UTC) None: whenever nothing else is to be asked.

    scopes    archives, categories, `daily`
    requests  at least: one for each scope, or for each day of a list
    seconds   that they take, with the pauses that arXiv asks for
    """

    table: Timetable
    at: datetime | None
    scopes: tuple[str, ...]

    @property
    def requests(self) -> int:
        return len(self.scopes) * (DAYS if self.table.stage is Stage.HF else 1)

    @property
    def seconds(self) -> float:
        return self.requests * _INTERVALS.get(self.table.stage, 0.0)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """At `at` (aware UTC) New York's clocks are moved by `by`."""

    at: datetime
    by: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """
    announced_at  of the batch, also where it is left out (aware, New York); None at a weekend
    next_on       the next date on which arXiv announces
    change        of the clocks, on the date or the day before
    """

    on: date
    kind: Kind
    announced_at: datetime | None
    next_on: date
    change: ClockChange | None
    errands: tuple[Errand, ...]


def build_agenda(
    on: date, wanted: Mapping[Stage, Collection[str]], calendar: Calendar, *, every: timedelta | None = None
) -> Agenda:
    """What belongs to the batch of that date, and what is asked every day.

    wanted  the scopes of each stage
    every   between two askings for a page that is not whole; None = the plan's
    """
    plan = load_plan()
    if every is not None:
        plan = {**plan, Stage.LISTING: replace(plan[Stage.LISTING], every=every)}
    is_batch = is_batch_date(on)
    kind = (Kind.HOLIDAY if calendar.is_holiday(on) else Kind.BATCH) if is_batch else Kind.WEEKEND
    return Agenda(
        on=on,
        kind=kind,
        announced_at=announced_at(on) if is_batch else None,
        next_on=calendar.find_next_announced(on),
        change=find_clock_change(on - _DAY) or find_clock_change(on),
        errands=tuple(_list_errands(on, plan.values(), wanted, is_batch=is_batch)),
    )


def find_planned(now: datetime) -> date:
    """Today's batch in New York, from 20:00 on tomorrow's; at a weekend the next one."""
    today = now.astimezone(ARXIV_ZONE).date()
    coming = find_next_expected(today)
    return today if is_batch_date(today) and now < announced_at(coming) else coming


def find_clock_change(day: date) -> ClockChange | None:
    """Of New York's clocks on that day of theirs; they are moved at full hours."""
    first = datetime.combine(day, time(), tzinfo=ARXIV_ZONE).astimezone(UTC)
    hours = [first + timedelta(hours=number) for number in range(25)]
    changes = (ClockChange(after, find_offset(after) - find_offset(before)) for before, after in pairwise(hours))
    return next((change for change in changes if change.by), None)


def find_offset(moment: datetime) -> timedelta:
    """Of New York from UTC, at that moment."""
    return moment.astimezone(ARXIV_ZONE).utcoffset() or timedelta()


def _list_errands(
    on: date, tables: Iterable[Timetable], wanted: Mapping[Stage, Collection[str]], *, is_batch: bool
) -> Iterator[Errand]:
    found: list[Errand] = []
    for table in tables:
        scopes = tuple(wanted.get(table.stage, ()))
        if not table.at:
            yield Errand(table, None, scopes)
        elif is_batch or table.day is Belongs.EVERY:
            found += [Errand(table, at, scopes) for at in table.list_starts(on)]
    yield from sorted(found, key=lambda errand: errand.at or datetime.max.replace(tzinfo=UTC))
