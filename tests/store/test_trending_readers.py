"""What becomes of what readers get of /trending: when they say more, merge, leave, or only tried it; on both databases."""

from datetime import date

import pytest
from sqlalchemy import select, update

from digests.delivery.channel import TELEGRAM
from digests.store.sandboxed import forget_sandbox
from digests.store.tables import deliveries, editions, subscribers, trending
from digests.subscribers.membership import forget
from digests.subscribers.merging import merge
from digests.subscribers.trending import change_trending, list_trends
from digests.trending import Trending
from tests.store.subscriber_steps import SALT, join_by_mail
from tests.store.trending_steps import (
    DAILY,
    FRIDAY,
    MONDAY,
    MONTHLY,
    SATURDAY,
    THURSDAY,
    WEEKLY,
    House,
    standing,
    subscribe,
)


@pytest.fixture
def house(store):
    return House(store)


def test_what_is_said_again_without_votes_stays_and_off_is_off(house):
    reader = subscribe(house, "daily 30 weekly")
    assert [(t.period, t.min_upvotes) for t in list_trends(house.store, reader.id)] == [(DAILY, 30), (WEEKLY, 20)]
    change_trending(house.store, reader.id, "daily monthly", SATURDAY)
    assert [(t.period, t.min_upvotes, t.served_on) for t in list_trends(house.store, reader.id)] == [
        (DAILY, 30, THURSDAY), (WEEKLY, 20, date(2026, 11, 15)), (MONTHLY, 50, date(2026, 10, 31)),
    ]  # fmt: skip
    assert [t.period for t in change_trending(house.store, reader.id, "off daily", SATURDAY)] == [WEEKLY, MONTHLY]
    assert change_trending(house.store, reader.id, "off", SATURDAY) == []


def test_two_readers_who_become_one_keep_what_the_first_had_and_get_what_the_other_had_besides(house):
    chat, mail = subscribe(house, "daily 30"), subscribe(house, "daily 50 monthly 90", join=join_by_mail)
    with house.store.writing() as connection:
        merge(connection, chat.id, mail.id)
    assert [(t.period, t.min_upvotes) for t in list_trends(house.store, chat.id)] == [(DAILY, 30), (MONTHLY, 90)]
    assert house.count(trending) == 2


def test_forgetting_a_reader_leaves_nothing_of_it(house):
    reader = subscribe(house, "daily weekly")
    house.list_papers(FRIDAY, 40)
    house.run()
    forget(house.store, reader.id, salt=SALT, now=house.at)
    assert [house.count(table) for table in (trending, editions, deliveries)] == [0, 0, 0]


def test_the_sandboxs_editions_are_taken_back(house):
    reader = subscribe(house)
    with house.store.writing() as connection:
        connection.execute(update(subscribers).values(served_on=MONDAY))
    house.trending = Trending(store=house.store, now=lambda: house.at, keys={}, channels=(TELEGRAM,), is_sandbox=True)
    house.list_papers(FRIDAY, 40)
    house.run()
    assert list(house.editions()) == ["sandbox:trending:daily:2026-11-20"]
    forget_sandbox(house.store)
    assert house.editions() == {}
    assert standing(house, reader) == {DAILY: THURSDAY}
    with house.store.reading() as connection:
        assert connection.scalar(select(subscribers.c.served_on)) == MONDAY
