"""Batches of the past that are not here: which, in which order, and how each is fetched.

After a downtime they are late: readers' digests wait for them, the oldest comes first. Before the first batch that was
fetched on its day they are history: the newest first, and what most people read.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, select, update

from digests.clock import Now, announced_at
from digests.errors import SourceError, SourceMalformed, SourceUnavailable
from digests.papers.batches import BatchRow, find_batch_row
from digests.papers.calendar import CATCH_UP_SPAN, Calendar, find_expected, find_next_expected
from digests.papers.collecting.checking import check_document
from digests.papers.collecting.plan import Stage, load_plan
from digests.papers.collecting.polling import find_left_alone, leave_alone
from digests.papers.collecting.records import catch_up_by_records
from digests.papers.collecting.stages import Desk
from digests.papers.gate import PAGE_SIZE
from digests.papers.paper import Announcement, Source
from digests.papers.politeness import LISTING_KEY, SERVICES_KEY
from digests.papers.shelf import load_batch, store_announcement
from digests.papers.taxonomy import archive_of
from digests.papers.wire import read_document
from digests.store.engine import Store
from digests.store.tables import batches, catch_ups

#: arXiv shows the days of the last 90 (https://arxiv.org/catchup); OAI-PMH knows all.
#: What a first start brings, for back-tests.
HISTORY_DAYS: Final = 30
_FIRST_ARCHIVES: Final = ("cs", "stat", "eess")
_HISTORY_RANK: Final = 1_000_000
_OTHERS_RANK: Final = 1_000
#: A page keeps its batch over a weekend and a holiday.
_ITS_DAY: Final = timedelta(days=5)
_ENOUGH: Final = 5
#: An empty page is believed when it was so often, hours apart, and the records have nothing either.
_EMPTY_ENOUGH: Final = 3
_DOUBT: Final = timedelta(hours=1)
#: After the records, which are never whole, the pages are tried again; where these were malformed, never.
_NEXT_ROUND: Final = timedelta(hours=6)
_NO_PAGE: Final = 0
#: What stands at a batch of which nobody has a page.
BY_RECORDS: Final = "only what OAI-PMH still dates to that day: papers changed since are missing"
_LONGEST_PAUSE: Final = timedelta(hours=1)


class Route(StrEnum):
    """What is asked for a batch of the past."""

    PAGE = "page"
    RECORDS = "records"

    @property
    def host(self) -> str:
        """Whom it asks, as politeness.py names them."""
        return LISTING_KEY if self is Route.PAGE else SERVICES_KEY


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
    rank: int

    @property
    def is_history(self) -> bool:
        """Nobody was to have it: what it brings is late for nobody."""
        return self.rank >= _HISTORY_RANK


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one asking brought. `closed`: nothing more is to be asked for this batch."""

    changed: frozenset[date] = frozenset()
    closed: bool = False
    fault: str = ""


def plan_missed(store: Store, scopes: Collection[str], now: datetime, calendar: Calendar) -> int:
    """Find what the calendar has and the store has not, and plan to fetch it; returns how many batches are new."""
    rows = [row for scope in scopes for row in _list_missed(store, scope, now, calendar)]
    return _plan(store, rows)


def plan_since(store: Store, scopes: Collection[str], since: date, now: datetime, calendar: Calendar) -> int:
    """The same from `since` on, because a person asks for it; what was given up is tried again.

    What readers should have had is late, as in plan_missed, and comes first.
    """
    dates = [on for on in _list_dates(since, now) if calendar.is_announced(on)]
    rows = []
    for scope in scopes:
        first, whole = _find_first_live(store, scope), _find_whole(store, scope, since)
        missed = {on: first is not None and on > first for on in dates if on not in whole}
        rows += [_build_row(scope, on, now, is_missed=late, is_late=late) for on, late in missed.items()]
    with store.writing() as connection:
        for row in rows:
            known = (catch_ups.c.scope == row["scope"], catch_ups.c.announced_on == row["announced_on"])
            closed = (*known, catch_ups.c.fault != "")
            again = {"closed_at": None, "attempts": 0, "fault": "", "next_at": now, "route": Route.PAGE, "page": 1}
            connection.execute(update(catch_ups).where(*closed).values(again | {"token": ""}))
    return _plan(store, rows)


