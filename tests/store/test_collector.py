"""One step after the other against arXiv's stand-in on a simulated clock: what is asked, stored, and told."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

import pytest
from sqlalchemy import select

from digests.clock import announced_at
from digests.errors import StoreError
from digests.papers.batches import coverage
from digests.papers.collecting.collector import Collector
from digests.papers.collecting.missed import find_awaited, list_catch_ups
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import find_done, find_faults, take_turn
from digests.papers.collecting.stages import Desk
from digests.papers.paper import NEWS, Source
from digests.papers.quarantine import Quarantine, find_kept
from digests.papers.shelf import load_batch
from digests.store.tables import alerts, announcements
from sandbox.arxiv_faults import Fault
from sandbox.replay.inventing import build_days
from sandbox.replay.rules import Host
from sandbox.replay.sources import ReplayedSources, SteppedClock
from sandbox.replay.troubles import Lag, StaleFeed, Trouble
from sandbox.replay.world import World
from tests.jumping import find_next_asking

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 10, day) for day in (6, 7, 8))
DAYS = build_days(TUESDAY, 3, 20, seed=5)
CS = (Stage.LISTING, "cs")


def at(on: date, **later) -> datetime:
    return announced_at(on).astimezone(UTC) + timedelta(**later)


class House:
    """A collector, and the world that it asks."""

    def __init__(self, store, folder, wanted=(CS,), since=None, days=DAYS, **world):
        self.store = store
        self.clock = SteppedClock(since or at(TUESDAY, minutes=1))
        self.sources = ReplayedSources(World(days=days, **world), self.clock, wait=self.clock.wait, tries=1)
        self.quarantine = Quarantine(folder, self.clock)
        desk = Desk(store=store, sources=self.sources, quarantine=self.quarantine, now=self.clock)
        self.collector = Collector(desk=desk, wanted=lambda: wanted)

    def work(self):
        """All that is due now."""
        return list(takewhile(bool, iter(self.collector.step, object())))

    def work_until(self, moment):
        """As the worker does, only not every minute."""
        steps = self.work()
        while self.clock() < moment:
            self.clock.move_to(min(moment, find_next_asking(self.store, self.clock())))
            steps += self.work()
        return steps

    def list_alerts(self):
        with self.store.reading() as connection:
            return list(connection.scalars(select(alerts.c.key).where(alerts.c.cleared_at.is_(None))))

    def find_row(self, on, source, scope="cs"):
        return next(row for row in coverage(self.store, on) if (row.source, row.scope) == (source, scope))


def find_news(house, on):
    return {entry.paper.id for entry in load_batch(house.store, on) if entry.kind in NEWS}


# The turn, the settling and what is missed are tried on PostgreSQL in their own tests.
pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(store, tmp_path):
    return lambda **world: House(store, tmp_path / "quarantine", **world)


def test_a_page_is_asked_for_until_it_is_whole_and_then_no_more(house):
    lag = Lag(archive="cs", on=TUESDAY, old=timedelta(minutes=7), partial=timedelta(minutes=12))
    one = house(lags=(lag,))
    steps = [step for step in one.work_until(at(TUESDAY, hours=1)) if step.stage is Stage.LISTING]
    assert [bool(step.changed) for step in steps] == [False, False, True, False, True]
    assert find_done(one.store, Stage.LISTING) == {"cs": TUESDAY}
    assert len(load_batch(one.store, TUESDAY)) == len(DAYS[0].announced("cs"))


def test_a_page_of_something_else_is_a_fault_and_kept(house, tmp_path):
    one = house()
    page = one.sources.fetch_listing("math")
    one.sources.fetch_listing = lambda scope, *, skip=0: page
    (step, *_) = one.work()
    assert (step.stage, step.fault) == (Stage.LISTING, "This is math; cs was asked for.")
    assert [fault.scope for fault in find_faults(one.store)] == ["cs"]
    assert load_batch(one.store, TUESDAY) == []
    assert len(find_kept(tmp_path / "quarantine")) == 1


def test_a_page_of_a_day_that_has_not_come_is_refused(house):
    one = house()
    one.clock.move_to(at(THURSDAY, minutes=5))
    page = one.sources.fetch_listing("cs")
    late = one.clock
    one = house()
    one.sources.fetch_listing = lambda scope, *, skip=0: page
    (step, *_) = one.work()
    assert step.fault.startswith(f"This is dated {THURSDAY}, and now it is")
    assert late() > one.clock()
    assert load_batch(one.store, THURSDAY) == []


def test_records_are_not_through_before_the_page_is(house):
    lag = Lag(archive="cs", on=TUESDAY, old=timedelta(hours=4))
    one = house(wanted=(CS, (Stage.OAI, "cs")), lags=(lag,))
    one.work_until(at(TUESDAY, hours=3, minutes=50))
    assert find_done(one.store, Stage.OAI) == {"cs": None}
    one.work_until(at(TUESDAY, hours=5))
    assert find_done(one.store, Stage.OAI) == {"cs": TUESDAY}
    assert one.find_row(TUESDAY, Source.OAI).whole


def test_a_stale_feed_is_asked_for_again_until_it_is_todays(house):
    stale = StaleFeed(category="cs.LG", on=WEDNESDAY, lasting=timedelta(hours=2))
    one = house(wanted=(CS, (Stage.RSS, "cs.LG")), stale=(stale,))
    one.work_until(at(WEDNESDAY, hours=5))
    assert not one.find_row(WEDNESDAY, Source.RSS, "cs.LG").whole
    one.work_until(at(WEDNESDAY, hours=7))
    assert one.find_row(WEDNESDAY, Source.RSS, "cs.LG").whole
    assert find_done(one.store, Stage.RSS) == {"cs.LG": WEDNESDAY}


def test_an_archive_without_a_paper_on_a_working_day_is_told_the_operator_and_taken_back(house):
    lag = Lag(archive="cs", on=TUESDAY, empty=timedelta(hours=3))
    one = house(lags=(lag,))
    one.work_until(at(TUESDAY, minutes=50))
    assert one.list_alerts() == []
    one.work_until(at(TUESDAY, hours=2))
    assert one.list_alerts() == [f"empty:listing:cs:{TUESDAY}"]
    one.work_until(at(TUESDAY, hours=4))
    assert one.list_alerts() == []


def test_what_was_missed_is_fetched_oldest_first_and_told(house):
    one = house()
    one.work()
    one.clock.move_to(at(THURSDAY, minutes=10))
    steps = one.work()
    assert [(step.stage, step.on) for step in steps[:2]] == [(Stage.LISTING, THURSDAY), (Stage.CATCH_UP, WEDNESDAY)]
    assert {p.id for p, kind in DAYS[1].announced("cs") if kind in NEWS} <= find_news(one, WEDNESDAY)
    assert one.find_row(WEDNESDAY, Source.CATCHUP).whole
    assert one.list_alerts() == []
    # And then its second look, for which nobody waits.
    assert one.find_row(WEDNESDAY, Source.OAI).seen > 10
    assert (find_caught(one).closed_at is not None, find_caught(one).fault) == (True, "")


def down(path, since, until, kind="unavailable", host=None):
    return Trouble(fault=Fault(kind=kind, path=path), since=since, until=until, host=host)


def find_caught(house, on=WEDNESDAY):
    (caught,) = [row for row in list_catch_ups(house.store, on) if row.announced_on == on and row.scope == "cs"]
    return caught


def test_while_the_pages_of_the_past_fail_the_records_are_asked_and_then_the_pages_again(house):
    one = house(troubles=(down("/catchup", at(WEDNESDAY), at(THURSDAY, hours=9)),))
    one.work()
    one.clock.move_to(at(THURSDAY, hours=4))
    one.work_until(at(THURSDAY, hours=8))
    new = {paper.id for paper, kind in DAYS[1].announced("cs") if kind == "new"}
    assert len(find_news(one, WEDNESDAY) & new) > len(new) / 2
    assert find_caught(one).closed_at is None
    one.work_until(at(THURSDAY, hours=15))
    assert find_caught(one).closed_at is not None
    assert new <= find_news(one, WEDNESDAY)
    assert one.find_row(WEDNESDAY, Source.CATCHUP).whole


def count_failed(house):
    """Requests while nobody answered."""
    return sum(at(THURSDAY) <= visit.at < at(THURSDAY, hours=10) for visit in house.sources.traffic.visits)


def test_an_outage_of_hours_loses_no_batch_that_was_missed(house):
    one = house(troubles=(down("/", at(THURSDAY), at(THURSDAY, hours=10)),))
    one.work()
    one.clock.move_to(at(THURSDAY, minutes=5))
    one.work_until(at(THURSDAY, hours=14))
    new = {paper.id for paper, kind in DAYS[1].announced("cs") if kind == "new"}
    assert new <= find_news(one, WEDNESDAY)
    # Twenty batches are missing: they do not ask one by one.
    assert count_failed(one) < 250
    assert one.list_alerts() == []


def test_a_page_of_the_past_that_is_empty_for_an_hour_is_not_believed(house):
    one = house(lags=(Lag(archive="cs", on=WEDNESDAY, old=timedelta(hours=25)),))
    one.work()
    one.clock.move_to(at(THURSDAY, minutes=5))
    one.work_until(at(THURSDAY, hours=4))
    new = {paper.id for paper, kind in DAYS[1].announced("cs") if kind == "new"}
    assert new <= find_news(one, WEDNESDAY)


def test_a_day_without_a_batch_is_believed_in_the_end_and_costs_no_alert(house):
    gap = tuple(day for day in DAYS if day.announced_on != WEDNESDAY)
    one = house(days=gap)
    one.work()
    one.clock.move_to(at(THURSDAY, minutes=5))
    one.work_until(at(THURSDAY, hours=6))
    assert (find_caught(one).closed_at is not None, find_caught(one).fault) == (True, "")
    assert find_awaited(one.store) == frozenset()
    assert one.list_alerts() == []


def test_who_is_banned_asks_the_host_nothing_more_and_others_all_the_same(house):
    ban = down("/", at(TUESDAY), at(TUESDAY, minutes=30), kind="forbidden", host=Host.LISTING)
    one = house(wanted=(CS, (Stage.LISTING, "math"), (Stage.HF, "daily")), troubles=(ban,))
    one.work_until(at(TUESDAY, minutes=59))
    assert one.sources.traffic.count(Host.LISTING) == 1
    assert one.sources.traffic.count(Host.HF) > 0
    one.work_until(at(TUESDAY, hours=2))
    assert find_done(one.store, Stage.LISTING) == {"cs": TUESDAY, "math": TUESDAY}


def test_a_page_that_hangs_holds_nobody_elses(house):
    dead = down("/list/cs", at(TUESDAY), at(TUESDAY, hours=5), kind="dead")
    one = house(wanted=(CS, (Stage.LISTING, "math")), troubles=(dead,))
    one.work_until(at(TUESDAY, minutes=30))
    assert find_done(one.store, Stage.LISTING) == {"cs": None, "math": TUESDAY}


def test_a_feed_that_is_asked_before_the_page_is_out_is_not_taken_for_a_quiet_one(house):
    late = tuple(
        Lag(archive=archive, on=WEDNESDAY, old=timedelta(hours=6)) for archive in ("cs", "math", "stat", "eess")
    )
    one = house(wanted=(CS, (Stage.RSS, "cs.LG")), lags=late)
    one.work_until(at(WEDNESDAY, hours=5))
    assert find_done(one.store, Stage.RSS)["cs.LG"] != WEDNESDAY
    one.work_until(at(WEDNESDAY, hours=7))
    assert find_done(one.store, Stage.RSS) == {"cs.LG": WEDNESDAY}


def test_a_database_that_was_locked_for_a_moment_costs_no_missed_batch(house, monkeypatch):
    one = house()
    one.work()
    one.clock.move_to(at(THURSDAY, minutes=5))
    monkeypatch.setattr("digests.papers.collecting.missed.plan_missed", refuse)
    with pytest.raises(StoreError):
        one.collector.step()
    monkeypatch.undo()
    one.work()
    assert find_news(one, WEDNESDAY)


def refuse(*_):
    raise StoreError("The database is locked.")


def test_of_two_workers_one_asks(house):
    one = house()
    assert take_turn(one.store, one.clock())
    assert one.work() == []
    assert not one.sources.traffic.visits


def test_what_came_before_it_failed_is_told_as_changed(house):
    one = house()
    pages = [one.sources.fetch_listing("cs")]

    def fetch(scope, *, skip=0):
        return pages.pop() if pages else one.sources.fetch_listing("nonsense")

    one.sources.fetch_listing = fetch
    (step, *_) = one.work()
    assert Counter(step.changed) == {TUESDAY: 1}


def test_history_that_only_records_have_is_stored_as_of_its_own_day(house):
    """Else a month of old papers would be late for who begins to read its archive."""
    monday = TUESDAY - timedelta(days=1)
    earlier = build_days(monday, 1, 20, seed=9)
    broken = down("/catchup", at(TUESDAY), at(THURSDAY, days=9))
    one = house(days=(*earlier, *DAYS), troubles=(broken,))
    one.work_until(at(TUESDAY, hours=8))
    with one.store.reading() as connection:
        query = select(announcements.c.stored_at).where(announcements.c.announced_on == monday)
        moments = list(connection.scalars(query))
    assert moments
    assert max(moments) < at(TUESDAY)
