"""Which batch a record of OAI-PMH belongs to; pure. Its metadata does not say when a paper was announced, nor as what.

A datestamp is the moment of the last change (`modtime` in arXiv's server, github.com/arXiv/oaipmh), and announcing is a
change: arXiv's own test data has all records of a batch within three minutes after 20:00 in New York, which is in UTC
the batch's date. Later changes (a new version, a journal reference, an administrator's) move it away, and bring papers
of other days to this one. So the datestamp alone proves nothing. What does:

submission  There are announced papers only. One that was submitted after the cut-off of the announcement before cannot
            be in an older batch; with a datestamp before the next announcement it cannot be in a newer one.
number      New papers get their numbers when they are announced, in one unbroken run. A first version whose number lies
            within the run of those that are certain is one of them: moderation had held it back. Of 2011-02-03 the same
            data has 278 new papers, 1102.0278 to 1102.0555: 270 by their submission, 8 of earlier days in between.

A paper that neither says is not dated: an old paper that was cross-listed today looks the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from digests.clock import ARXIV_ZONE
from digests.papers.calendar import Calendar
from digests.papers.paper import NEWS, ArxivId, Kind, Record
from digests.papers.taxonomy import archives_of, canonical_category

_DAY: Final = timedelta(days=1)
_CUT_OFF: Final = time(14)
_FRIDAY: Final = 5
#: Later ones are not announced: https://info.arxiv.org/help/replace.html
_LAST_ANNOUNCED_VERSION: Final = 5

#: What a batch announced: kind and version of each paper; None where nobody knows the version.
Dated = dict[ArxivId, tuple[Kind, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What can belong to the batch of `on`: submitted from … to before … (aware UTC), and changed before `next_on`."""

    scope: str
    on: date
    submitted_from: datetime
    submitted_until: datetime
    next_on: date

    def covers(self, record: Record) -> bool:
        in_time = record.datestamp is not None and self.on <= record.datestamp < self.next_on
        return in_time and any(is_listed(self.scope, category) for category in record.paper.categories)

    def has_submission(self, moment: datetime | None) -> bool:
        return moment is not None and self.submitted_from <= moment < self.submitted_until


def build_window(scope: str, on: date, newest_before: date | None, calendar: Calendar) -> Window:
    """`newest_before`: of the batches that are here, for the calendar may take a day for a holiday that was none."""
    before = on - _DAY
    while not calendar.is_announced(before):
        before -= _DAY
    return Window(
        scope=scope,
        on=on,
        submitted_from=find_cut_off(max(before, newest_before or before)),
        submitted_until=find_cut_off(on),
        next_on=calendar.find_next_announced(on),
    )


def find_cut_off(on: date) -> datetime:
    """Up to when (aware UTC) submissions were taken for the batch of `on`.

    14:00 in New York on the evening before; for Sunday's evening on Friday.
    Source https://info.arxiv.org/help/availability.html
    """
    day = on - _DAY
    while day.isoweekday() > _FRIDAY:
        day -= _DAY
    return datetime.combine(day, _CUT_OFF, tzinfo=ARXIV_ZONE).astimezone(UTC)


def date_records(
    records: Iterable[Record], window: Window, known: Mapping[ArxivId, Kind], older: Collection[ArxivId]
) -> Dated:
    """Those of the records that the batch of the window announced.

    known  what is here of this batch, of any archive
    older  papers that were news in an earlier batch: they are none in this one
    """
    mine = [record for record in records if window.covers(record)]
    run = _find_run(mine, window, known)
    dated: Dated = {}
    for record in mine:
        kind = _find_kind(record, window, run)
        if kind in NEWS and record.paper.id in older:
            kind = None
        kind = kind or known.get(record.paper.id)
        if kind is not None:
            dated[record.paper.id] = (kind, _find_version(record, kind, window))
    return dated


def is_listed(scope: str, category: str) -> bool:
    """Whether the pages of the archive, or category, list papers of this category."""
    return scope in archives_of(category) or canonical_category(category) == scope


def _find_run(records: Iterable[Record], window: Window, known: Mapping[ArxivId, Kind]) -> tuple[str, str] | None:
    """The first and the last number that are certainly of this batch."""
    certain = [record.paper.id for record in records if _is_first(record) and _is_submitted(record, window)]
    numbers = [number for number in (*certain, *_list_new(known)) if _is_number(number)]
    return (min(numbers), max(numbers)) if numbers else None


def _find_kind(record: Record, window: Window, run: tuple[str, str] | None) -> Kind | None:
    """As a page of the archive would call it."""
    is_home = is_listed(window.scope, record.paper.primary_category)
    if _is_first(record):
        in_run = run is not None and _is_number(record.paper.id) and run[0] <= record.paper.id <= run[1]
        if in_run or _is_submitted(record, window):
            return Kind.NEW if is_home else Kind.CROSS
        return None
    if _is_submitted(record, window) and _is_shown(record):
        return Kind.REPLACE if is_home else Kind.REPLACE_CROSS
    return None


def _find_version(record: Record, kind: Kind, window: Window) -> int | None:
    """The version that was announced; a record that is still the old one does not know that of a replacement."""
    if kind is Kind.NEW:
        return 1
    until = window.submitted_until
    newest = max(
        (version.number for version in record.versions if version.submitted_at and version.submitted_at < until),
        default=None,
    )
    return None if newest == 1 and kind is not Kind.CROSS else newest


def _list_new(known: Mapping[ArxivId, Kind]) -> list[ArxivId]:
    return [paper_id for paper_id, kind in known.items() if kind is Kind.NEW]


def _is_first(record: Record) -> bool:
    return [version.number for version in record.versions] == [1]


def _is_submitted(record: Record, window: Window) -> bool:
    return bool(record.versions) and window.has_submission(record.versions[-1].submitted_at)


def _is_shown(record: Record) -> bool:
    return record.paper.is_withdrawn or record.versions[-1].number <= _LAST_ANNOUNCED_VERSION


def _is_number(paper_id: ArxivId) -> bool:
    """Identifiers since April 2007; they sort as they were given."""
    return paper_id[0].isdigit()
