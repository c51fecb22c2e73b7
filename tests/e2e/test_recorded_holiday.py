"""Two recorded weeks in which services like this one went wrong, replayed as pages: a holiday, and a lost batch."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from digests.papers.batches import coverage
from digests.papers.collecting.collector import Collector, Step
from digests.papers.collecting.missed import find_awaited
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.stages import Desk
from digests.papers.paper import Source
from digests.papers.quarantine import Quarantine, find_kept
from digests.papers.shelf import find_stored, load_batch
from digests.store.engine import Store
from digests.store.tables import alerts
from sandbox.replay.folders import load_world
from sandbox.replay.sources import ReplayedSources, SteppedClock
from sandbox.replay.world import World
from tests.jumping import find_next_asking


@dataclass
class Post:
    """What asks arXiv for the listings of cs, on a clock of its own."""

    collector: Collector
    clock: SteppedClock
    sources: ReplayedSources

    @property
    def store(self) -> Store:
        return self.collector.desk.store

    def work(self, until: datetime) -> Iterator[Step]:
        while self.clock() < until:
            while step := self.collector.step():
                yield step
            self.clock.move_to(min(until, find_next_asking(self.store, self.clock())))

    def sleep(self, until: datetime) -> None:
        self.clock.move_to(until)

    def read_ids(self, on: date) -> set[str]:
        return {entry.paper.id for entry in load_batch(self.store, on)}

    def count_asked(self, path: str) -> int:
        return sum(visit.path == path for visit in self.sources.traffic.visits)


@pytest.fixture
def open_post(store, tmp_path):
    def post(world: World, begins_at: datetime) -> Post:
        clock = SteppedClock(begins_at)
        sources = ReplayedSources(world, clock, wait=clock.wait, tries=1)
        quarantine = Quarantine(tmp_path / "quarantine", clock)
        desk = Desk(store=store, sources=sources, quarantine=quarantine, now=clock)
        collector = Collector(desk=desk, wanted=lambda: [(Stage.LISTING, "cs")])
        return Post(collector, clock, sources)

    yield post
    assert find_kept(tmp_path / "quarantine") == []


def read_recorded(folder, day: str) -> set[str]:
    """Ids, some of them twice in the file."""
    return {json.loads(line)["id"] for line in (folder / f"{day}.jsonl").read_text("utf-8").split("\n") if line}


def find_whole(store: Store, on: date) -> list[tuple[str, Source, bool]]:
    return [(row.scope, row.source, row.whole) for row in coverage(store, on)]


def test_a_list_that_stood_for_four_days_is_one_batch_and_tuesdays_is_the_next(recorded, open_post):
    """19 June is a holiday, a Friday: arXiv leaves out the evening of Sunday, and the page stands until Monday's."""
    folder = recorded / "listing" / "raw-2026-06-holiday"
    friday, tuesday = date(2026, 6, 19), date(2026, 6, 23)
    shown = [read_recorded(folder, f"2026-06-{day}") for day in (19, 20, 21, 22, 23)]
    assert shown[0] == shown[1] == shown[2] == shown[3]
    post = open_post(load_world(folder), datetime(2026, 6, 18, 23, 30, tzinfo=UTC))
    steps = list(post.work(datetime(2026, 6, 23, 0, 1, tzinfo=UTC)))
    # Calendars are wrong at times: the holiday's page was looked at, again and again.
    assert post.count_asked("/list/cs/new") > 20
    assert [(step.stage, sorted(step.changed)) for step in steps if step.changed] == [
        (Stage.LISTING, [friday]),
        (Stage.LISTING, [tuesday]),
    ]
    assert list(find_stored(post.store, date(2026, 6, 1))) == [friday, tuesday]
    assert (post.read_ids(friday), post.read_ids(tuesday)) == (shown[0], shown[4])
    assert (len(shown[0]), len(shown[4])) == (243, 537)
    assert find_whole(post.store, friday) == find_whole(post.store, tuesday) == [("cs", Source.LISTING, True)]
    assert find_awaited(post.store) == frozenset()


def test_a_lost_batch_is_reported_missing_and_asked_of_the_pages_of_the_past(recorded, open_post):
    """The job that lost it ran at a fixed hour. Here nobody is there while its page stands; 20 January has no batch."""
    folder = recorded / "listing" / "raw-2026-01-missed-batch"
    monday, lost, thursday = date(2026, 1, 19), date(2026, 1, 21), date(2026, 1, 22)
    world = load_world(folder)
    invented = {paper.id for paper in world.batches[lost].papers if paper.find_past_kind("cs")}
    post = open_post(world, datetime(2026, 1, 18, 23, 30, tzinfo=UTC))
    for step in post.work(datetime(2026, 1, 19, 2, tzinfo=UTC)):
        if step.on == monday and step.changed:
            break
    assert post.read_ids(monday) == read_recorded(folder, "2026-01-19")
    post.sleep(datetime(2026, 1, 22, 2, tzinfo=UTC))
    for step in post.work(datetime(2026, 1, 22, 3, tzinfo=UTC)):
        if step.stage is Stage.CATCH_UP and step.changed:
            break
    assert find_reports(post.store) == ["The batch of 2026-01-21 is not here."]
    # Before all the history of a first start. Tuesday was a holiday: it is looked at, for calendars are wrong at times.
    assert (step.on, step.changed, step.is_news) == (lost, {lost}, True)
    assert post.count_asked("/catchup/cs/2026-01-21") == 1
    assert post.count_asked("/catchup/cs/2026-01-20") == 1
    assert post.read_ids(date(2026, 1, 20)) == set()
    assert post.read_ids(lost) == invented
    assert find_whole(post.store, lost) == [("cs", Source.CATCHUP, True)]
    assert find_awaited(post.store) == frozenset()
    assert post.read_ids(thursday) == read_recorded(folder, "2026-01-22")


def find_reports(store: Store) -> list[str]:
    """What an operator is told of missed batches, over or not."""
    with store.reading() as connection:
        texts = connection.scalars(select(alerts.c.text).where(alerts.c.key.startswith("missed:")))
        return [text.split(". ")[0] + "." for text in texts]
