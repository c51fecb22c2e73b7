"""Papers that are withdrawn while what the community reads waits to be sent, on both databases."""

import pytest
from sqlalchemy import update

from digests.delivery.channel import EMAIL
from digests.delivery.withdrawals import drop_withdrawn
from digests.store.tables import edition_papers, papers
from digests.subscribers.membership import add_address
from tests.store.subscriber_steps import SALT, join_by_mail
from tests.store.trending_steps import BEGAN, FRIDAY, House, on_sqlite, subscribe


@pytest.fixture
def house(store):
    return House(store)


def withdraw(house, *numbers):
    ids = [f"2611.{number:05}" for number in numbers]
    with house.store.writing() as connection:
        connection.execute(update(papers).where(papers.c.id.in_(ids)).values(is_withdrawn=True))
    return ids


@on_sqlite
def test_what_was_withdrawn_is_left_out(house):
    subscribe(house)
    house.list_papers(FRIDAY, 40, 30)
    withdraw(house, 1)
    house.run()
    assert house.editions()["trending:daily:2026-11-20"].paper_ids == ("2611.00002",)


@on_sqlite
async def test_what_was_withdrawn_since_leaves_the_mail(house):
    subscribe(house, join=join_by_mail)
    house.list_papers(FRIDAY, 40, 30, 20)
    house.run()
    withdraw(house, 1)
    await house.deliver()
    (mail,) = house.mail.received
    assert mail.subject.endswith("：2 篇，最高 30 票")
    assert "Hugging Face 上榜 2 篇，其中 2 篇不少于 10 票" in mail.text
    assert "Paper 1" not in mail.html


async def test_it_leaves_the_chats_messages_that_wait(house):
    subscribe(house)
    subscribe(house, "daily 25", chat="1002")
    house.list_papers(FRIDAY, 40, 30, 20, 5)
    house.run()

    assert drop_withdrawn(house.store, withdraw(house, 1, 4), house.at) == 2
    assert drop_withdrawn(house.store, ["2611.00001", "2611.00004"], house.at) == 0
    await house.deliver()

    first, second = (message.html for message in sorted(house.chat.received, key=lambda one: one.edition_id))
    assert "Paper 1" not in first + second
    assert "Hugging Face 上榜 3 篇，其中 2 篇不少于 10 票" in first
    assert "其中 1 篇不少于 25 票" in second


async def test_that_all_of_it_was_withdrawn_is_said(house):
    reader = subscribe(house)
    add_address(house.store, reader.id, channel=EMAIL, address="li@example.org", confirmed=True, now=BEGAN, salt=SALT)
    house.list_papers(FRIDAY, 40, 5)
    house.run()

    assert drop_withdrawn(house.store, withdraw(house, 1), house.at) == 1
    await house.deliver()

    (message,), (mail,) = house.chat.received, house.mail.received
    for text in (message.html, mail.text):
        assert "达到 10 票的论文，在送出之前都撤稿了" in text
    assert message.silent
    assert mail.subject == "论文邮差 每日热门 11月20日（周五）：达到票数的论文都撤稿了"


@on_sqlite
async def test_what_was_sent_stays_as_it_was(house):
    subscribe(house)
    house.list_papers(FRIDAY, 40, 30)
    house.run()
    await house.deliver()
    assert drop_withdrawn(house.store, withdraw(house, 1), house.at) == 0
    assert house.editions()["trending:daily:2026-11-20"].paper_ids == ("2611.00001", "2611.00002")


@on_sqlite
def test_it_keeps_no_paper_out_of_a_keywords_digest_after_a_withdrawal_either(house):
    subscribe(house)
    house.list_papers(FRIDAY, 40, 30)
    house.run()
    drop_withdrawn(house.store, withdraw(house, 1), house.at)
    assert house.count(edition_papers) == 0
