"""Which page is asked for next, and when: every archive that somebody reads, until it shows the evening's batch whole.

One row for each archive, in the database: of any number of workers one asks, for one page at a time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update

from digests.clock import announced_at
from digests.papers.calendar import find_expected, find_next_expected
from digests.papers.paper import Source
from digests.papers.shelf import coverage
from digests.store.engine import Store
from digests.store.tables import politeness, polls

#: Longer than a task may take: whoever died with it is replaced then.
_LEASE: Final = timedelta(minutes=11)
#: After the announcement; a page that still shows the old batch then is asked for rarely.
_EAGER: Final = timedelta(hours=6)
_RARELY: Final = timedelta(hours=1)
_TURN: Final = "arxiv.org/poll"


@dataclass(frozen=True, slots=True)
class Fault:
    """Since when (aware UTC) a scope cannot be had, and why."""

    scope: str
    since: datetime
    reason: str


def watch(store: Store, scopes: Collection[str], now: datetime) -> None:
    """From now on ask for these scopes and no others."""
    with store.writing() as connection:
        known = set(connection.scalars(select(polls.c.scope)))
        connection.execute(delete(polls).where(polls.c.scope.in_(known - set(scopes))))
        rows = [{"scope": scope, "next_at": now, "fault": ""} for scope in scopes if scope not in known]
        if rows:
            connection.execute(store.insert(polls).on_conflict_do_nothing(), rows)


def claim_poll(store: Store, now: datetime) -> str | None:
    """A scope that is to be asked for now; nobody gets any until `settle_poll`, or the end of a lease."""
    due = select(polls.c.scope).where(polls.c.next_at <= now).order_by(polls.c.next_at, polls.c.scope).limit(1)
    with store.writing() as connection:
        if not _take_turn(store, connection, now):
            return None
        scope = connection.scalar(due)
        if scope is None:
            _end_turn(connection, now)
        return scope


def _take_turn(store: Store, connection: Connection, now: datetime) -> bool:
    """The row of politeness.py's table that says until when somebody is asking."""
    row = store.insert(politeness).values(host=_TURN, next_at=now)
    connection.execute(row.on_conflict_do_nothing())
    turn = update(politeness).where(politeness.c.host == _TURN, politeness.c.next_at <= now)
    return connection.execute(turn.values(next_at=now + _LEASE).returning(politeness.c.host)).first() is not None


def _end_turn(connection: Connection, now: datetime) -> None:
    connection.execute(update(politeness).where(politeness.c.host == _TURN).values(next_at=now))


def settle_poll(
    store: Store, scope: str, now: datetime, *, every_seconds: float, fault: str = "", wait_seconds: float = 0
) -> bool:
    """Say what came of asking, and when to ask again; returns whether the newest batch of `scope` is whole.

    every_seconds  between two askings while the page still shows an old batch, or a part of the new one
    wait_seconds   what the source asked for: it means all its pages
    """
    target = find_expected(now)
    rows = coverage(store, target)
    is_whole = any(row.scope == scope and row.source is Source.LISTING and row.whole for row in rows)
    pause = timedelta(seconds=max(every_seconds, wait_seconds))
    if now > announced_at(target) + _EAGER:
        pause = max(pause, _RARELY)
    values = {"next_at": announced_at(find_next_expected(target)) if is_whole else now + pause, "fault": fault}
    with store.writing() as connection:
        since = connection.scalar(select(polls.c.failing_since).where(polls.c.scope == scope))
        values["failing_since"] = (since or now) if fault else None
        connection.execute(update(polls).where(polls.c.scope == scope).values(values))
        if wait_seconds:
            until = now + timedelta(seconds=wait_seconds)
            connection.execute(update(polls).where(polls.c.next_at < until).values(next_at=until))
        _end_turn(connection, now)
    return is_whole


def find_watched(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.scalars(select(polls.c.scope)))


def find_faults(store: Store) -> list[Fault]:
    """What cannot be had now, the longest failing first."""
    query = select(polls).where(polls.c.failing_since.is_not(None)).order_by(polls.c.failing_since)
    with store.reading() as connection:
        return [Fault(row.scope, row.failing_since, row.fault) for row in connection.execute(query)]
