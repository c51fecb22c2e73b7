"""OAI-PMH: what the pages of an archive leave out, the proof that they left out no paper, and batches of long ago."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from digests.clock import Now
from digests.errors import SourceMalformed
from digests.papers.batches import find_batch_row, store_batch
from digests.papers.collecting.dating import Dated, Window, build_window, date_records, is_listed
from digests.papers.collecting.stages import Desk, Outcome
from digests.papers.gate import Fault
from digests.papers.oai import TokenRefused, read_oai
from digests.papers.paper import NEWS, Announced, ArxivId, Harvest, Kind, Record, Source
from digests.papers.shelf import load_batch, lock_shelf, store_kinds, store_papers
from digests.papers.wire import unpack
from digests.store.engine import Store, lots
from digests.store.tables import announcements, batches

# 2,500 records each, and an archive changes 4,000 on its largest days. More is a bulk change of arXiv's, and the lane
# is everybody's.
_MAX_PAGES: Final = 10
# arXiv keeps an answer for an hour; what says the same for longer than that will not grow. A paper that was moved to
# another archive after the announcement stays away.
_SETTLED: Final = timedelta(minutes=90)


def look_at_records(desk: Desk, scope: str, on: date) -> Outcome:
    """The second look at the newest batch: what of the archive was changed since its date.

    All words are stored (versions, DOIs, licences, all authors), versions are noted at what the batch announced; new
    papers that the page lacks come to it: see dating.py for which. Through when none of the page's new ones is missing.
    Raises  SourceUnavailable, SourceMalformed; the words of the pages before are stored.
    """
    records, broken = _harvest(desk, scope, on)
    known = load_batch(desk.store, on)
    window = _build_window(desk, scope, on)
    shown = {entry.paper.id for entry in known}
    found = _date(desk.store, records, window, known)
    dated = {paper_id: told for paper_id, told in found.items() if told[0] in NEWS or paper_id in shown}
    fault = _find_fault(scope, known, records, dated, broken)
    is_settled = fault is Fault.LACKING and _has_settled(desk, window, len(dated))
    added = store_found(desk.store, window, dated, seen=len(dated), broken=broken, fault=fault, now=desk.now)
    return Outcome(
        is_through=fault in {None, Fault.BROKEN} or is_settled,
        on=on if dated else None,
        changed=frozenset({on} if added else ()),
        found=len(dated),
    )


def catch_up_by_records(
    desk: Desk, scope: str, on: date, token: str = "", *, clock: Now | None = None
) -> tuple[Outcome, str]:
    """One page of a batch of the past, and the token to go on with, empty at the end of the list.

    Nobody knows it whole any more: a record stands under the day of its last change. What was not changed since is
    dated, by dating.py; what was replaced or corrected in the meantime is missing, and so are cross-lists of older
    papers. In arXiv's test data 43 of the 278 new papers of 2011-02-03 still stand under that day, years later.

    clock   as of when it is stored, where that is not now
    Raises  SourceUnavailable, SourceMalformed.
    """
    window = _build_window(desk, scope, on)
    # Later than tomorrow is a badArgument.
    until = min(window.next_on - timedelta(days=1), desk.now().date())
    try:
        harvest = _read_page(desk, scope, on, until, token)
    except TokenRefused:
        if not token:
            raise
        # arXiv writes no more in a token than the question and a number: the new one may be the same.
        token = ""
        harvest = _read_page(desk, scope, on, until, token)
    if harvest.next_token and harvest.next_token == token:
        raise SourceMalformed(f"OAI-PMH gives the same token again: {token[:200]}")
    known = load_batch(desk.store, on)
    dated = _date(desk.store, _by_id(harvest), window, known)
    mine = {entry.paper.id for entry in known if _is_of(scope, entry)}
    seen = len(mine | set(dated))
    fault = Fault.GAP if harvest.next_token else Fault.CUT if seen else Fault.EMPTY
    broken = len(harvest.broken)
    added = store_found(desk.store, window, dated, seen=seen, broken=broken, fault=fault, now=clock or desk.now)
    changed = frozenset({on} if added else ())
    return Outcome(is_through=not harvest.next_token, on=on, changed=changed, found=len(dated)), harvest.next_token


def store_found(
    store: Store, window: Window, dated: Dated, *, seen: int, broken: int, fault: Fault | None, now: Now
) -> int:
    """Store what the batch announced, papers that are here already, and how far that is; returns how many it adds."""
    key = {"scope": window.scope, "announced_on": window.on, "source": Source.OAI}
    with store.writing() as connection:
        lock_shelf(store, connection)
        now_at = now()
        added = store_kinds(store, connection, dated, window.on, now_at)
        closed_at = connection.scalar(select(batches.c.closed_at).filter_by(**key))
        if closed_at is None or fault is None:
            values: dict[str, Any] = {
                "seen": seen,
                "total": None,
                "broken": broken,
                "closed_at": None if fault else closed_at or now_at,
                "fault": fault or "",
                "items": [],
            }
            store_batch(store, connection, key, values, added=added, now_at=now_at)
    return added


def _harvest(desk: Desk, scope: str, on: date) -> tuple[dict[ArxivId, Record], int]:
    """All records that were changed since, and how many could not be read."""
    try:
        return _read_pages(desk, scope, on)
    except TokenRefused:
        # It ended at midnight UTC, which is an hour or two before or after an announcement.
        return _read_pages(desk, scope, on)


def _read_pages(desk: Desk, scope: str, on: date) -> tuple[dict[ArxivId, Record], int]:
    records: dict[ArxivId, Record] = {}
    broken, token = 0, ""
    for _ in range(_MAX_PAGES):
        harvest = _read_page(desk, scope, on, None, token)
        records |= _by_id(harvest)
        broken += len(harvest.broken)
        if not harvest.next_token:
            return records, broken
        token = harvest.next_token
    raise SourceMalformed(f"OAI-PMH has more than {_MAX_PAGES} pages of {scope} since {on}, or goes in circles.")


def _read_page(desk: Desk, scope: str, since: date, until: date | None, token: str) -> Harvest:
    payload = desk.sources.fetch_records(scope, since, until, token=token)
    address = f"oai/{scope}/{since}" + (f"?resumptionToken={token}" if token else "")
    harvest = desk.quarantine.read(payload, address, lambda body: read_oai(unpack(body)))
    store_papers(desk.store, harvest.papers, harvest.source, desk.now)
    return harvest


def _by_id(harvest: Harvest) -> dict[ArxivId, Record]:
    return {record.paper.id: record for record in harvest.records}


def _build_window(desk: Desk, scope: str, on: date) -> Window:
    query = select(func.max(announcements.c.announced_on)).where(
        announcements.c.announced_on < on, announcements.c.kind == Kind.NEW
    )
    with desk.store.reading() as connection:
        return build_window(scope, on, connection.scalar(query), desk.calendar)


def _date(store: Store, records: Mapping[ArxivId, Record], window: Window, known: list[Announced]) -> Dated:
    query = select(announcements.c.paper_id).where(
        announcements.c.announced_on < window.on, announcements.c.kind.in_(NEWS)
    )
    older: set[ArxivId] = set()
    with store.reading() as connection:
        for some in lots(records):
            older.update(connection.scalars(query.where(announcements.c.paper_id.in_(some))))
    kinds = {entry.paper.id: entry.kind for entry in known}
    return date_records(records.values(), window, kinds, older)


def _find_fault(
    scope: str, known: list[Announced], records: Mapping[ArxivId, Record], dated: Dated, broken: int
) -> Fault | None:
    """Why it proves nothing. An archive whose page has only cross-lists may well be empty here."""
    new = {entry.paper.id for entry in known if entry.kind is Kind.NEW and _is_of(scope, entry)}
    if new - set(records):
        return Fault.LACKING if dated else Fault.EMPTY
    if broken:
        return Fault.BROKEN
    return None if dated or any(_is_of(scope, entry) for entry in known) else Fault.EMPTY


def _is_of(scope: str, entry: Announced) -> bool:
    return is_listed(scope, entry.paper.primary_category)


def _has_settled(desk: Desk, window: Window, seen: int) -> bool:
    row = find_batch_row(desk.store, window.scope, Source.OAI, window.on)
    if row is None or (row.fault, row.seen) != (Fault.LACKING, seen):
        return False
    return desk.now() - row.changed_at >= _SETTLED
