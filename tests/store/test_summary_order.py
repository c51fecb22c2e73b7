"""Which summaries are asked for first, in which language, and what is put off until there is money."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from digests.errors import SummaryClosed
from digests.papers.paper import Source
from digests.papers.shelf import store_papers
from digests.store.clock_jumps import pull_back
from digests.store.tables import summaries
from digests.summaries.claims import claim_summaries, put_off, save_summary
from digests.summaries.due import summarise_due
from digests.summaries.shelf import due_summaries, find_summaries, has_open, plan_summaries
from digests.summaries.summarize import Summarizer
from digests.summaries.summary import Key, Summary, SummaryState
from digests.summaries.usage import Usage
from tests.builders import NOON, make_paper

KEY = Key("zh", "small", "1")
IDS = ["2611.00001", "2611.00002", "2611.00003"]
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _papers(store):
    papers = [make_paper(id=id_, title=f"Paper {id_}", abstract=f"About {id_}.") for id_ in IDS]
    store_papers(store, papers, Source.HF, lambda: NOON)


def claim(store, limit=1, now=NOON):
    return claim_summaries(store, IDS, KEY, limit=limit, lease_seconds=60, now=now)


def test_the_paper_with_the_most_readers_is_asked_for_first(store):
    plan_summaries(store, dict(zip(IDS, (2, 9, 5), strict=True)), KEY, NOON)
    assert due_summaries(store, IDS, KEY, NOON) == ["2611.00002", "2611.00003", "2611.00001"]
    claimed = [claim(store)[0] for _ in IDS]
    assert [one.paper.id for one in claimed] == ["2611.00002", "2611.00003", "2611.00001"]
    assert claimed[0].readers == 9


def test_of_several_lots_of_readers_the_largest_number_counts(store):
    for readers in (3, 7, 2):
        plan_summaries(store, {IDS[0]: readers}, KEY, NOON)
    assert claim(store)[0].readers == 7


def test_what_there_is_no_money_for_waits_and_uses_up_no_attempt(store):
    plan_summaries(store, {IDS[0]: 1}, KEY, NOON)
    tomorrow = datetime(NOON.year, NOON.month, NOON.day, tzinfo=UTC) + timedelta(days=1)
    now = NOON
    # More often than anything is attempted.
    for _ in range(6):
        (claimed,) = claim(store, now=now)
        spent = Summary(paper_id=IDS[0], language="zh", state=SummaryState.PLANNED, faults=("budget",))
        save_summary(store, claimed, spent, Usage(retry_after_seconds=(tomorrow - now).total_seconds()), now)
        assert due_summaries(store, IDS, KEY, tomorrow - timedelta(seconds=1)) == []
        now, tomorrow = tomorrow, tomorrow + timedelta(days=1)
    assert find_summaries(store, IDS, "zh")[IDS[0]].faults == ("budget",)


class Closed:
    name = "small"

    async def complete(self, question, *, within_seconds):
        raise SummaryClosed("open breaker", retry_after_seconds=60)


@on_sqlite
async def test_a_closed_server_says_itself_when_it_may_be_asked_again(store):
    summarizer = Summarizer(Closed())
    plan_summaries(store, dict.fromkeys(IDS, 1), summarizer.key(), NOON)
    await summarise_due(store, summarizer, IDS, lambda: NOON)
    assert due_summaries(store, IDS, summarizer.key(), NOON + timedelta(seconds=59)) == []
    assert due_summaries(store, IDS, summarizer.key(), NOON + timedelta(seconds=60)) == IDS
    # Papers that have just come are waited for, else one bad minute would send a whole day out in English.
    assert has_open(store, IDS, summarizer.key(), NOON)


def test_nobody_waits_long_for_a_server_that_is_away(store):
    plan_summaries(store, dict.fromkeys(IDS, 1), KEY, NOON)
    put_off(store, IDS, KEY, "away", NOON + timedelta(minutes=44), 300)
    assert has_open(store, IDS, KEY, NOON + timedelta(minutes=44, seconds=30))
    assert not has_open(store, IDS, KEY, NOON + timedelta(minutes=45))


def test_what_waits_for_money_until_noon_is_no_mistake_of_a_clock(store):
    plan_summaries(store, {IDS[0]: 1}, KEY, NOON)
    announced_at, noon = datetime(2026, 11, 23, 1, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)
    (claimed,) = claim(store, now=announced_at)
    spent = Summary(paper_id=IDS[0], language="zh", state=SummaryState.PLANNED, faults=("budget",))
    seconds = (noon - announced_at).total_seconds()
    save_summary(store, claimed, spent, Usage(retry_after_seconds=seconds), announced_at)
    pull_back(store, announced_at + timedelta(minutes=1))
    assert due_summaries(store, IDS, KEY, noon - timedelta(seconds=1)) == []
    assert due_summaries(store, IDS, KEY, noon) == [IDS[0]]


def test_english_notes_and_chinese_are_two_rows_of_one_paper(store):
    for key in (KEY, Key("en", "small", "1")):
        plan_summaries(store, {IDS[0]: 1}, key, NOON)
    with store.reading() as connection:
        assert sorted(connection.scalars(select(summaries.c.language))) == ["en", "zh"]