def find_next(store: Store, now: datetime) -> CatchUp | None:
    """What is to be asked for now."""
    quiet = find_left_alone(store, now)
    routes = [route for route in Route if route.host not in quiet]
    due = select(catch_ups).where(
        catch_ups.c.closed_at.is_(None), catch_ups.c.next_at <= now, catch_ups.c.route.in_(routes)
    )
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
        values = {"attempts": 0, "fault": "", "next_at": desk.now()} | values
    if taken.closed:
        values["closed_at"] = desk.now()
    with desk.store.writing() as connection:
        mine = (catch_ups.c.scope == one.scope, catch_ups.c.announced_on == one.announced_on)
        connection.execute(update(catch_ups).where(*mine).values(values))
        if taken.fault and not taken.closed:
            _put_off(connection, one.route, desk.now() + load_plan()[Stage.CATCH_UP].every)
    return taken


def _put_off(connection: Connection, route: Route, until: datetime) -> None:
    """What failed for one will hardly work for the next: who is down is asked once a while, not once a batch."""
    others = (catch_ups.c.route == route, catch_ups.c.closed_at.is_(None), catch_ups.c.next_at < until)
    connection.execute(update(catch_ups).where(*others).values(next_at=until))


def _ask_page(desk: Desk, one: CatchUp) -> tuple[Taken, dict[str, Any]]:
    payload = desk.sources.fetch_catch_up(one.scope, one.announced_on, page=one.page)
    address = f"catchup/{one.scope}/{one.announced_on}?page={one.page}"
    read = partial(read_document, source=Source.CATCHUP)
    page = desk.quarantine.read(payload, address, lambda body: _check(read(body), one, desk))
    stored = store_announcement(desk.store, page, _find_clock(desk, one))
    changed = frozenset({one.announced_on} if stored.announced else ())
    row = _find_row(desk, one)
    if page.total == 0:
        return Taken(changed=changed), _doubt_nothing(one, desk.now())
    if row is not None and row.whole and one.is_late:
        # Nobody waits any more; the second look that it has not had fills authors, DOIs and licences.
        return Taken(changed=changed), {"route": Route.RECORDS, "is_late": False}
    if row is not None and row.whole:
        return Taken(changed=changed, closed=True), {}
    after = 1 if row is None or row.next_skip is None else row.next_skip // PAGE_SIZE + 1
    if after == one.page:
        raise SourceMalformed(f"{address} does not prove itself whole ({row.fault if row else 'empty'}).")
    return Taken(changed=changed), {"page": after}


def _doubt_nothing(one: CatchUp, now: datetime) -> dict[str, Any]:
    """An empty page may be one that went wrong: it is asked again after hours, and then the records are.

    Nobody waits for it meanwhile; what comes all the same is late.
    """
    attempts = one.attempts + 1
    later = {"attempts": attempts, "is_late": False, "next_at": now + attempts * _DOUBT}
    return later if attempts < _EMPTY_ENOUGH else later | {"route": Route.RECORDS, "attempts": 0, "next_at": now}


def _ask_records(desk: Desk, one: CatchUp) -> tuple[Taken, dict[str, Any]]:
    clock = _find_clock(desk, one)
    outcome, token = catch_up_by_records(desk, one.scope, one.announced_on, one.token, clock=clock)
    if not outcome.is_through:
        return Taken(changed=outcome.changed), {"token": token}
    row = _find_row(desk, one)
    if (row is not None and row.whole) or not (outcome.found or load_batch(desk.store, one.announced_on)):
        return Taken(changed=outcome.changed, closed=True), {"token": ""}
    if one.page == _NO_PAGE or not _has_page(one.announced_on, desk.now()):
        # Nobody can have more of it; it is no whole batch, and that is said.
        return Taken(changed=outcome.changed, closed=True, fault=BY_RECORDS), {"fault": BY_RECORDS, "token": ""}
    again = {"route": Route.PAGE, "page": 1, "token": "", "is_late": False}
    return Taken(changed=outcome.changed), again | {"next_at": desk.now() + _NEXT_ROUND}


def _find_row(desk: Desk, one: CatchUp) -> BatchRow | None:
    return find_batch_row(desk.store, one.scope, Source.CATCHUP, one.announced_on)


def _find_clock(desk: Desk, one: CatchUp) -> Now:
    """History is stored as of its own day: else it would be late for whoever reads a new archive from today on."""
    at = announced_at(one.announced_on).astimezone(UTC)
    return (lambda: at) if one.is_history else desk.now


def _has_page(on: date, now: datetime) -> bool:
    return (now.date() - on).days <= CATCH_UP_SPAN.days


