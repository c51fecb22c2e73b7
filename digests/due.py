"""Whose digest is due, and of which batches: what the worker asks once a minute, after a downtime too.

A reader is looked at when `next_due` has passed. They get everything that was announced since what they had, as soon
as it is whole, and three hours later what is there.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, exists, or_, select, update

from digests.clock import announced_at
from digests.composing.digest import Nothing
from digests.coverage.readiness import LONGEST_WAIT, Batches, load_batches
from digests.papers.calendar import CATCH_UP_SPAN, Calendar, find_expected
from digests.papers.collecting.polling import find_faults, has_unasked
from digests.papers.shelf import find_stored
from digests.store.engine import Store
from digests.store.tables import editions, subscribers
from digests.subscribers.reach import gets_digests
from digests.subscribers.schedule import Schedule, find_due_at, find_next_due
from digests.summaries.summary import CHINESE, summary_language

#: No reader's next digest is further away (a week, and a holiday): such a row was written while a clock was wrong.
_FURTHEST: Final = timedelta(days=10)
#: Then something is said, asked or not.
_LONGEST_SILENCE: Final = timedelta(hours=12)
_MAX_READERS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Due:
    """Readers who get one digest of these batches (arXiv's dates, oldest first) now.

    is_late   they have waited long enough: what is not there yet goes without
    language  of the summaries that they wait for
    """

    dates: tuple[date, ...]
    subscriber_ids: tuple[int, ...]
    is_late: bool
    language: str = CHINESE


@dataclass(frozen=True, slots=True)
class Unannounced:
    """Readers to be told why nothing comes for this date."""

    announced_on: date
    nothing: Nothing
    subscriber_ids: tuple[int, ...]


def work_out_next(store: Store, now: datetime) -> int:
    """Give a moment to readers without one, and to those whose moment cannot be; returns to how many."""
    is_open = or_(subscribers.c.next_due.is_(None), subscribers.c.next_due > now + _FURTHEST)
    query = _select_readers().where(subscribers.c.paused_at.is_(None), is_open).limit(_MAX_READERS)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return _save_next(store, [(row, find_next_due(Schedule.of(row), row.served_on, now)) for row in rows])


def find_due(store: Store, now: datetime, channels: Sequence[str], calendar: Calendar) -> list[Due]:
    """Readers for whom a batch is due and ready; `channels` are those that are open.

    Who was looked at too early (their hour for the newest batch is still to come) gets the right moment.
    """
    batches = load_batches(store, now)
    if batches.newest is None:
        return []
    coming = _find_coming(batches, now, calendar)
    groups: defaultdict[tuple[tuple[date, ...], bool, str], list[int]] = defaultdict(list)
    later: list[tuple[Row[Any], datetime]] = []
    for row in _find_waiting(store, now, batches.newest, channels):
        schedule = Schedule.of(row)
        unserved = _find_unserved(row, batches)
        dates = tuple(on for on in unserved if find_due_at(schedule, on) <= now)
        if not dates:
            later.append((row, find_due_at(schedule, unserved[0])))
            continue
        if coming is not None and find_due_at(schedule, coming) <= now:
            # It is theirs too, and comes any minute: one digest, not two.
            continue
        # Of the newest one: while earlier ones are caught up with, something comes all the time.
        is_late = now >= max(row.next_due, batches.stored[dates[-1]]) + LONGEST_WAIT
        if is_late or _is_here(row, dates, batches):
            groups[dates, is_late, summary_language(row.language)].append(row.id)
    _save_next(store, later)
    return [Due(dates, tuple(ids), late, language) for (dates, late, language), ids in sorted(groups.items())]


def find_groups(store: Store, on: date) -> dict[tuple[date, ...], list[int]]:
    """Everybody who gets digests, by what they have not had up to this batch, whatever their hour; `on` is in each."""
    stored = [day for day in find_stored(store, on - CATCH_UP_SPAN) if day < on]
    groups: defaultdict[tuple[date, ...], list[int]] = defaultdict(list)
    with store.reading() as connection:
        rows = connection.execute(_select_readers().where(gets_digests())).all()
    for row in rows:
        earlier = [day for day in stored if row.served_on is not None and day > row.served_on]
        groups[*earlier, on].append(row.id)
    return dict(groups)


def find_unannounced(
    store: Store, now: datetime, channels: Sequence[str], calendar: Calendar, slot: Callable[[date], str]
) -> list[Unannounced]:
    """Readers whose hour for a batch has come that should be there and is not, who have not been told yet.

    A holiday is said at once, that arXiv is late (or that we are) three hours after it should have announced.

    slot  of the edition that tells it (Day.notice_slot)
    """
    expected = find_expected(now)
    batches = load_batches(store, now)
    if expected in batches.stored or _find_coming(batches, now, calendar) is not None:
        return []
    if now < announced_at(expected) + _LONGEST_SILENCE and has_unasked(store, announced_at(expected)):
        # The house was away: that arXiv is late can be said when it was asked.
        return []
    told = exists().where(editions.c.subscriber_id == subscribers.c.id, editions.c.slot == slot(expected))
    query = (
        _select_due(now, channels)
        .where(~told, subscribers.c.joined_at <= announced_at(expected))
        .where(or_(subscribers.c.served_on.is_(None), subscribers.c.served_on < expected))
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    ids = tuple(row.id for row in rows if find_due_at(Schedule.of(row), expected) <= now)
    return [Unannounced(expected, _find_reason(store, expected, calendar), ids)] if ids else []


def find_awaiting(store: Store, on: date) -> list[int]:
    """Readers who will get this batch, at whatever hour."""
    query = select(subscribers.c.id).where(
        subscribers.c.paused_at.is_(None), or_(subscribers.c.served_on.is_(None), subscribers.c.served_on < on)
    )
    with store.reading() as connection:
        return list(connection.scalars(query))


def _find_reason(store: Store, expected: date, calendar: Calendar) -> Nothing:
    if calendar.is_holiday(expected):
        return Nothing.HOLIDAY
    return Nothing.NOT_FETCHED if find_faults(store) else Nothing.NOT_ANNOUNCED


def _find_waiting(store: Store, now: datetime, newest: date, channels: Sequence[str]) -> Sequence[Row[Any]]:
    query = _select_due(now, channels).where(or_(subscribers.c.served_on.is_(None), subscribers.c.served_on < newest))
    with store.reading() as connection:
        return connection.execute(query).all()


def _select_due(now: datetime, channels: Sequence[str]) -> Select[Any]:
    return _select_readers().where(subscribers.c.next_due <= now, gets_digests(channels))


def _select_readers() -> Select[Any]:
    columns = ("id", "language", "timezone", "send_at", "weekdays", "scope", "served_on", "next_due")
    return select(*(subscribers.c[name] for name in columns)).order_by(subscribers.c.next_due, subscribers.c.id)


def _find_unserved(row: Row[Any], batches: Batches) -> list[date]:
    """Oldest first; who has had nothing yet begins with the newest."""
    stored = batches.stored
    return [on for on in stored if on > row.served_on] if row.served_on else [max(stored)]


def _is_here(row: Row[Any], dates: Sequence[date], batches: Batches) -> bool:
    is_whole = batches.newest not in dates or batches.is_whole_for(row.scope)
    return is_whole and batches.is_caught_up_for(row.scope, row.served_on)


def _find_coming(batches: Batches, now: datetime, calendar: Calendar) -> date | None:
    """The batch that should be out and of which nothing is here yet, while it may still come."""
    expected = find_expected(now)
    may_come = not calendar.is_holiday(expected) and now < announced_at(expected) + LONGEST_WAIT
    return expected if may_come and expected not in batches.stored else None


def _save_next(store: Store, moments: Sequence[tuple[Row[Any], datetime]]) -> int:
    """Unless they have changed something meanwhile."""
    statement = (
        update(subscribers)
        .where(
            subscribers.c.id == bindparam("reader"), subscribers.c.next_due.is_not_distinct_from(bindparam("before"))
        )
        .values(next_due=bindparam("moment"))
    )
    rows = [{"reader": row.id, "before": row.next_due, "moment": moment} for row, moment in moments]
    if rows:
        with store.writing() as connection:
            connection.execute(statement, rows)
    return len(rows)
