"""What should have happened in a simulated house, worked out from the world alone, and what to say where it did not."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select

from digests.papers.paper import Kind, Source
from digests.store.tables import announcements, batches
from sandbox.replay.world import World
from sandbox.sample import SamplePaper
from tests.fortnight import House, Person, Received

_ORDER = tuple(Kind)
_NEWS = {Kind.NEW, Kind.CROSS}
#: Of a feed: until midnight in New York.
_SERVED = timedelta(hours=28)
#: Of requests around a paper that is missing.
_BEFORE, _AFTER = timedelta(hours=2), timedelta(hours=40)


@dataclass(frozen=True, slots=True)
class Told:
    """A paper in a batch. `is_paged`: an archive's page has it; the others are in feeds only."""

    paper: SamplePaper
    kind: Kind
    is_paged: bool


@dataclass(kw_only=True)
class Truth:
    """
    archives    whose pages are read
    categories  whose feeds are, and since when
    caught_up   batches that were asked for later, and when: arXiv has forgotten something of them by then
    """

    world: World
    archives: Collection[str]
    categories: Mapping[str, datetime]
    caught_up: Mapping[date, datetime]

    @cached_property
    def batches(self) -> dict[date, dict[str, Told]]:
        return {on: dict(self._list_told(on)) for on in self.world.batches}

    def expect(self, person: Person, since: datetime) -> dict[str, date]:
        """The papers that somebody who begins at that moment is to get, and of which batch first.

        Not those that would come with the batch after the last one, or with one that takes them back.
        """
        expected: dict[str, date] = {}
        for on, told in self.batches.items():
            if announce_at(on) > since:
                told_in_time = (one for one in told.values() if self._is_told_in_time(one, on))
                wanted = (one for one in told_in_time if one.kind in _NEWS and person.wants(one.paper))
                expected = {one.paper.id: on for one in wanted} | expected
        return expected

    def is_news(self, paper_id: str, on: date) -> bool:
        told = self.batches[on].get(paper_id)
        return told is not None and told.kind in _NEWS

    def list_paged(self, on: date, person: Person) -> set[str]:
        """What the pages of the reader's archives have, and no other's: that one may come later."""
        pages = {archive: {paper.id for paper, _ in self._find_page(archive, on)} for archive in self.archives}
        others = [ids for archive, ids in pages.items() if archive not in (person.scope or self.archives)]
        return set().union(*pages.values()) - set().union(*others)

    def find_versions(self, had: Mapping[str, date]) -> dict[str, int]:
        """Which version of papers, that somebody had with the digest of that batch, is known before the last batch.

        Not of those that were withdrawn: no page says which version that is.
        """
        told = [(on, one) for on, batch in self.batches.items() if on < max(self.batches) for one in batch.values()]
        newer = [one.paper for on, one in told if one.kind is Kind.REPLACE and on > had.get(one.paper.id, date.max)]
        withdrawn = {
            one.paper.id for batch in self.batches.values() for one in batch.values() if one.paper.is_withdrawn
        }
        return {paper.id: paper.version for paper in newer if paper.id not in withdrawn}

    def find_whole_at(self, archive: str, on: date) -> datetime:
        """When the page of the evening is, by the lags of this world; its troubles come on top."""
        lags = [lag for lag in self.world.lags if (lag.archive, lag.on) == (archive, on)]
        return announce_at(on) + sum((lag.old + lag.empty + lag.partial for lag in lags), timedelta())

    def _is_told_in_time(self, one: Told, on: date) -> bool:
        if one.is_paged and on not in self.caught_up:
            return True
        after = [told for later, told in self.batches.items() if later > on]
        withdrawn = after and one.paper.id in after[0] and after[0][one.paper.id].paper.is_withdrawn
        return bool(after) and not withdrawn

    def _find_page(self, archive: str, on: date) -> list[tuple[SamplePaper, Kind]]:
        asked_at = self.caught_up.get(on)
        return self.world.find_past(archive, on, asked_at) if asked_at else self.world.batches[on].announced(archive)

    def _list_told(self, on: date) -> Iterator[tuple[str, Told]]:
        day = self.world.batches[on]
        paged = [pair for archive in self.archives for pair in self._find_page(archive, on)]
        asked = [category for category, since in self.categories.items() if since < announce_at(on) + _SERVED]
        fed = [pair for category in asked for pair in day.fed(category)]
        kinds = defaultdict(list)
        papers = {}
        for paper, kind in (*paged, *fed):
            kinds[paper.id].append(kind)
            papers[paper.id] = paper
        on_page = {paper.id for paper, _ in paged}
        for paper_id, paper in papers.items():
            kind = min(kinds[paper_id], key=_ORDER.index)
            # A page does not tell the one from the other.
            kind = Kind.REPLACE if kind is Kind.REPLACE_CROSS else kind
            yield paper_id, Told(paper, kind, paper_id in on_page)


def announce_at(on: date) -> datetime:
    """Eight in the evening before, in New York; said here again, so that nobody checks a clock by itself."""
    return datetime.combine(on - timedelta(days=1), time(20), tzinfo=ZoneInfo("America/New_York"))


def find_due_at(person: Person, on: date) -> datetime:
    """When a batch is theirs: at the announcement, or at the next of their hours."""
    announced = announce_at(on)
    if not person.hour:
        return announced.astimezone(UTC)
    zone = ZoneInfo(person.zone)
    hour = time.fromisoformat(person.hour)
    first = announced.astimezone(zone).date()
    moments = (datetime.combine(first + timedelta(days=day), hour, tzinfo=zone) for day in range(3))
    return next(moment.astimezone(UTC) for moment in moments if moment >= announced)


def load_stored(house: House) -> dict[tuple[str, date], datetime]:
    """Since when the house has known that a batch has a paper, as news or not."""
    with house.services.store.reading() as connection:
        rows = connection.execute(select(announcements)).all()
    return {(row.paper_id, row.announced_on): row.stored_at for row in rows}


def load_closed(house: House) -> dict[tuple[str, date], datetime]:
    """When a page, that of the evening or that of the past, proved an archive's batch whole."""
    is_proof = (batches.c.source.in_([source for source in Source if source.is_page]), batches.c.closed_at.is_not(None))
    with house.services.store.reading() as connection:
        rows = connection.execute(select(batches).where(*is_proof).order_by(batches.c.closed_at.desc())).all()
    return {(row.scope, row.announced_on): row.closed_at for row in rows}


def explain(house: House, truth: Truth, paper_id: str, on: date, received: Collection[Received] = ()) -> str:
    """All that is known of a paper that went wrong: what it is, when it was stored, sent, and what was asked then."""
    told = truth.batches.get(on, {}).get(paper_id)
    what = f"{told.kind} {told.paper.categories} {'on a page' if told.is_paged else 'in feeds'}" if told else "nothing"
    began_at = announce_at(on).astimezone(UTC)
    asked = [v for v in house.services.sources.traffic.visits if began_at - _BEFORE <= v.at <= began_at + _AFTER]
    faults = [(at, step) for at, step in house.steps if step.on == on and step.fault]
    return "\n".join(
        [
            f"{paper_id}, of {on} {what}",
            f"stored: {load_stored(house).get((paper_id, on), 'never')}",
            *(f"sent: {one.composed_at} {one.slot} of {one.person.name}" for one in received if paper_id in one.papers),
            *(f"asked: {visit}" for visit in asked),
            *(f"fault: {at} {step.stage} {step.scope} {step.fault}" for at, step in faults),
        ]
    )