def _check(page: Announcement, one: CatchUp, desk: Desk) -> Announcement:
    if page.announced_on != one.announced_on:
        raise SourceMalformed(f"This is of {page.announced_on}; {one.announced_on} was asked for.")
    return check_document(page, one.scope, desk.now())


def _fail(desk: Desk, one: CatchUp, error: SourceError) -> tuple[Taken, dict[str, Any]]:
    """What does not answer is asked again, by turns the one way and the other: an outage ends some day.

    What is malformed stays so: a page goes the other way for good, records are given up after a while.
    """
    now, attempts, is_malformed = desk.now(), one.attempts + 1, isinstance(error, SourceMalformed)
    wait = timedelta(seconds=(error.retry_after_seconds or 0.0) if isinstance(error, SourceUnavailable) else 0.0)
    if isinstance(error, SourceUnavailable) and error.is_for_host:
        leave_alone(desk.store, one.route.host, now + wait)
    pause = max(min(load_plan()[Stage.CATCH_UP].every * 2 ** (attempts - 1), _LONGEST_PAUSE), wait)
    values: dict[str, Any] = {"attempts": attempts, "fault": str(error), "next_at": now + pause}
    if one.route is Route.PAGE and (is_malformed or attempts >= _ENOUGH):
        values |= {"route": Route.RECORDS, "attempts": 0, "next_at": now}
        values |= {"page": _NO_PAGE} if is_malformed else {}
    elif attempts >= _ENOUGH and is_malformed:
        row = _find_row(desk, one)
        fault = "" if row is not None and row.whole else str(error)
        return Taken(closed=True, fault=fault), values | {"fault": fault}
    elif attempts >= _ENOUGH and one.page != _NO_PAGE and _has_page(one.announced_on, now):
        values |= {"route": Route.PAGE, "page": 1, "token": ""}
    elif is_malformed:
        # The token may have expired: begin again.
        values["token"] = ""
    return Taken(fault=str(error)), values


def _list_missed(store: Store, scope: str, now: datetime, calendar: Calendar) -> Iterator[dict[str, Any]]:
    first = _find_first_live(store, scope)
    today = find_expected(now)
    oldest = today - (CATCH_UP_SPAN if first is not None else timedelta(days=HISTORY_DAYS))
    whole = _find_whole(store, scope, oldest)
    for on in _list_dates(oldest, now):
        is_missed = first is not None and on > first
        # A category's history is its archive's.
        is_history = scope == archive_of(scope) and on >= today - timedelta(days=HISTORY_DAYS)
        if on not in whole and (is_missed or (is_history and calendar.is_announced(on))):
            # Calendars are wrong at times: a holiday is asked for too, and nobody waits for it.
            yield _build_row(scope, on, now, is_missed=is_missed, is_late=is_missed and calendar.is_announced(on))


def _list_dates(since: date, now: datetime) -> Iterator[date]:
    """The dates of batches, holidays' too, up to the one before the newest: that one its listing page has."""
    today = find_expected(now)
    on = find_next_expected(since - timedelta(days=1))
    while on < today:
        yield on
        on = find_next_expected(on)


def _find_first_live(store: Store, scope: str) -> date | None:
    """The first batch of the scope that came on its day, not from an old file: since then this installation runs."""
    daily = batches.c.source.in_((Source.LISTING, Source.RSS))
    query = (
        select(batches.c.announced_on, batches.c.closed_at)
        .where(batches.c.scope == scope, daily, batches.c.closed_at.is_not(None))
        .order_by(batches.c.announced_on)
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return next((row.announced_on for row in rows if row.closed_at < announced_at(row.announced_on) + _ITS_DAY), None)


def _find_whole(store: Store, scope: str, since: date) -> set[date]:
    query = select(batches.c.announced_on).where(
        batches.c.scope == scope,
        batches.c.announced_on >= since,
        batches.c.source.in_((Source.LISTING, Source.CATCHUP, Source.RSS)),
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


def _build_row(
    scope: str, on: date, now: datetime, *, is_missed: bool = False, is_late: bool = False
) -> dict[str, Any]:
    days_ago = (now.date() - on).days
    route = Route.PAGE if _has_page(on, now) else Route.RECORDS
    tier = 0 if archive_of(scope) in _FIRST_ARCHIVES else _OTHERS_RANK
    rank = on.toordinal() if is_missed else _HISTORY_RANK + tier + days_ago
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
