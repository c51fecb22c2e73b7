"""Papers that come after a reader's digest of their batch was composed, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from digests.delivery.channel import TELEGRAM
from digests.due import find_due, work_out_next
from digests.papers.calendar import load_calendar
from digests.papers.late import find_late_ids
from digests.papers.paper import ArxivId, Kind
from digests.store.engine import Store
from digests.store.tables import subscribers
from digests.subscribers.keywords import add_keywords
from digests.subscribers.preferences import pause, resume, set_kinds
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


@in_python
def test_what_was_looked_at_and_did_not_match_is_not_late_for_a_new_keyword(house: House):
    reader = house.join("quantum")
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    add_keywords(house.store, reader, "agent", house.now, 50)
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(2))
    house.serve(TUESDAY)

    assert house.read(reader, TUESDAY).paper_ids == ("2611.00002",)


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
def test_each_reader_gets_what_came_after_their_own_digest(house: House):
    early, later = house.join(), house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY, readers={early})
    house.announce(MONDAY, paper(2))
    house.serve(MONDAY, readers={later})
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    house.serve(TUESDAY)

    assert late(house.read(early, TUESDAY)) == {"2611.00002": MONDAY}
    assert late(house.read(later, TUESDAY)) == {}


@in_python
def test_whoever_begins_is_not_sent_the_past(house: House):
    house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    new = house.join()
    # A back-fill, as at the first start, and more of Monday's.
    for days in range(1, 30):
        house.announce(MONDAY - timedelta(days=days), paper(100 + days))
    house.announce(MONDAY, paper(2))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    house.serve(TUESDAY, readers={new})

    assert house.read(new, TUESDAY).paper_ids == ("2611.00003",)


def test_whoever_comes_back_is_not_sent_what_was_announced_meanwhile(house: House):
    reader = house.join()
    house.go(FRIDAY)
    house.announce(FRIDAY, paper(1))
    house.serve(FRIDAY)
    pause(house.store, reader, house.tick())
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    resume(house.store, reader)
    # Missed during the pause, and fetched when they are back.
    house.announce(MONDAY, paper(2))
    house.go(WEDNESDAY)
    house.announce(WEDNESDAY, paper(4))
    house.serve(WEDNESDAY)

    assert house.read(reader, WEDNESDAY).paper_ids == ("2611.00004",)


@in_python
def test_a_pause_without_a_batch_costs_no_late_paper(house: House):
    reader = house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    pause(house.store, reader, house.tick())
    house.announce(MONDAY, paper(2))
    resume(house.store, reader)
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    house.serve(TUESDAY)

    assert late(house.read(reader, TUESDAY)) == {"2611.00002": MONDAY}


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


@in_python
def test_who_wants_no_cross_lists_gets_none_late_or_not(house: House):
    both, new_only = house.join(), house.join()
    set_kinds(house.store, new_only, "crosses off")
    house.go(MONDAY)
    house.announce(MONDAY, paper(1), paper(5))
    house.announce(MONDAY, paper(1), paper(10), kind=Kind.CROSS)
    house.serve(MONDAY)
    assert set(house.read(both, MONDAY).paper_ids) == {"2611.00001", "2611.00005", "2611.00010"}
    monday = house.read(new_only, MONDAY)
    assert set(monday.paper_ids) == {"2611.00001", "2611.00005"}
    assert (monday.seen, monday.has_crosses) == (2, False)

    house.announce(MONDAY, paper(20), kind=Kind.CROSS)
    house.announce(MONDAY, paper(21))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    house.serve(TUESDAY)
    assert set(late(house.read(both, TUESDAY))) == {"2611.00020", "2611.00021"}
    assert set(late(house.read(new_only, TUESDAY))) == {"2611.00021"}


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


def test_late_papers_and_updates_are_read_once_for_all_readers(house: House):
    one, *others = (house.join() for _ in range(6))
    for reader in (one, *others):
        set_kinds(house.store, reader, "on")
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    house.announce(MONDAY, paper(2))
    house.go(TUESDAY)
    house.announce(TUESDAY, paper(3))
    house.announce(TUESDAY, replace(paper(1), version=2), kind=Kind.REPLACE)

    def count_reads(readers: set[int]) -> int:
        reads: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith("SELECT") and ("announcements" in statement or "edition_papers" in statement):
                reads.append(statement)

        event.listen(house.store.engine, "before_cursor_execute", note)
        assert house.serve(TUESDAY, readers=readers) == len(readers)
        event.remove(house.store.engine, "before_cursor_execute", note)
        for reader in readers:
            digest = house.read(reader, TUESDAY)
            assert (len(late(digest)), len(digest.updates)) == (1, 1)
        return len(reads)

    assert count_reads({one}) == count_reads(set(others))
