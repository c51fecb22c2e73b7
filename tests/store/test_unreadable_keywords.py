"""Stored keywords that this version of the language refuses: kept, told to their owner, at nobody else's cost."""

import pytest
from sqlalchemy import insert
from structlog.testing import capture_logs

from digests.composing.digest import Nothing
from digests.day import Day, render_edition
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.deliver import Courier
from digests.papers.paper import Announced, Announcement, Kind, Section, Source
from digests.papers.shelf import store_announcement
from digests.store.tables import subscriptions
from digests.subscribers.keywords import Added, Refused, add_keywords, list_keywords, remove_keyword
from digests.subscribers.readers import load_reader
from digests.subscribers.stored import find_refusal
from tests.builders import NOON, add_reader, make_paper
from tests.fakes import FakeChannel

DAY = NOON.date()
AGENTS = make_paper(id="2611.00001", title="Exciting agents", abstract="")


@pytest.fixture
def day(store) -> Day:
    page = Announcement(
        source=Source.LISTING,
        scope="cs",
        announced_on=DAY,
        entries=(Announced(AGENTS, Kind.NEW, 1),),
        sections=(Section(Kind.NEW, 1, 1),),
        total=1,
    )
    store_announcement(store, page, lambda: NOON)
    return Day(store=store, now=lambda: NOON, on=DAY, keys={}, channels=(EMAIL, TELEGRAM), max_full=30)


def keep(store, reader, canonical, typed):
    """As an older version left it."""
    row = {"subscriber_id": reader, "canonical": canonical, "typed": typed, "added_at": NOON}
    with store.writing() as connection:
        connection.execute(insert(subscriptions).values(row))


async def deliver(store):
    mail, chat = FakeChannel(), FakeChannel()
    courier = Courier(
        store=store,
        channels={EMAIL: mail, TELEGRAM: chat},
        render_mail=lambda edition, _target, _address: render_edition(store, edition),
        now=lambda: NOON,
    )
    await courier.deliver_due()
    return mail.received, chat.received


async def test_the_owner_is_told_in_the_chat_and_by_mail_and_the_rest_of_the_list_works(store, day):
    reader, _ = add_reader(store, EMAIL, TELEGRAM)
    add_keywords(store, reader, "agent", NOON, 50)
    keep(store, reader, "no:such AND (", "No:Such (")

    assert day.compose() == 1
    (mail,), (chat,) = await deliver(store)

    for words in (mail.text, mail.html, chat.html):
        assert "「No:Such (」" in words
        assert "现在的版本读不懂" in words
        assert "Exciting agents" in words
    assert [keyword.typed for keyword in list_keywords(store, reader)] == ["agent", "No:Such ("]


async def test_a_list_that_cannot_be_read_at_all_is_reported_everywhere_and_never_called_a_day_without_a_match(
    store, day
):
    reader, _ = add_reader(store, EMAIL, TELEGRAM)
    keep(store, reader, "no:such AND (", "No:Such (")

    day.compose()
    (mail,), (chat,) = await deliver(store)

    for words in (mail.subject, mail.text, mail.html, chat.html):
        assert "没有命中" not in words
        assert "命中 0 篇" not in words
    assert "换个写法" in mail.subject
    assert all("「No:Such (」" in words for words in (mail.text, mail.html, chat.html))


async def test_a_day_without_a_match_stays_out_of_the_mailbox(store, day):
    reader, _ = add_reader(store, EMAIL)
    add_keywords(store, reader, "quantum gravity", NOON, 50)
    keep(store, reader, "no:such", "no:such")

    day.compose()

    assert await deliver(store) == ([], [])
    digest = day.preview(load_reader(store, reader)).digest
    assert (digest.nothing, digest.unreadable) == (Nothing.NO_MATCH, ("no:such",))


def test_the_operator_reads_of_them_once_however_many_hold_them(store, day):
    for _ in range(3):
        reader, _ = add_reader(store, TELEGRAM)
        add_keywords(store, reader, "agent", NOON, 50)
        keep(store, reader, "no:such", "no:such")
        keep(store, reader, f"({reader}", "(")

    with capture_logs() as written:
        assert day.compose() == 3

    (entry,) = (entry for entry in written if entry["event"] == "stored_queries_refused")
    assert (entry["log_level"], entry["count"]) == ("error", 4)
    assert "no:such" not in str(written)


def test_a_keyword_whose_canonical_form_has_changed_since_still_brings_its_papers(store, day):
    reader, _ = add_reader(store, TELEGRAM)
    keep(store, reader, "policy OR Agents", "Policy OR Agents")

    (section,) = day.preview(load_reader(store, reader)).digest.sections

    assert (section.keyword, section.hits) == ("Policy OR Agents", 1)


def test_such_a_keyword_is_removed_by_number_or_by_its_text_and_adding_it_again_is_answered(store):
    reader, _ = add_reader(store, TELEGRAM)
    keep(store, reader, "no:such AND (", "(Agents")
    keep(store, reader, "no:such AND )", "No:Such )")

    (again,) = add_keywords(store, reader, "(Agents", NOON, 50).outcomes
    assert isinstance(again, Refused)
    (other,) = add_keywords(store, reader, "Agents", NOON, 50).outcomes
    assert isinstance(other, Added)
    assert remove_keyword(store, reader, "1").typed == "(Agents"
    assert remove_keyword(store, reader, "No:Such )").typed == "No:Such )"
    assert [keyword.typed for keyword in list_keywords(store, reader)] == ["Agents"]


def test_the_reason_is_told_of_what_was_typed_where_that_is_refused_too(store):
    reader, _ = add_reader(store, TELEGRAM)
    keep(store, reader, "agent AND", "Agents &")
    keep(store, reader, "no:such", "such")
    keep(store, reader, "agent", "Agents")

    refusals = [find_refusal(keyword) for keyword in list_keywords(store, reader)]

    assert [refusal and refusal.query for refusal in refusals] == ["Agents &", "no:such", None]
