"""Papers that come after a reader's digest of their batch was composed, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from digests.delivery.channel import TELEGRAM
from digests.due import find_due, work_out_next
from digests.papers.calendar import load_calendar
from digests.papers.late_papers import find_late_ids
from digests.papers.paper import ArxivId, Kind
from digests.store.engine import Store
from digests.store.tables import subscribers
from digests.subscribers.readers import load_reader
from tests.builders import make_paper
from tests.store.news_steps import House, late, paper

FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (13, 16, 17, 18))
#: What is decided in Python is not asked twice.
in_python = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


def test_it_comes_with_the_next_digest_once_and_says_so(house: House):
    reader = house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    house.announce(MONDAY, paper(1), paper(2))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    house.serve(TUESDAY)

    tuesday = house.read(reader, TUESDAY)
    assert late(tuesday) == {"2611.00002": MONDAY}
    assert set(tuesday.paper_ids) == {"2611.00002", "2611.00003"}
    # Of Tuesday's batch there is one, and it matched; the late one is on top.
    assert (tuesday.seen, tuesday.matched, tuesday.late) == (1, 2, 1)

    house.go(WEDNESDAY)
    house.announce(MONDAY, paper(2))
    house.announce(WEDNESDAY, paper(4))
    house.serve(WEDNESDAY)
    assert set(house.read(reader, WEDNESDAY).paper_ids) == {"2611.00004"}


@in_python
def test_late_papers_alone_are_a_digest(house: House):
    reader = house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    house.announce(MONDAY, paper(2))
    house.go(TUESDAY)
    house.announce(TUESDAY, make_paper(id=ArxivId("2611.00009"), title="Something else"))
    house.serve(TUESDAY)

    tuesday = house.read(reader, TUESDAY)
    assert (tuesday.nothing, tuesday.matched, tuesday.seen) == (None, 1, 1)


def test_a_whole_batch_that_was_missed_comes_late(house: House):
    reader = house.join()
    house.go(FRIDAY)
    house.announce(FRIDAY, paper(1))
    house.serve(FRIDAY)
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    house.serve(TUESDAY)
    # By /catchup.
    house.announce(MONDAY, paper(2), paper(22))
    house.go(WEDNESDAY)
    house.announce(WEDNESDAY, paper(4))
    house.serve(WEDNESDAY)

    wednesday = house.read(reader, WEDNESDAY)
    assert late(wednesday) == {"2611.00002": MONDAY, "2611.00022": MONDAY}
    assert (wednesday.seen, wednesday.matched) == (1, 3)


@in_python
def test_what_is_older_than_ninety_days_is_history(house: House):
    reader = house.join()
    with house.store.writing() as connection:
        connection.execute(update(subscribers).values(joined_at=datetime(2026, 1, 1, tzinfo=UTC)))
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    house.announce(TUESDAY - timedelta(days=90), paper(90))
    house.announce(TUESDAY - timedelta(days=91), paper(91))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    house.serve(TUESDAY)

    assert set(late(house.read(reader, TUESDAY))) == {"2611.00090"}


@in_python
def test_a_late_paper_that_is_in_the_batch_too_is_the_batch_s(house: House):
    reader = house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    house.announce(MONDAY, paper(2))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(2), kind=Kind.CROSS)
    house.serve(TUESDAY)

    (entry,) = house.read(reader, TUESDAY).entries
    # New by any page is new.
    assert (entry.paper_id, entry.kind, entry.late_on) == ("2611.00002", Kind.NEW, None)


def test_chinese_is_written_for_late_papers_too_and_waited_for(house: House):
    reader = house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    house.announce(MONDAY, paper(2), make_paper(id=ArxivId("2611.00008"), title="Nobody asked"))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))

    day = house.day(TUESDAY)
    assert not day.has_open_summaries()
    assert sorted(day.plan_summaries({reader})) == ["2611.00002", "2611.00003"]
    assert day.has_open_summaries()


@in_python
def test_a_preview_shows_the_batch_alone(house: House):
    reader = house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    house.announce(MONDAY, paper(2))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))

    preview = house.day(TUESDAY).preview(load_reader(house.store, reader))
    assert preview.digest.paper_ids == ("2611.00003",)


@in_python
def test_what_is_withdrawn_is_no_news(house: House):
    reader = house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1), replace(paper(2), is_withdrawn=True))
    house.serve(MONDAY)
    house.announce(MONDAY, replace(paper(3), is_withdrawn=True))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(4))
    house.serve(TUESDAY)

    assert house.read(reader, MONDAY).paper_ids == ("2611.00001",)
    assert house.read(reader, MONDAY).seen == 1
    assert house.read(reader, TUESDAY).paper_ids == ("2611.00004",)


@in_python
def test_the_digest_of_several_batches_has_late_ones_of_before(house: House):
    reader = house.join()
    house.go(FRIDAY)
    house.announce(FRIDAY, paper(1))
    house.serve(FRIDAY)
    house.announce(FRIDAY, paper(2))
    house.go(TUESDAY)
    house.announce(MONDAY, paper(3))
    house.announce(TUESDAY, paper(4))
    work_out_next(house.store, house.now)
    (due,) = find_due(house.store, house.now + timedelta(hours=4), (TELEGRAM,), load_calendar())
    assert due.dates == (MONDAY, TUESDAY)
    house.serve(TUESDAY, MONDAY)

    tuesday = house.read(reader, TUESDAY)
    assert late(tuesday) == {"2611.00002": FRIDAY}
    assert set(tuesday.paper_ids) == {"2611.00002", "2611.00003", "2611.00004"}


def test_what_can_be_late_is_known_without_the_readers(house: House):
    house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    house.announce(FRIDAY, paper(2))
    house.announce(MONDAY, paper(3))
    house.announce(MONDAY, paper(4), kind=Kind.REPLACE)

    assert sorted(find_late_ids(house.store, TUESDAY)) == ["2611.00002", "2611.00003"]
