"""What arXiv and Hugging Face have announced, and what each of their servers shows of it at a moment."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final

from digests.clock import ARXIV_ZONE, announced_at
from digests.papers.calendar import find_expected
from digests.papers.paper import Kind
from digests.papers.taxonomy import archive_of
from sandbox.arxiv_faults import Fault
from sandbox.replay.daily import Listed
from sandbox.replay.rules import Host
from sandbox.replay.troubles import Lag, LateRecords, StaleFeed, Trouble
from sandbox.sample import SampleDay, SamplePaper, in_order

#: What one page of a listing, of the past and of OAI-PMH has.
PAGE_SIZE: Final = 2_000
OAI_PAGE_SIZE: Final = 2_500

# OAI-PMH fills up between these, counted from 20:00: https://info.arxiv.org/help/oa/index.html says 22:30.
_FIRST_RECORD: Final = timedelta(minutes=30)
_LAST_RECORD: Final = timedelta(hours=2, minutes=30)
_MINUTE: Final = timedelta(minutes=1)
#: Of what was announced before the first day here.
_LONG_BEFORE: Final = timedelta(days=40)

Announced = tuple[SamplePaper, Kind]


@dataclass(frozen=True, slots=True)
class Page:
    """What the listing page of a scope shows: `missing` are papers that its totals count and that it has not."""

    day: SampleDay
    missing: frozenset[str] = frozenset()
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A paper as OAI-PMH has it: its newest words.

    changed_on    the day of UTC on which anything of it was changed last
    versioned_on  the date of the batch that its newest version is of
    """

    paper: SamplePaper
    changed_on: date
    versioned_on: date


