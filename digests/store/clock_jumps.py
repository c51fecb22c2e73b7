"""Moments that a wrong clock wrote: once it is set right they would be waited for, perhaps for days."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, update

from digests.store.engine import Store
from digests.store.tables import (
    catch_ups,
    confirmations,
    deliveries,
    politeness,
    polls,
    subscribers,
    summaries,
    trending,
)

#: Nobody holds a claim for longer.
_LEASE: Final = timedelta(hours=1)
#: Telegram may ask for a day's pause; we never wait longer by ourselves.
_WAIT: Final = timedelta(hours=25)
#: What there was no money for: until noon of the next day.
_BUDGET: Final = timedelta(hours=37)
#: From Friday's announcement to Monday's.
_POLL: Final = timedelta(days=3, hours=1)
#: In these states a row still waits for something; the words are those of deliveries, summaries and confirmations.
_WAITING: Final = ("planned", "claimed", "deferred", "unknown", "failed")


def pull_back(store: Store, now: datetime) -> int:
    """Bring what is further away than it can be to `now`; returns how many moments that were."""
    with store.writing() as connection:
        return sum(len(connection.execute(_bring(moment, longest, now)).all()) for moment, longest in _list_moments())


def start_over(store: Store, now: datetime) -> None:
    """The clock was set back: when readers and pages are looked at next was reckoned by a time that is not yet."""
    with store.writing() as connection:
        connection.execute(update(subscribers).where(subscribers.c.next_due > now).values(next_due=None))
        # Else nothing would be late until then.
        connection.execute(update(subscribers).where(subscribers.c.served_at > now).values(served_at=now))
        connection.execute(update(trending).where(trending.c.next_due > now).values(next_due=None))
        for waiting in (polls, catch_ups):
            connection.execute(update(waiting).where(waiting.c.next_at > now).values(next_at=now))


def _list_moments() -> Iterator[tuple[Column[Any], timedelta]]:
    yield deliveries.c.lease_until, _LEASE
    yield summaries.c.lease_until, _LEASE
    yield politeness.c.next_at, _LEASE
    yield deliveries.c.not_before, _WAIT
    yield summaries.c.retry_at, _BUDGET
    yield confirmations.c.not_before, _WAIT
    yield polls.c.next_at, _POLL
    yield catch_ups.c.next_at, _WAIT


def _bring(moment: Column[Any], longest: timedelta, now: datetime) -> Any:
    table = moment.table
    statement = update(table).where(moment > now + longest).values({moment: now}).returning(moment)
    if "state" in table.c:
        # What waits is a few rows in an index; all that was ever sent is not looked at.
        statement = statement.where(table.c.state.in_(_WAITING))
    return statement
