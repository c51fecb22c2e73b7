"""New versions of papers that a reader was sent, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from digests.delivery.updates import MAX_UPDATES, find_updates
from digests.papers.paper import Announced, Announcement, Kind, Paper, Source
from digests.papers.shelf import store_announcement, store_papers
from digests.store.engine import Store
from digests.store.tables import edition_papers
from digests.subscribers.preferences import set_kinds
from tests.store.news_steps import House, paper

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (16, 17, 18, 19))


@pytest.fixture
def house(store: Store) -> House:
    """Two readers have had a paper on Monday; the first wants to know what becomes of it."""
    house = House(store)
    set_kinds(store, house.join(), "on")
    house.join()
    house.go(MONDAY)
    house.announce(MONDAY, paper(1))
    house.serve(MONDAY)
    return house


def replaced(house: House, on: date, version: int | None, *, comments: str = "", **changes: Any) -> Paper:
    new = replace(paper(1), version=version, comments=comments, **changes)
    house.go(on)
    house.announce(on, new, kind=Kind.REPLACE)
    return new


def told(house: House, reader: int, on: date) -> list[tuple[str, int | None, str]]:
    return [(one.paper_id, one.version, one.comments) for one in house.read(reader, on).updates]


def test_whoever_wants_to_know_is_told_once_a_version(house: House):
    replaced(house, TUESDAY, 2, comments="v2: a new table")
    house.serve(TUESDAY)
    assert told(house, 1, TUESDAY) == [("2611.00001", 2, "v2: a new table")]
    assert told(house, 2, TUESDAY) == []
    # With an update alone it is a digest, and to the other it is none.
    assert (house.read(1, TUESDAY).nothing, house.read(1, TUESDAY).matched) == (None, 0)
    assert house.read(2, TUESDAY).nothing == "no_match"

    replaced(house, WEDNESDAY, 2, comments="v2: a new table")
    house.serve(WEDNESDAY)
    assert told(house, 1, WEDNESDAY) == []

    replaced(house, THURSDAY, 3, comments="v3: typos")
    house.serve(THURSDAY)
    (update,) = house.read(1, THURSDAY).updates
    assert (update.version, update.comments, update.sent_on) == (3, "v3: typos", MONDAY)


def test_a_version_that_is_known_later_is_told_later(house: House):
    # A listing page does not say which version it is.
    new = replaced(house, TUESDAY, None)
    house.serve(TUESDAY)
    assert told(house, 1, TUESDAY) == []

    store_papers(house.store, [replace(new, version=2, comments="10 pages")], Source.OAI, house.tick)
    house.go(WEDNESDAY)
    house.announce(WEDNESDAY, paper(7))
    house.serve(WEDNESDAY)
    assert told(house, 1, WEDNESDAY) == [("2611.00001", 2, "10 pages")]
    assert house.read(1, WEDNESDAY).paper_ids == ("2611.00007", "2611.00001")


def test_what_was_replaced_before_it_was_sent_is_no_update(house: House):
    house.go(TUESDAY)
    house.announce(TUESDAY, replace(paper(2), version=None), kind=Kind.REPLACE)
    house.go(WEDNESDAY)
    house.announce(WEDNESDAY, replace(paper(2), version=None), kind=Kind.CROSS)
    house.serve(WEDNESDAY, TUESDAY)
    store_papers(house.store, [replace(paper(2), version=2)], Source.OAI, house.tick)
    house.go(THURSDAY)
    house.announce(THURSDAY, paper(3))
    house.serve(THURSDAY)

    assert house.read(1, WEDNESDAY).paper_ids == ("2611.00002",)
    assert told(house, 1, THURSDAY) == []


def test_a_paper_that_nobody_sent_them_is_none_of_theirs(house: House):
    house.go(TUESDAY)
    house.announce(TUESDAY, replace(paper(9), version=4), kind=Kind.REPLACE_CROSS)
    house.serve(TUESDAY)

    assert told(house, 1, TUESDAY) == []


def test_what_was_sent_is_kept_with_its_version(house: House):
    replaced(house, TUESDAY, 2)
    house.serve(TUESDAY)

    query = select(edition_papers.c.version).where(edition_papers.c.subscriber_id == 1)
    with house.store.reading() as connection:
        versions = connection.scalars(query.order_by(edition_papers.c.edition_id)).all()
    assert versions == [1, 2]


@pytest.mark.parametrize("version", [None, 2])
def test_that_it_was_withdrawn_is_told_once(house: House, version: int | None):
    replaced(house, TUESDAY, version, is_withdrawn=True, comments="withdrawn: wrong")
    house.serve(TUESDAY)
    (update,) = house.read(1, TUESDAY).updates
    assert (update.is_withdrawn, update.version, update.comments) == (True, version, "withdrawn: wrong")

    replaced(house, WEDNESDAY, 2, is_withdrawn=True)
    house.serve(WEDNESDAY)
    assert told(house, 1, WEDNESDAY) == []


def test_so_many_at_once_and_the_others_with_the_next_digest(house: House):
    many = [paper(number) for number in range(100, 100 + MAX_UPDATES + 3)]
    house.go(TUESDAY)
    house.announce(TUESDAY, *many)
    house.serve(TUESDAY)
    house.go(WEDNESDAY)
    entries = tuple(Announced(replace(one, version=2), Kind.REPLACE) for one in many)
    feed = Announcement(source=Source.RSS, scope="cs", announced_on=WEDNESDAY, entries=entries)
    store_announcement(house.store, feed, house.tick)
    house.serve(WEDNESDAY)
    house.go(THURSDAY)
    house.announce(THURSDAY, paper(5))
    house.serve(THURSDAY)

    counts = [len(house.read(1, on).updates) for on in (WEDNESDAY, THURSDAY)]
    assert counts == [MAX_UPDATES, 3]


def test_chinese_is_written_for_words_that_are_new_and_not_for_what_was_withdrawn(house: House):
    replaced(house, TUESDAY, 2, abstract="Quite another abstract.")
    house.announce(TUESDAY, replace(paper(1), version=2), kind=Kind.REPLACE)
    assert house.day(TUESDAY).plan_summaries({1, 2}) == ["2611.00001"]
    assert house.day(TUESDAY).has_open_summaries()


def test_without_readers_nothing_is_asked(house: House):
    assert find_updates(house.store, [], first_on=MONDAY, last_on=datetime(2026, 11, 17, tzinfo=UTC).date()) == {}
