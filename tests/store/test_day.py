"""One announcement's way through the rooms, on both databases, with a fake channel and a fake model."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from digests.composing.digest import Nothing
from digests.day import Day, render_edition
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.deliver import Courier
from digests.papers.paper import Announced, Announcement, Kind, Section, Source
from digests.papers.shelf import store_announcement
from digests.status import report_day
from digests.store.sandboxed import SANDBOX_MODEL, forget_sandbox
from digests.store.tables import subscriptions
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import add_address, forget, join
from digests.subscribers.readers import load_reader
from digests.summaries.claims import claim_summaries, save_summary
from digests.summaries.summary import Key, Point, Summary, SummaryState
from digests.summaries.usage import Usage
from tests.builders import NOON, make_paper
from tests.fakes import FakeChannel

DAY = NOON.date()
KEYS = {language: Key(language, "small", "1") for language in ("zh", "en")}


def clock():
    return NOON


@pytest.fixture
def day(store) -> Day:
    return Day(store=store, now=clock, on=DAY, keys=KEYS, channels=(EMAIL, TELEGRAM), max_full=30)


@pytest.fixture
def mail():
    return FakeChannel()


@pytest.fixture
def chat():
    return FakeChannel()


@pytest.fixture
def courier(store, mail, chat) -> Courier:
    channels = {EMAIL: mail, TELEGRAM: chat}
    return Courier(
        store=store,
        channels=channels,
        render_mail=lambda edition, _target, _address: render_edition(store, edition),
        now=clock,
    )


def announce(store, *papers, kind=Kind.NEW):
    entries = tuple(Announced(paper, kind, item) for item, paper in enumerate(papers, 1))
    sections = (Section(kind, len(entries), len(entries)),)
    page = Announcement(
        source=Source.LISTING, scope="cs", announced_on=DAY, entries=entries, sections=sections, total=len(entries)
    )
    store_announcement(store, page, clock)


def add_reader(store, keywords, *, mail="", chat=""):
    addresses = [(channel, address) for channel, address in ((EMAIL, mail), (TELEGRAM, chat)) if address]
    (channel, address), *others = addresses
    same = {"confirmed": True, "now": NOON, "salt": b"salt"}
    reader = join(store, channel=channel, address=address, **same)
    for channel, address in others:
        add_address(store, reader.id, channel=channel, address=address, **same)
    if keywords:
        add_keywords(store, reader.id, keywords, NOON, 50)
    return reader.id


def summarise(store, paper_ids, key=KEYS["zh"]):
    """What the model would have done."""
    for claimed in claim_summaries(store, paper_ids, key, limit=99, lease_seconds=60, now=NOON):
        words = {
            "title": "无聊的默认值",
            "tldr": "默认值有用。",
            "abstract": "我们研究默认值。",
            "points": (Point("问题", "无聊"),),
        }
        summary = Summary(paper_id=claimed.paper.id, language="zh", state=SummaryState.DONE, model=key.model, **words)
        save_summary(store, claimed, summary, Usage(), NOON)


BORING = make_paper(id="2611.00001", title="Boring defaults")
OTHER = make_paper(id="2611.00002", title="Exciting agents", abstract="Agents are exciting.")


async def test_a_paper_is_summarised_for_all_and_sent_to_each_once(store, day, courier, mail, chat):
    announce(store, BORING, OTHER)
    add_reader(store, "boring default", mail="a@example.org", chat="1")
    add_reader(store, "boring", mail="b@example.org")
    assert day.plan_summaries() == [BORING.id]
    assert day.has_open_summaries()
    summarise(store, [BORING.id])
    assert not day.has_open_summaries()
    assert day.compose() == 2
    await courier.deliver_due()
    assert Counter(message.address for message in mail.received) == {"a@example.org": 1, "b@example.org": 1}
    assert [message.address for message in chat.received] == ["1"]
    assert all("无聊的默认值" in message.html for message in [*mail.received, *chat.received])
    assert report_day(store, DAY).is_delivered


async def test_every_step_again_changes_nothing(store, day, courier, mail):
    announce(store, BORING)
    add_reader(store, "boring", mail="a@example.org")
    summarise(store, day.plan_summaries())
    for _ in range(2):
        announce(store, BORING)
        assert day.plan_summaries() == []
        day.compose()
        await courier.deliver_due()
    assert len(mail.received) == 1
    assert report_day(store, DAY).editions == 1


async def test_without_a_summary_the_paper_goes_out_in_english_labelled(store, day, courier, mail):
    announce(store, BORING)
    add_reader(store, "boring", mail="a@example.org")
    day.plan_summaries()
    day.compose()
    await courier.deliver_due()
    assert "暂无中文" in mail.received[0].text
    assert BORING.abstract in mail.received[0].text


async def test_a_paper_that_a_reader_has_is_not_news_again(store, day, courier, mail, chat):
    announce(store, BORING)
    add_reader(store, "boring", chat="1")
    day.compose()
    tomorrow = Day(store=store, now=clock, on=DAY.replace(day=21), keys={}, channels=day.channels, max_full=30)
    page = Announcement(
        source=Source.RSS, scope="cs.AI", announced_on=tomorrow.on, entries=(Announced(BORING, Kind.CROSS),)
    )
    store_announcement(store, page, clock)
    tomorrow.compose()
    await courier.deliver_due()
    assert len(chat.received) == 2
    assert sum(BORING.title in message.html for message in chat.received) == 1


async def test_that_nothing_matched_is_said_in_the_chat_silently_and_not_by_mail(store, day, courier, mail, chat):
    announce(store, BORING)
    add_reader(store, "protein folding", mail="a@example.org", chat="1")
    day.compose()
    assert day.waiting_readers() == []
    await courier.deliver_due()
    assert mail.received == []
    assert [message.silent for message in chat.received] == [True]


async def test_a_reader_with_mail_only_and_nothing_to_read_waits_for_nothing(store, day, courier, mail):
    announce(store, BORING)
    add_reader(store, "protein folding", mail="a@example.org")
    day.compose()
    assert day.waiting_readers() == []
    await courier.deliver_due()
    assert mail.received == []


def test_the_model_is_asked_only_for_papers_that_somebody_gets(store, day):
    announce(store, BORING, OTHER)
    announce(store, make_paper(id="2611.00003", title="Boring again"), kind=Kind.REPLACE)
    add_reader(store, "boring", mail="a@example.org")
    assert day.plan_summaries() == [BORING.id]


def test_a_failed_summary_is_asked_for_again_when_its_time_has_come_though_everybody_has_their_digest(store, day):
    announce(store, BORING)
    add_reader(store, "boring", mail="a@example.org")
    day.plan_summaries()
    (claimed,) = claim_summaries(store, [BORING.id], KEYS["zh"], limit=1, lease_seconds=60, now=NOON)
    failed = Summary(paper_id=BORING.id, language="zh", state=SummaryState.FAILED)
    save_summary(store, claimed, failed, Usage(), NOON)
    assert day.plan_summaries() == []
    day.compose()
    later = Day(
        store=store, now=lambda: NOON + timedelta(hours=1), on=DAY, keys=KEYS, channels=day.channels, max_full=30
    )
    assert later.plan_summaries() == [BORING.id]


async def test_what_the_sandbox_did_is_forgotten_as_soon_as_it_is_for_real(store, day, courier, mail):
    announce(store, BORING)
    add_reader(store, "boring", mail="a@example.org")
    keys = {"zh": Key("zh", SANDBOX_MODEL, "1")}
    sandbox = Day(store=store, now=clock, on=DAY, keys=keys, channels=day.channels, max_full=30, is_sandbox=True)
    sandbox.plan_summaries()
    summarise(store, [BORING.id], keys["zh"])
    sandbox.compose()
    await courier.deliver_due()
    forget_sandbox(store)
    assert day.plan_summaries() == [BORING.id]
    assert day.compose() == 1
    await courier.deliver_due()
    assert len(mail.received) == 2


def test_a_model_that_was_taken_away_holds_nobody_up(store, day):
    announce(store, BORING)
    add_reader(store, "boring", mail="a@example.org")
    day.plan_summaries()
    assert day.has_open_summaries()
    without = Day(store=store, now=clock, on=DAY, keys={}, channels=day.channels, max_full=30)
    assert not without.has_open_summaries()


def test_without_a_model_nobody_is_asked(store, day):
    announce(store, BORING)
    add_reader(store, "boring", mail="a@example.org")
    assert Day(store=store, now=clock, on=DAY, keys={}, channels=(EMAIL,), max_full=30).plan_summaries() == []


def test_a_reader_whose_channel_is_closed_is_left_for_when_it_opens(store, day):
    announce(store, BORING)
    reader = add_reader(store, "boring", chat="1")
    closed = Day(store=store, now=clock, on=DAY, keys={}, channels=(EMAIL,), max_full=30)
    assert closed.compose() == 0
    assert [waiting.id for waiting in day.waiting_readers()] == [reader]


async def test_who_leaves_between_composing_and_sending_gets_nothing(store, day, courier, mail):
    announce(store, BORING)
    reader = add_reader(store, "boring", mail="a@example.org")
    day.compose()
    forget(store, reader, salt=b"salt", now=NOON)
    await courier.deliver_due()
    assert mail.received == []


def test_a_preview_shows_the_whole_day_and_stores_nothing(store, day):
    announce(store, BORING)
    reader = add_reader(store, "boring, protein folding", mail="a@example.org")
    day.compose()
    preview = day.preview(load_reader(store, reader))
    assert (preview.digest.matched, preview.digest.nothing) == (1, None)
    assert preview.cards[BORING.id].summary is None
    empty = Day(store=store, now=clock, on=DAY.replace(day=1), keys={}, channels=(), max_full=30)
    assert empty.preview(load_reader(store, reader)).digest.nothing is Nothing.NO_MATCH


def test_a_preview_names_a_next_digest_that_is_still_to_come(store, day):
    announce(store, BORING)
    reader = load_reader(store, add_reader(store, "boring", mail="a@example.org"))
    # Two batches later, neither of which is here; then a holiday's.
    for later, due_on in ((0, 23), (4, 25), (6, 30)):
        now = NOON + timedelta(days=later)
        next_due = replace(day, now=lambda now=now: now).preview(reader).digest.next_due
        assert now < next_due < now + timedelta(days=4)
        assert next_due.day == due_on


def test_a_stored_keyword_that_this_version_refuses_does_not_cost_the_others_their_day(store, day):
    announce(store, BORING)
    reader = add_reader(store, "boring", mail="a@example.org")
    with store.writing() as connection:
        row = {"subscriber_id": reader, "canonical": "no:such AND (", "typed": "?", "added_at": NOON}
        connection.execute(insert(subscriptions).values(row))
    assert day.preview(load_reader(store, reader)).digest.matched == 1


def test_what_is_sent_and_shown_is_read_once_for_all_readers(store, day):
    """Only the editions themselves are written one by one."""
    announce(store, BORING)

    def count_reads(readers):
        for number in range(readers):
            add_reader(store, "boring", chat=str(100 * readers + number))
        reads = []

        def note(_connection, _cursor, statement, *_):
            if statement.startswith("SELECT") and ("FROM edition_papers" in statement or "FROM papers" in statement):
                reads.append(statement)

        event.listen(store.engine, "before_cursor_execute", note)
        assert day.compose() == readers
        event.remove(store.engine, "before_cursor_execute", note)
        return len(reads)

    assert count_reads(1) == count_reads(5)
