"""Batches of the past that are not here: which, in which order, and how each is fetched.

After a downtime they are late: readers' digests wait for them, the oldest comes first. Before the first batch that was
fetched on its day they are history: the newest first, and what most people read.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select, update

from digests.clock import announced_at
from digests.errors import SourceError, SourceMalformed, SourceUnavailable
from digests.papers.batches import coverage
from digests.papers.calendar import Calendar, find_expected, find_next_expected
from digests.papers.collecting.checking import check_document
from digests.papers.collecting.records import catch_up_by_records
from digests.papers.collecting.stages import Desk
from digests.papers.fetch import PAGE_SIZE
from digests.papers.paper import Announcement, Source
from digests.papers.shelf import store_announcement
from digests.papers.taxonomy import archive_of
from digests.papers.wire import read_document
from digests.store.engine import Store
from digests.store.tables import batches, catch_ups

#: arXiv shows the days of the last 90 (https://arxiv.org/catchup); OAI-PMH knows all.
MAX_DAYS: Final = 90
#: What a first start brings, for back-tests.
HISTORY_DAYS: Final = 30
_FIRST_ARCHIVES: Final = ("cs", "stat", "eess")
_HISTORY_RANK: Final = 1_000_000
_OTHERS_RANK: Final = 1_000
#: A page keeps its batch over a weekend and a holiday.
_ITS_DAY: Final = timedelta(days=5)
_ENOUGH: Final = 5
_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)


class Route(StrEnum):
    """What is asked for a batch of the past."""

    PAGE = "page"
    RECORDS = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """A batch to be fetched, and how far that is. The columns of the table."""

    scope: str
    announced_on: date
    is_late: bool
    next_at: datetime
    page: int
    token: str
    route: Route
    attempts: int
    fault: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one asking brought. `closed`: nothing more is to be asked for this batch."""

    changed: frozenset[date] = frozenset()
    closed: bool = False
    fault: str = ""
    wait_seconds: float = 0.0


def plan_missed(store: Store, scopes: Collection[str], now: datetime, calendar: Calendar) -> int:
    """Find what the calendar has and the store has not, and plan to fetch it; returns how many batches are new."""
    rows = [row for scope in scopes for row in _list_missed(store, scope, now, calendar)]
    return _plan(store, rows)


def plan_since(store: Store, scopes: Collection[str], since: date, now: datetime, calendar: Calendar) -> int:
    """The same from `since` on, because a person asks for it; what was given up is tried again."""
    whole = {scope: _find_whole(store, scope, since) for scope in scopes}
    missing = [(scope, on) for scope in scopes for on in _list_dates(since, now, calendar) if on not in whole[scope]]
    with store.writing() as connection:
        for scope, on in missing:
            closed = (catch_ups.c.scope == scope, catch_ups.c.announced_on == on, catch_ups.c.fault != "")
            again = {"closed_at": None, "attempts": 0, "fault": "", "next_at": now, "route": Route.PAGE, "page": 1}
            connection.execute(update(catch_ups).where(*closed).values(again | {"token": ""}))
    return _plan(store, [_build_row(scope, on, now, is_late=False) for scope, on in missing])


def find_next(store: Store, now: datetime) -> CatchUp | None:
    """What is to be asked for now."""
    due = select(catch_ups).where(catch_ups.c.closed_at.is_(None), catch_ups.c.next_at <= now)
    with store.reading() as connection:
        query = due.order_by(catch_ups.c.rank, catch_ups.c.scope).limit(1)
        row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _build_catch_up(row)


def list_catch_ups(store: Store, since: date | None = None) -> list[CatchUp]:
    """All from `since` on, in the order in which they are asked for."""
    query = select(catch_ups).order_by(catch_ups.c.rank, catch_ups.c.scope)
    if since is not None:
        query = query.where(catch_ups.c.announced_on >= since)
    with store.reading() as connection:
        return [_build_catch_up(row) for row in connection.execute(query).mappings()]


def find_awaited(store: Store) -> frozenset[tuple[str, date]]:
    """Late batches that are still to come: a scope and a date each."""
    query = select(catch_ups.c.scope, catch_ups.c.announced_on)
    query = query.where(catch_ups.c.closed_at.is_(None), catch_ups.c.is_late)
    with store.reading() as connection:
        return frozenset((row.scope, row.announced_on) for row in connection.execute(query))


def take(desk: Desk, one: CatchUp) -> Taken:
    """Ask for one page of it, and settle what came of it; an interruption goes on from there."""
    try:
        taken, values = _ask_page(desk, one) if one.route is Route.PAGE else _ask_records(desk, one)
    except SourceError as error:
        taken, values = _fail(desk, one, error)
    else:
        values |= {"attempts": 0, "fault": "", "next_at": desk.now()}
    if taken.closed:
        values["closed_at"] = desk.now()
    with desk.store.writing() as connection:
        mine = (catch_ups.c.scope == one.scope, catch_ups.c.announced_on == one.announced_on)
        connection.execute(update(catch_ups).where(*mine).values(values))
    return taken


