"""What the community reads, from the store to the readers who asked for it, on both databases."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from digests.composing.codec import edition_from_json
from digests.composing.trending import Period, Silence
from digests.day import render_edition
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.deliver import Courier
from digests.papers.huggingface import DailyPaper, DailyPapers
from digests.papers.trending import store_daily
from digests.store.sandboxed import forget_sandbox
from digests.store.tables import deliveries, edition_papers, editions, papers, polls, subscribers, trending
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import add_address, forget
from digests.subscribers.merging import merge
from digests.subscribers.preferences import pause, resume, set_channels, set_hour, set_weekdays
from digests.subscribers.trending import change_trending, list_trends
from digests.summaries.shelf import claim_summaries, find_summaries, save_summary
from digests.summaries.summarize import Usage
from digests.summaries.summary import Key, Summary, SummaryState
from digests.trending import DueTrending, Trending
from tests.builders import make_paper
from tests.fakes import FakeChannel
from tests.store.subscriber_steps import SALT, join_by_chat, join_by_mail

DAILY, WEEKLY, MONTHLY = Period
THURSDAY, FRIDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (19, 20, 22, 23))
KEY = Key("zh", "small", "1")
#: 09:00 in Beijing on Saturday: Friday's list is due.
SATURDAY = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
BEGAN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


class House:
    """The store, a clock to set, and what the shells call."""

    def __init__(self, store):
        self.store, self.at = store, SATURDAY
        self.mail, self.chat = FakeChannel(), FakeChannel()
        self.trending = Trending(store=store, now=lambda: self.at, key=None, channels=(EMAIL, TELEGRAM))

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


@pytest.fixture
def house(store):
    return House(store)


def subscribe(house, text="daily", *, join=join_by_chat, at=BEGAN, **changes):
    reader = join(house.store, **changes)
    change_trending(house.store, reader.id, text, at)
    return reader


def standing(house, reader):
    return {trend.period: trend.served_on for trend in list_trends(house.store, reader.id)}


async def test_a_reader_gets_the_day_once_by_chat_and_by_mail(house):
    reader = subscribe(house)
    add_address(house.store, reader.id, channel=EMAIL, address="li@example.org", confirmed=True, now=BEGAN, salt=SALT)
    house.list_papers(FRIDAY, 40, 12, 9, comments=3, github_repo="https://github.com/a/b", github_stars=7)

    assert (house.run(), house.run()) == (1, 0)
    await house.deliver()

    (message,) = house.chat.received
    assert '👍 40　💬 3　<a href="https://github.com/a/b">GitHub</a> ⭐ 7' in message.html
    assert "Paper 3" not in message.html
    assert not message.silent
    (mail,) = house.mail.received
    assert mail.subject == "论文邮差 每日热门 11月20日（周五）：2 篇，最高 40 票"
    assert "https://huggingface.co/papers/2611.00002" in mail.html
    assert list(house.editions()) == ["trending:daily:2026-11-20"]
    assert standing(house, reader) == {DAILY: FRIDAY}


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


def test_it_keeps_no_paper_out_of_a_keywords_digest_and_does_not_move_it(house):
    reader = subscribe(house)
    moment = SATURDAY + 5 * HOUR
    with house.store.writing() as connection:
        connection.execute(update(subscribers).values(served_on=THURSDAY, next_due=moment))
    house.list_papers(FRIDAY, 40)

    assert house.run() == 1

    assert house.count(edition_papers) == 0
    with house.store.reading() as connection:
        row = connection.execute(select(subscribers).where(subscribers.c.id == reader.id)).one()
    assert (row.served_on, row.next_due) == (THURSDAY, moment)


@on_sqlite
def test_who_has_had_only_trending_papers_begins_with_the_next_batch_at_a_first_keyword(house):
    reader = subscribe(house)
    house.list_papers(FRIDAY, 40)
    house.run()
    with house.store.writing() as connection:
        connection.execute(update(subscribers).values(served_on=date(2026, 1, 5)))
    add_keywords(house.store, reader.id, "world model", house.at, 5)
    with house.store.reading() as connection:
        assert connection.scalar(select(subscribers.c.served_on)) is None


@on_sqlite
def test_every_reader_gets_what_they_asked_for(house):
    many = subscribe(house, "daily 40")
    few = subscribe(house, "daily 0", join=join_by_mail)
    house.list_papers(FRIDAY, 40, 12, 0)
    assert house.run() == 2
    with house.store.reading() as connection:
        digests = {row.subscriber_id: row.digest for row in connection.execute(select(editions))}
    assert [digests[reader.id]["reached"] for reader in (many, few)] == [1, 3]


def test_a_week_has_its_papers_by_votes_each_once(house):
    subscribe(house, "weekly 10")
    house.list_papers(THURSDAY, 15, 12)
    house.list_papers(FRIDAY, 30, 20, first=2, read_at=datetime(2026, 11, 22, 23, 45, tzinfo=UTC))
    house.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    assert house.run() == 1

    digest = house.editions()["trending:weekly:2026-11-22"]
    assert [(one.paper_id, one.upvotes) for one in digest.entries] == [
        ("2611.00002", 30), ("2611.00003", 20), ("2611.00001", 15),
    ]  # fmt: skip
    assert (digest.first_on, digest.last_on, digest.listed) == (date(2026, 11, 16), SUNDAY, 3)


@on_sqlite
def test_a_day_without_a_list_brings_nothing_at_all(house):
    reader = subscribe(house)
    # Thursday's list was read again after Friday was over: Friday has none.
    house.list_papers(THURSDAY, 40, read_at=datetime(2026, 11, 20, 23, 45, tzinfo=UTC))
    assert house.run() == 0
    assert house.editions() == {}
    assert standing(house, reader) == {DAILY: FRIDAY}


@on_sqlite
async def test_that_no_paper_has_enough_votes_is_said_in_the_chat_without_a_sound(house):
    reader = subscribe(house, "daily 50")
    add_address(house.store, reader.id, channel=EMAIL, address="li@example.org", confirmed=True, now=BEGAN, salt=SALT)
    house.list_papers(FRIDAY, 40, 12)

    assert house.run() == 1
    await house.deliver()

    (message,) = house.chat.received
    assert "上榜的 2 篇都不到 50 票，最高的有 40 票" in message.html
    assert message.silent
    assert house.mail.received == []
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
def test_it_goes_only_where_the_reader_wants_it(house):
    reader = subscribe(house)
    add_address(house.store, reader.id, channel=EMAIL, address="li@example.org", confirmed=True, now=BEGAN, salt=SALT)
    add_address(house.store, reader.id, channel=EMAIL, address="wu@example.org", confirmed=False, now=BEGAN, salt=SALT)
    set_channels(house.store, reader.id, "mail", BEGAN)
    house.list_papers(FRIDAY, 40)
    assert house.run() == 1
    with house.store.reading() as connection:
        assert list(connection.scalars(select(deliveries.c.channel))) == [EMAIL]


@on_sqlite
def test_a_closed_channel_is_waited_for(house):
    reader = subscribe(house, join=join_by_mail)
    house.list_papers(FRIDAY, 40)
    open_channels = house.trending
    house.trending = Trending(store=house.store, now=lambda: house.at, key=None, channels=(TELEGRAM,))
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
def test_what_was_withdrawn_is_left_out(house):
    subscribe(house)
    house.list_papers(FRIDAY, 40, 30)
    with house.store.writing() as connection:
        connection.execute(update(papers).where(papers.c.id == "2611.00001").values(is_withdrawn=True))
    house.run()
    assert house.editions()["trending:daily:2026-11-20"].paper_ids == ("2611.00002",)


@on_sqlite
async def test_what_was_withdrawn_since_leaves_the_mail(house):
    subscribe(house, join=join_by_mail)
    house.list_papers(FRIDAY, 40, 30, 20)
    house.run()
    with house.store.writing() as connection:
        connection.execute(update(papers).where(papers.c.id == "2611.00001").values(is_withdrawn=True))
    await house.deliver()
    (mail,) = house.mail.received
    assert mail.subject.endswith("：2 篇，最高 30 票")
    assert "Hugging Face 上榜 2 篇，其中 2 篇不少于 10 票" in mail.text
    assert "Paper 1" not in mail.html


@on_sqlite
def test_readers_of_chinese_wait_an_hour_for_it(house):
    chinese, english = subscribe(house), subscribe(house, join=join_by_mail, language="en")
    house.trending = Trending(store=house.store, now=lambda: house.at, key=KEY, channels=(EMAIL, TELEGRAM))
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


@on_sqlite
async def test_a_summary_stands_in_it_and_one_that_is_missing_is_said_so(house):
    reader = subscribe(house)
    house.trending = Trending(store=house.store, now=lambda: house.at, key=KEY, channels=(TELEGRAM,))
    house.list_papers(FRIDAY, 40)
    house.list_papers(FRIDAY, 12, first=2)
    with house.store.writing() as connection:
        # Papers of the same words would share one.
        connection.execute(update(papers).where(papers.c.id == "2611.00002").values(words_hash="other"))
    house.trending.plan_summaries(DAILY, FRIDAY, [reader.id])
    (claimed,) = claim_summaries(house.store, ["2611.00001"], KEY, limit=1, lease_seconds=60, now=house.at)
    summary = Summary(
        paper_id="2611.00001",
        language="zh",
        state=SummaryState.DONE,
        title="第一篇",
        tldr="一句话。",
        abstract="摘要。",
    )
    save_summary(house.store, claimed, summary, Usage(), house.at)
    assert find_summaries(house.store, ["2611.00001"], "zh")

    house.run()
    await house.deliver()

    (message,) = house.chat.received
    assert "第一篇</a></b>\nPaper 1\nAlice Example 等 2 位作者｜11月20日" in message.html
    assert "\n\n一句话。\n" in message.html
    assert message.html.count("暂无中文，先附英文摘要") == 1


def test_forgetting_a_reader_leaves_nothing_of_it(house):
    reader = subscribe(house, "daily weekly")
    house.list_papers(FRIDAY, 40)
    house.run()
    forget(house.store, reader.id, salt=SALT, now=house.at)
    assert [house.count(table) for table in (trending, editions, deliveries)] == [0, 0, 0]


def test_two_readers_who_become_one_keep_what_the_first_had_and_get_what_the_other_had_besides(house):
    chat, mail = subscribe(house, "daily 30"), subscribe(house, "daily 50 monthly 90", join=join_by_mail)
    with house.store.writing() as connection:
        merge(connection, chat.id, mail.id)
    assert [(t.period, t.min_upvotes) for t in list_trends(house.store, chat.id)] == [(DAILY, 30), (MONTHLY, 90)]
    assert house.count(trending) == 2


def test_the_sandboxs_editions_are_taken_back(house):
    reader = subscribe(house)
    with house.store.writing() as connection:
        connection.execute(update(subscribers).values(served_on=MONDAY))
    house.trending = Trending(store=house.store, now=lambda: house.at, key=None, channels=(TELEGRAM,), is_sandbox=True)
    house.list_papers(FRIDAY, 40)
    house.run()
    assert list(house.editions()) == ["sandbox:trending:daily:2026-11-20"]
    forget_sandbox(house.store)
    assert house.editions() == {}
    assert standing(house, reader) == {DAILY: THURSDAY}
    with house.store.reading() as connection:
        assert connection.scalar(select(subscribers.c.served_on)) == MONDAY


def test_what_is_said_again_without_votes_stays_and_off_is_off(house):
    reader = subscribe(house, "daily 30 weekly")
    assert [(t.period, t.min_upvotes) for t in list_trends(house.store, reader.id)] == [(DAILY, 30), (WEEKLY, 20)]
    change_trending(house.store, reader.id, "daily monthly", SATURDAY)
    assert [(t.period, t.min_upvotes, t.served_on) for t in list_trends(house.store, reader.id)] == [
        (DAILY, 30, THURSDAY), (WEEKLY, 20, date(2026, 11, 15)), (MONTHLY, 50, date(2026, 10, 31)),
    ]  # fmt: skip
    assert [t.period for t in change_trending(house.store, reader.id, "off daily", SATURDAY)] == [WEEKLY, MONTHLY]
    assert change_trending(house.store, reader.id, "off", SATURDAY) == []


@on_sqlite
def test_readers_of_the_same_votes_get_the_same_text(house):
    readers = [subscribe(house, chat=str(1000 + number)) for number in range(5)]
    house.list_papers(FRIDAY, *range(60, 20, -1))
    assert house.run() == len(readers)
    with house.store.reading() as connection:
        bodies = Counter(row.body for row in connection.execute(select(deliveries)))
    assert set(bodies.values()) == {len(readers)}
