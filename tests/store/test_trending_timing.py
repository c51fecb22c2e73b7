"""When readers get what the community reads, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from digests.composing.trending import Silence
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.store.tables import deliveries, editions, polls, trending
from digests.subscribers.preferences import pause, resume, set_hour, set_weekdays
from digests.summaries.summary import Key
from digests.trending import DueTrending, Trending
from tests.store.subscriber_steps import join_by_mail
from tests.store.trending_steps import (
    BEGAN,
    DAILY,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    SATURDAY,
    THURSDAY,
    House,
    on_sqlite,
    standing,
    subscribe,
)

KEY = Key("zh", "small", "1")


@pytest.fixture
def house(store):
    return House(store)


@on_sqlite
def test_it_waits_for_the_readers_hour(house):
    subscribe(house)
    house.list_papers(FRIDAY, 40)
    house.at = SATURDAY - timedelta(minutes=1)
    assert house.trending.find_due() == []
    house.at = SATURDAY
    assert [due.on for due in house.trending.find_due()] == [FRIDAY]


@on_sqlite
def test_another_hour_counts_at_once(house):
    reader = subscribe(house)
    house.list_papers(FRIDAY, 40)
    house.at = SATURDAY - HOUR
    assert house.run() == 0
    set_hour(house.store, reader.id, "08:00")
    assert house.run() == 1


@on_sqlite
def test_a_day_without_a_list_brings_nothing_at_all(house):
    reader = subscribe(house)
    # Thursday's list was read again after Friday was over: Friday has none.
    house.list_papers(THURSDAY, 40, read_at=datetime(2026, 11, 20, 23, 45, tzinfo=UTC))
    assert house.run() == 0
    assert house.editions() == {}
    assert standing(house, reader) == {DAILY: FRIDAY}


@on_sqlite
def test_a_list_that_was_not_read_to_its_end_is_waited_for_and_then_said_so(house):
    subscribe(house)
    read_at = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    house.list_papers(FRIDAY, 40, read_at=read_at)
    house.at = SATURDAY + timedelta(hours=11, minutes=59)
    assert house.run() == 0
    house.at = SATURDAY + timedelta(hours=12)
    assert house.run() == 1
    assert house.editions()["trending:daily:2026-11-20"].as_of == read_at


@on_sqlite
def test_a_list_that_is_read_late_goes_out_then(house):
    subscribe(house)
    house.list_papers(FRIDAY, 40, read_at=SATURDAY + 3 * HOUR)
    house.at = SATURDAY + 3 * HOUR
    assert house.run() == 1
    assert house.editions()["trending:daily:2026-11-20"].as_of is None


@on_sqlite
def test_a_list_that_a_wrong_clock_read_in_the_future_is_not_waited_for(house):
    subscribe(house)
    house.list_papers(FRIDAY, 40, read_at=SATURDAY + 9 * DAY)
    assert house.run() == 1


@on_sqlite
def test_a_list_that_was_never_read_is_said_to_be_missing_and_comes_with_the_next(house):
    reader = subscribe(house)
    house.at = SATURDAY + timedelta(hours=12)
    assert (house.run(), house.run()) == (1, 0)
    assert house.editions()["trending:daily:2026-11-20"].nothing is Silence.NOT_FETCHED
    assert standing(house, reader) == {DAILY: THURSDAY}

    house.list_papers(FRIDAY, 40, read_at=house.at)
    house.list_papers(MONDAY, 30, first=2)
    house.at = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    assert house.run() == 1
    digest = house.editions()["trending:daily:2026-11-23"]
    assert (digest.first_on, [one.upvotes for one in digest.entries]) == (FRIDAY, [40, 30])


@on_sqlite
def test_after_a_downtime_hugging_face_is_asked_first(house):
    subscribe(house)
    house.at = SATURDAY + 20 * HOUR
    poll = {"stage": "hf", "scope": "daily", "next_at": SATURDAY, "failures": 0, "fault": ""}
    with house.store.writing() as connection:
        connection.execute(insert(polls).values(poll))
    assert house.run() == 0
    with house.store.writing() as connection:
        connection.execute(update(polls).values(failures=1))
    assert house.run() == 1


@on_sqlite
def test_what_came_together_is_one_edition(house):
    """A reader of Mondays, and everybody after some days of downtime."""
    reader = subscribe(house, at=datetime(2026, 11, 17, 2, 0, tzinfo=UTC))
    set_weekdays(house.store, reader.id, "1")
    house.list_papers(THURSDAY, 15, 12)
    house.list_papers(FRIDAY, 30, first=3)
    house.at = datetime(2026, 11, 23, 0, 59, tzinfo=UTC)
    assert house.run() == 0
    house.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert (house.run(), house.run()) == (1, 0)
    digest = house.editions()["trending:daily:2026-11-20"]
    assert (digest.first_on, [one.upvotes for one in digest.entries]) == (date(2026, 11, 17), [30, 15, 12])


def test_what_comes_due_during_a_pause_is_not_sent_afterwards(house):
    reader = subscribe(house)
    pause(house.store, reader.id, BEGAN)
    house.list_papers(FRIDAY, 40)
    assert house.run() == 0
    resume(house.store, reader.id)
    assert house.run() == 0
    house.list_papers(MONDAY, 30, first=2)
    house.at = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert house.run() == 1
    assert list(house.editions()) == ["trending:daily:2026-11-23"]


@on_sqlite
def test_a_closed_channel_is_waited_for(house):
    reader = subscribe(house, join=join_by_mail)
    house.list_papers(FRIDAY, 40)
    open_channels = house.trending
    house.trending = Trending(store=house.store, now=lambda: house.at, keys={}, channels=(TELEGRAM,))
    assert house.run() == 0
    house.trending = open_channels
    assert house.run() == 1
    assert standing(house, reader) == {DAILY: FRIDAY}


def test_a_process_that_dies_between_planning_and_moving_on_sends_nothing_twice(house):
    reader = subscribe(house)
    house.list_papers(FRIDAY, 40)
    house.run()
    with house.store.writing() as connection:
        connection.execute(update(trending).values(served_on=THURSDAY, next_due=None))
    house.run()
    assert (house.count(editions), house.count(deliveries)) == (1, 1)
    assert standing(house, reader) == {DAILY: FRIDAY}


@on_sqlite
def test_readers_of_chinese_wait_an_hour_for_it(house):
    chinese, english = subscribe(house), subscribe(house, join=join_by_mail, language="en")
    house.trending = Trending(store=house.store, now=lambda: house.at, keys={"zh": KEY}, channels=(EMAIL, TELEGRAM))
    house.list_papers(FRIDAY, 40, 12, 3)

    assert house.trending.find_due() == [
        DueTrending(DAILY, FRIDAY, (english.id,), may_wait=False),
        DueTrending(DAILY, FRIDAY, (chinese.id,), may_wait=True),
    ]
    # The third has too few votes for anybody; English readers need none.
    assert house.trending.plan_summaries(DAILY, FRIDAY, [english.id]) == []
    assert house.trending.plan_summaries(DAILY, FRIDAY, [chinese.id, english.id]) == ["2611.00001", "2611.00002"]
    assert house.trending.has_open_summaries(DAILY, FRIDAY, [chinese.id])

    house.at = SATURDAY + HOUR
    assert [due.may_wait for due in house.trending.find_due()] == [False]