def _ask_page(desk: Desk, one: CatchUp) -> tuple[Taken, dict[str, Any]]:
    payload = desk.sources.fetch_catch_up(one.scope, one.announced_on, page=one.page)
    address = f"catchup/{one.scope}/{one.announced_on}?page={one.page}"
    page = desk.quarantine.read(payload, address, lambda body: _check(read_document(body, Source.CATCHUP), one, desk))
    stored = store_announcement(desk.store, page, desk.now)
    changed = frozenset({one.announced_on} if stored.announced else ())
    rows = coverage(desk.store, one.announced_on)
    row = next((r for r in rows if r.source is Source.CATCHUP and r.scope == one.scope), None)
    if row is not None and row.whole and one.is_late:
        # Nobody waits any more; the second look that it has not had fills authors, DOIs and licences.
        return Taken(changed=changed), {"route": Route.RECORDS, "is_late": False, "rank": _HISTORY_RANK}
    if page.total == 0 or (row is not None and row.whole):
        return Taken(changed=changed, closed=True), {}
    after = 1 if row is None or row.next_skip is None else row.next_skip // PAGE_SIZE + 1
    if after == one.page:
        raise SourceMalformed(f"{address} does not prove itself whole ({row.fault if row else 'empty'}).")
    return Taken(changed=changed), {"page": after}


def _ask_records(desk: Desk, one: CatchUp) -> tuple[Taken, dict[str, Any]]:
    outcome, token = catch_up_by_records(desk, one.scope, one.announced_on, one.token)
    return Taken(changed=outcome.changed, closed=outcome.is_through), {"token": token}


def _check(page: Announcement, one: CatchUp, desk: Desk) -> Announcement:
    if page.announced_on != one.announced_on:
        raise SourceMalformed(f"This is of {page.announced_on}; {one.announced_on} was asked for.")
    return check_document(page, one.scope, desk.now())


def _fail(desk: Desk, one: CatchUp, error: SourceError) -> tuple[Taken, dict[str, Any]]:
    """What is malformed goes the other way at once, what does not answer after a while; then it is given up."""
    now = desk.now()
    attempts = one.attempts + 1
    wait = (error.retry_after_seconds or 0.0) if isinstance(error, SourceUnavailable) else 0.0
    pause = max(min(_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE), timedelta(seconds=wait))
    is_over = attempts >= _ENOUGH or isinstance(error, SourceMalformed)
    values: dict[str, Any] = {"attempts": attempts, "fault": str(error), "next_at": now + pause}
    if is_over and one.route is Route.PAGE:
        values |= {"route": Route.RECORDS, "attempts": 0, "next_at": now}
    elif attempts >= _ENOUGH:
        is_whole = one.announced_on in _find_whole(desk.store, one.scope, one.announced_on)
        fault = "" if is_whole else str(error)
        return Taken(closed=True, fault=fault, wait_seconds=wait), values | {"fault": fault}
    elif isinstance(error, SourceMalformed):
        # The token may have expired: begin again.
        values["token"] = ""
    return Taken(fault=str(error), wait_seconds=wait), values


def _list_missed(store: Store, scope: str, now: datetime, calendar: Calendar) -> Iterator[dict[str, Any]]:
    first = _find_first_live(store, scope)
    today = find_expected(now)
    oldest = today - timedelta(days=MAX_DAYS if first is not None else HISTORY_DAYS)
    whole = _find_whole(store, scope, oldest)
    for on in _list_dates(oldest, now, calendar):
        is_late = first is not None and on > first
        if on not in whole and (is_late or on >= today - timedelta(days=HISTORY_DAYS)):
            yield _build_row(scope, on, now, is_late=is_late)


def _list_dates(since: date, now: datetime, calendar: Calendar) -> Iterator[date]:
    """The dates on which arXiv announced, up to the one before the newest: that one its listing page has."""
    today = find_expected(now)
    on = find_next_expected(since - timedelta(days=1))
    while on < today:
        if not calendar.is_holiday(on):
            yield on
        on = find_next_expected(on)


def _find_first_live(store: Store, scope: str) -> date | None:
    """The first batch of the scope that came on its day, not from an old file: since then this installation runs."""
    query = (
        select(batches.c.announced_on, batches.c.closed_at)
        .where(batches.c.scope == scope, batches.c.source == Source.LISTING, batches.c.closed_at.is_not(None))
        .order_by(batches.c.announced_on)
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return next((row.announced_on for row in rows if row.closed_at < announced_at(row.announced_on) + _ITS_DAY), None)


def _find_whole(store: Store, scope: str, since: date) -> set[date]:
    query = select(batches.c.announced_on).where(
        batches.c.scope == scope,
        batches.c.announced_on >= since,
        batches.c.source.in_([source for source in Source if source.is_page]),
        batches.c.closed_at.is_not(None),
    )
    with store.reading() as connection:
        return set(connection.scalars(query))


def _plan(store: Store, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    with store.writing() as connection:
        known = {tuple(row) for row in connection.execute(select(catch_ups.c.scope, catch_ups.c.announced_on))}
        new = [row for row in rows if (row["scope"], row["announced_on"]) not in known]
        if new:
            connection.execute(store.insert(catch_ups).on_conflict_do_nothing(), new)
    return len(new)


def _build_row(scope: str, on: date, now: datetime, *, is_late: bool) -> dict[str, Any]:
    days_ago = (now.date() - on).days
    route = Route.PAGE if days_ago <= MAX_DAYS else Route.RECORDS
    tier = 0 if archive_of(scope) in _FIRST_ARCHIVES else _OTHERS_RANK
    rank = on.toordinal() if is_late else _HISTORY_RANK + tier + days_ago
    return {
        "scope": scope,
        "announced_on": on,
        "is_late": is_late,
        "rank": rank,
        "next_at": now,
        "page": 1,
        "token": "",
        "route": route,
        "attempts": 0,
        "fault": "",
    }


def _build_catch_up(row: Any) -> CatchUp:
    names = [name for name in CatchUp.__slots__ if name != "route"]
    return CatchUp(**{name: row[name] for name in names}, route=Route(row["route"]))
