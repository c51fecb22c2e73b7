"""For whom a paper is late that comes after the digests of its batch, on both databases."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from digests.papers.paper import Kind
from digests.store.engine import Store
from digests.subscribers.keywords import add_keywords
from digests.subscribers.preferences import pause, resume, set_kinds
from tests.store.news_steps import House, late, paper

FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (13, 16, 17, 18))
#: What is decided in Python is not asked twice.
in_python = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(store: Store) -> House:
    return House(store)


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
