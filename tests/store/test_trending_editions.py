"""What stands in an edition of what the community reads, and to whom it goes, on both databases."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from digests.delivery.channel import EMAIL, TELEGRAM
from digests.store.tables import deliveries, edition_papers, editions, papers, subscribers
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import add_address
from digests.subscribers.preferences import set_channels
from digests.summaries.claims import claim_summaries, save_summary
from digests.summaries.shelf import find_summaries
from digests.summaries.summary import Key, Summary, SummaryState
from digests.summaries.usage import Usage
from digests.trending import Trending
from tests.store.subscriber_steps import SALT, join_by_mail
from tests.store.trending_steps import (
    BEGAN,
    DAILY,
    FRIDAY,
    HOUR,
    SATURDAY,
    SUNDAY,
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
async def test_a_summary_stands_in_it_and_one_that_is_missing_is_said_so(house):
    reader = subscribe(house)
    house.trending = Trending(store=house.store, now=lambda: house.at, keys={"zh": KEY}, channels=(TELEGRAM,))
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
    assert message.html.count("暂无中文：") == 1


@on_sqlite
def test_readers_of_the_same_votes_get_the_same_text(house):
    readers = [subscribe(house, chat=str(1000 + number)) for number in range(5)]
    house.list_papers(FRIDAY, *range(60, 20, -1))
    assert house.run() == len(readers)
    with house.store.reading() as connection:
        bodies = Counter(row.body for row in connection.execute(select(deliveries)))
    assert set(bodies.values()) == {len(readers)}


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