@dataclass(frozen=True, kw_only=True)
class World:
    """
    days    the batches, in any order; several of one date are one. On a date without any, arXiv does not announce
    daily   Hugging Face's list
    eve     the date of arXiv's pages before the first batch: they are empty
    """

    days: tuple[SampleDay, ...]
    daily: tuple[Listed, ...] = ()
    lags: tuple[Lag, ...] = ()
    stale: tuple[StaleFeed, ...] = ()
    late: tuple[LateRecords, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    eve: date | None = None
    oai_page_size: int = OAI_PAGE_SIZE

    @cached_property
    def batches(self) -> dict[date, SampleDay]:
        """By date, the oldest first."""
        found: dict[date, SampleDay] = {}
        for day in sorted(self.days, key=lambda day: day.announced_on):
            found[day.announced_on] = _merge(found.get(day.announced_on), day)
        return found

    @cached_property
    def first_on(self) -> date:
        """The date of the page before everything."""
        if self.eve or not self.batches:
            return self.eve or date.min
        return find_expected(announced_at(next(iter(self.batches))) - _MINUTE)

    def find_page(self, scope: str, now: datetime) -> Page:
        """What `/list/<scope>/new` shows."""
        archive = archive_of(scope)
        for day in reversed(self.batches.values()):
            waited = now - self._appears_at(archive, day.announced_on)
            if waited >= timedelta():
                return self._fill(scope, day, waited)
        return Page(SampleDay(announced_on=self.first_on, archive=archive, papers=()))

    def find_past(self, scope: str, on: date, now: datetime) -> list[Announced]:
        """What `/catchup/<scope>/<date>` lists: the announcement of that day with the words of today."""
        day = self.batches.get(on)
        archive = archive_of(scope)
        if day is None or now < self._appears_at(archive, on):
            return []
        newest = self.find_newest(now)
        # It goes by the categories that a paper has today, too.
        told = (event.model_copy(update={"categories": newest[event.id].categories}) for event in day.papers)
        return in_order((newest[event.id], event.find_past_kind(scope)) for event in told)

    def find_next_on(self, on: date, now: datetime) -> date | None:
        """The date of the batch after `on` that is out."""
        return next((later for later in self.batches if later > on and announced_at(later) <= now), None)

    def find_fed(self, scope: str, now: datetime) -> tuple[date, list[Announced]]:
        """The date of a feed and what it has: only today's batch, and nothing on a day without one."""
        today = now.astimezone(ARXIV_ZONE).date()
        told = [pair for part in scope.split("+") for pair in self._feed_part(part, scope, today, now)]
        return today, in_order({paper.id: (paper, kind) for paper, kind in told}.values())

    def list_records(self, now: datetime) -> list[Record]:
        """All that OAI-PMH has, by the day of the last change and then by id."""
        found: dict[str, Record] = {}
        for on, day in self.batches.items():
            changed = sorted((*day.papers, *day.edited), key=lambda paper: paper.id)
            share = self._find_share(on, now)
            for paper in changed[: int(share * len(changed))]:
                found[paper.id] = _change(found.get(paper.id), paper, on, is_corrected=paper in day.edited)
        return sorted(found.values(), key=lambda record: (record.changed_on, record.paper.id))

    def find_newest(self, now: datetime) -> dict[str, SamplePaper]:
        """Each announced paper as arXiv has it now, by id."""
        out = [day for on, day in self.batches.items() if announced_at(on) <= now]
        return {paper.id: paper for day in out for paper in (*day.papers, *day.edited)}

    def find_fault(self, host: Host, path: str, now: datetime) -> Fault | None:
        """What a request gets at that moment instead of a good answer."""
        return next((trouble.fault for trouble in self.troubles if trouble.hits(host, path, now)), None)

    def keep(self, state: Hashable, build: Callable[[], bytes]) -> bytes:
        """What `build` makes of that state, made once: a page is asked for every few minutes."""
        if state not in self._kept:
            self._kept[state] = build()
        return self._kept[state]

    @cached_property
    def _kept(self) -> dict[Hashable, bytes]:
        return {}

    def _appears_at(self, archive: str, on: date) -> datetime:
        lag = self._find_lag(archive, on)
        return announced_at(on).astimezone(UTC) + (lag.old if lag else timedelta())

    def _find_lag(self, archive: str, on: date) -> Lag | None:
        return next((lag for lag in self.lags if (lag.archive, lag.on) == (archive, on)), None)

    def _fill(self, scope: str, day: SampleDay, waited: timedelta) -> Page:
        lag = self._find_lag(archive_of(scope), day.announced_on)
        if lag is None or waited >= lag.empty + lag.partial:
            return Page(day)
        if waited < lag.empty:
            return Page(day, is_empty=True)
        new = [paper.id for paper, kind in day.announced(scope) if kind is Kind.NEW]
        return Page(day, missing=frozenset(new[int(lag.share * len(new)) :]))

    def _feed_part(self, part: str, scope: str, today: date, now: datetime) -> Iterable[Announced]:
        """One name's share of a feed of several. The batch is that of today, or the one before where it is stale."""
        if today not in self.batches or now < self._appears_at(archive_of(part), today):
            return []
        midnight = datetime.combine(today, time(), tzinfo=ARXIV_ZONE)
        is_stale = any(
            (feed.category, feed.on) == (part, today) and now - midnight < feed.lasting for feed in self.stale
        )
        before = [on for on in self.batches if on < today]
        on = max(before, default=None) if is_stale else today
        fed = self.batches[on].fed(part) if on else []
        kinds = ((paper, paper.find_feed_kind(scope)) for paper, _ in fed)
        return [(paper, kind) for paper, kind in kinds if kind]

    def _find_share(self, on: date, now: datetime) -> float:
        late = next((late.by for late in self.late if late.on == on), timedelta())
        filling = now - (announced_at(on).astimezone(UTC) + _FIRST_RECORD + late)
        return min(max(filling / (_LAST_RECORD - _FIRST_RECORD), 0.0), 1.0)


def _change(before: Record | None, paper: SamplePaper, on: date, *, is_corrected: bool) -> Record:
    """A correction, or a cross-listing, leaves the versions as they are."""
    is_same = is_corrected or paper.kind is Kind.CROSS or (before is not None and before.paper.version == paper.version)
    if not is_same:
        return Record(paper, on, versioned_on=on)
    return Record(paper, on, versioned_on=before.versioned_on if before else on - _LONG_BEFORE)


def _merge(before: SampleDay | None, day: SampleDay) -> SampleDay:
    if before is None:
        return day
    known = {paper.id for paper in before.papers}
    papers = (*before.papers, *(paper for paper in day.papers if paper.id not in known))
    return before.model_copy(update={"papers": papers, "edited": before.edited + day.edited})
