"""A house whose readers get what the community reads, with a clock to set."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from digests.composing.codec import edition_from_json
from digests.composing.trending import Period
from digests.day import render_edition
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.deliver import Courier
from digests.papers.huggingface import DailyPaper, DailyPapers
from digests.papers.trending import store_daily
from digests.store.tables import editions
from digests.subscribers.trending import change_trending, list_trends
from digests.trending import Trending
from tests.builders import make_paper
from tests.fakes import FakeChannel
from tests.store.subscriber_steps import join_by_chat

DAILY, WEEKLY, MONTHLY = Period
THURSDAY, FRIDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (19, 20, 22, 23))
#: 09:00 in Beijing on Saturday: Friday's list is due.
SATURDAY = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
BEGAN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

#: What is decided in Python is not asked twice.
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


class House:
    """The store, a clock to set, and what the shells call."""

    def __init__(self, store):
        self.store, self.at = store, SATURDAY
        self.mail, self.chat = FakeChannel(), FakeChannel()
        self.trending = Trending(store=store, now=lambda: self.at, keys={}, channels=(EMAIL, TELEGRAM))

    def list_papers(self, on, *upvotes, read_at=None, first=1, **more):
        entries = tuple(
            DailyPaper(make_paper(id=f"2611.{number:05}", title=f"Paper {number}"), on, votes, **more)
            for number, votes in enumerate(upvotes, first)
        )
        moment = read_at or datetime.combine(on, datetime.min.time(), tzinfo=UTC) + timedelta(hours=23, minutes=45)
        store_daily(self.store, DailyPapers(entries), lambda: moment)

    def run(self):
        """One tick of the worker; how many got an edition."""
        return sum(self.trending.compose(due.period, due.on, due.subscriber_ids) for due in self.trending.find_due())

    async def deliver(self):
        courier = Courier(
            store=self.store,
            channels={EMAIL: self.mail, TELEGRAM: self.chat},
            render_mail=lambda edition, _target, _address: render_edition(self.store, edition),
            now=lambda: self.at,
        )
        return await courier.deliver_due()

    def editions(self):
        with self.store.reading() as connection:
            rows = connection.execute(select(editions).order_by(editions.c.id)).all()
        return {row.slot: edition_from_json(row.digest) for row in rows}

    def count(self, table):
        with self.store.reading() as connection:
            return connection.scalar(select(func.count()).select_from(table))


def subscribe(house, text="daily", *, join=join_by_chat, at=BEGAN, **changes):
    reader = join(house.store, **changes)
    change_trending(house.store, reader.id, text, at)
    return reader


def standing(house, reader):
    return {trend.period: trend.served_on for trend in list_trends(house.store, reader.id)}
