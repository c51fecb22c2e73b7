"""Whose digest is due, and of which batches: what the worker asks once a minute, after a downtime too.

A reader is looked at when `next_due` has passed. They get everything that was announced since what they had, as soon
as it is whole, and three hours later what is there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, or_, select, update

from digests.clock import announced_at
from digests.composing.digest import Nothing
from digests.papers.calendar import find_expected, is_holiday
from digests.papers.paper import Source
from digests.papers.polling import find_faults, find_watched
from digests.papers.shelf import coverage
from digests.store.engine import Store
from digests.store.tables import announcements, editions, subscribers, subscriptions, targets
from digests.subscribers.schedule import Schedule, find_due_at, find_next_due

#: Then readers get what is there, and the digest says what is missing.
LONGEST_WAIT: Final = timedelta(hours=3)
#: No reader's next digest is further away (a week, and a holiday): such a row was written while a clock was wrong.
_FURTHEST: Final = timedelta(days=10)
#: Papers older than that are for a back-fill.
_LOOK_BACK: Final = timedelta(days=30)
_MAX_READERS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Due:
    """Readers who get one digest of these batches (arXiv's dates, oldest first) now.

    is_late  they have waited long enough: what is not there yet goes without
    """

    dates: tuple[date, ...]
    subscriber_ids: tuple[int, ...]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Unannounced:
    """Readers to be told why nothing comes for this date."""

    announced_on: date
    nothing: Nothing
    subscriber_ids: tuple[int, ...]


def work_out_next(store: Store, now: datetime) -> int:
    """Give a moment to readers without one, and to those whose moment cannot be; returns to how many."""
    is_open = or_(subscribers.c.next_due.is_(None), subscribers.c.next_due > now + _FURTHEST)
    query = _select_readers().where(is_open).limit(_MAX_READERS)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return _save_next(store, {row.id: find_next_due(_schedule(row), row.served_on, now) for row in rows})


def find_due(store: Store, now: datetime, channels: Sequence[str]) -> list[Due]:
    """Readers for whom a batch is due and ready; `channels` are those that are open.

    Who was looked at too early (their hour for the newest batch is still to come) gets the right moment.
    """
    stored = _find_stored(store, now)
    if not stored:
        return []
    groups: defaultdict[tuple[tuple[date, ...], bool], list[int]] = defaultdict(list)
    later: dict[int, datetime] = {}
    watched = find_watched(store)
    whole = {on: _is_whole(store, on, watched) for on in stored}
    for row in _find_waiting(store, now, max(stored), channels):
        dates = _find_dates(row, stored, now)
        if not dates:
            later[row.id] = find_due_at(_schedule(row), _find_unserved(row, stored)[0])
            continue
        is_late = now >= max(row.next_due, *(stored[on] for on in dates)) + LONGEST_WAIT
        if is_late or all(whole[on] for on in dates):
            groups[dates, is_late].append(row.id)
    _save_next(store, later)
    return [Due(dates, tuple(ids), is_late) for (dates, is_late), ids in sorted(groups.items())]


def find_unannounced(
    store: Store, now: datetime, channels: Sequence[str], slot: Callable[[date], str]
) -> list[Unannounced]:
    """Readers whose batch should be there and is not, who have not been told yet.

    slot  of the edition that tells it (Day.notice_slot)
    """
    expected = find_expected(now)
    if expected in _find_stored(store, now):
        return []
    wait = timedelta(0) if is_holiday(expected) else LONGEST_WAIT
    told = exists().where(editions.c.subscriber_id == subscribers.c.id, editions.c.slot == slot(expected))
    query = (
        _select_due(now - wait, channels)
        .where(~told, subscribers.c.joined_at <= announced_at(expected))
        .where(or_(subscribers.c.served_on.is_(None), subscribers.c.served_on < expected))
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    ids = tuple(row.id for row in rows if find_due_at(_schedule(row), expected) + wait <= now)
    return [Unannounced(expected, _find_reason(store, expected), ids)] if ids else []


def find_awaiting(store: Store, on: date) -> list[int]:
    """Readers who will get this batch, at whatever hour."""
    query = select(subscribers.c.id).where(
        subscribers.c.paused_at.is_(None), or_(subscribers.c.served_on.is_(None), subscribers.c.served_on < on)
    )
    with store.reading() as connection:
        return list(connection.scalars(query))


def _find_reason(store: Store, expected: date) -> Nothing:
    if is_holiday(expected):
        return Nothing.HOLIDAY
    return Nothing.NOT_FETCHED if find_faults(store) else Nothing.NOT_ANNOUNCED


def _find_stored(store: Store, now: datetime) -> dict[date, datetime]:
    """Batches of which something is here, oldest first, and since when."""
    query = (
        select(announcements.c.announced_on, func.min(announcements.c.stored_at))
        .where(announcements.c.announced_on >= (now - _LOOK_BACK).date())
        .group_by(announcements.c.announced_on)
        .order_by(announcements.c.announced_on)
    )
    with store.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def _is_whole(store: Store, on: date, watched: set[str]) -> bool:
    """All that was asked for has proved itself whole, and everything that is watched was asked for."""
    rows = coverage(store, on)
    pages = {row.scope for row in rows if row.source is Source.LISTING}
    return all(row.whole for row in rows) and watched <= pages


def _find_waiting(store: Store, now: datetime, newest: date, channels: Sequence[str]) -> Sequence[Row[Any]]:
    query = _select_due(now, channels).where(or_(subscribers.c.served_on.is_(None), subscribers.c.served_on < newest))
    with store.reading() as connection:
        return connection.execute(query).all()


def _select_due(now: datetime, channels: Sequence[str]) -> Select[Any]:
    return _select_readers().where(subscribers.c.next_due <= now, *_can_get_one(channels))


def _select_readers() -> Select[Any]:
    columns = ("id", "timezone", "send_at", "weekdays", "served_on", "next_due")
    return (
        select(*(subscribers.c[name] for name in columns))
        .where(subscribers.c.paused_at.is_(None))
        .order_by(subscribers.c.next_due, subscribers.c.id)
    )


def _can_get_one(channels: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    yield exists().where(subscriptions.c.subscriber_id == subscribers.c.id)
    yield exists().where(
        targets.c.subscriber_id == subscribers.c.id,
        targets.c.channel.in_(channels),
        targets.c.confirmed_at.is_not(None),
        targets.c.gone_at.is_(None),
        targets.c.muted_at.is_(None),
    )


def _find_dates(row: Row[Any], stored: Mapping[date, datetime], now: datetime) -> tuple[date, ...]:
    """The batches that this reader has not had and whose hour has come."""
    schedule = _schedule(row)
    return tuple(on for on in _find_unserved(row, stored) if find_due_at(schedule, on) <= now)


def _find_unserved(row: Row[Any], stored: Mapping[date, datetime]) -> list[date]:
    """Oldest first; who has had nothing yet begins with the newest."""
    return [on for on in stored if on > row.served_on] if row.served_on else [max(stored)]


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(row.timezone, row.send_at, tuple(row.weekdays) if row.weekdays else None)


def _save_next(store: Store, moments: Mapping[int, datetime]) -> int:
    if not moments:
        return 0
    statement = update(subscribers).where(subscribers.c.id == bindparam("reader")).values(next_due=bindparam("moment"))
    rows = [{"reader": reader, "moment": moment} for reader, moment in moments.items()]
    with store.writing() as connection:
        connection.execute(statement, rows)
    return len(rows)
