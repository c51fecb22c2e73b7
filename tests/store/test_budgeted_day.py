"""A day whose budget does not bear all of its papers: those with the most readers get the most, and nobody is lost."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from digests.papers.paper import ArxivId, Source
from digests.papers.shelf import store_papers
from digests.setting_values import Price
from digests.store.tables import spending, summaries
from digests.summaries.asking.billing import Bill
from digests.summaries.asking.model import Answer, Question, Tokens
from digests.summaries.draft import Kind
from digests.summaries.due import summarise_due
from digests.summaries.shelf import due_summaries, find_summaries, has_open, plan_summaries
from digests.summaries.spending.budget import DailyPurse
from digests.summaries.spending.spent import sum_taken
from digests.summaries.summarize import Summarizer
from tests.builders import NOON, make_paper

#: The first has the most readers.
IDS = [ArxivId(f"2611.0000{number}") for number in range(1, 6)]
READERS = {paper_id: 5 - place for place, paper_id in enumerate(IDS)}
PRICE = Price(Decimal(1), Decimal(1), Decimal(1))
TOMORROW_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FULL, BRIEF = 100, 20
WORDS = {
    "title": "无聊默认值的研究",
    "tldr": "无聊的默认值有效。",
    "abstract": "我们研究无聊的默认值。它们有效。",
    "points": {"problem": "默认值无聊。", "method": "研究。", "result": "有效。", "meaning": "省事。"},
}


class PaidModel:
    """Answers well, for a price: what a whole translation and a short one cost is certain."""

    name = "small"

    def __init__(self, store, budget, now):
        self.purse = DailyPurse(store, self.name, price=PRICE, daily_budget_micros=budget, now=now)

    async def complete(self, question: Question, *, within_seconds: float) -> Answer:
        cost = Tokens(BRIEF if question.is_frugal else FULL)
        bill = Bill(self.purse, is_frugal=question.is_frugal)
        async with bill.charge(cost) as charge:
            charge.tokens = cost
        asked = {name: WORDS[name] for name in question.schema["properties"]}
        return Answer(json.dumps(asked, ensure_ascii=False), "stop", bill.tokens, bill.micros)

    async def close(self) -> None:
        """Nothing is open."""


class Day:
    def __init__(self, store, budget, concurrency=1, readers=READERS):
        self.store, self.now = store, NOON
        self.summarizer = Summarizer(PaidModel(store, budget, self.clock), concurrency=concurrency)
        self.key = self.summarizer.key()
        # Of the same words they would share one summary.
        papers = [
            make_paper(id=one, abstract=f"We study {word} defaults. They work.")
            for one, word in zip(IDS, ("boring", "dull", "plain", "simple", "usual"), strict=True)
        ]
        store_papers(store, papers, Source.HF, self.clock)
        plan_summaries(store, readers, self.key, self.now)

    def clock(self):
        return self.now

    async def summarise(self):
        await summarise_due(self.store, self.summarizer, IDS, self.clock)

    def found(self):
        """By paper: what its readers get, or why they do not; None where nobody wanted it."""
        found = [find_summaries(self.store, IDS, "zh").get(one) for one in IDS]
        return [one and (one.kind if one.is_readable else one.faults) for one in found]

    def taken(self):
        with self.store.reading() as connection:
            return sum_taken(connection, self.now.date())


@pytest.mark.parametrize(
    ("budget", "got"),
    [
        (238, [Kind.FULL, Kind.FULL, Kind.BRIEF, ("budget",), ("budget",)]),
        (240, [Kind.FULL, Kind.FULL, Kind.BRIEF, Kind.BRIEF, ("budget",)]),
    ],
)
async def test_the_most_read_are_translated_the_next_get_one_sentence_the_rest_waits(store, budget, got):
    day = Day(store, budget)
    await day.summarise()
    assert day.found() == got
    assert day.taken() == 200 + BRIEF * got.count(Kind.BRIEF)


async def test_what_there_was_no_money_for_is_asked_the_next_day(store):
    day = Day(store, 240)
    await day.summarise()
    # Digests go out without it.
    assert not has_open(store, IDS, day.key, day.now)
    day.now = TOMORROW_NOON - timedelta(seconds=1)
    assert due_summaries(store, IDS, day.key, day.now) == []
    await day.summarise()
    day.now = TOMORROW_NOON + timedelta(seconds=1)
    assert due_summaries(store, IDS, day.key, day.now) == [IDS[-1]]
    await day.summarise()
    assert day.found() == [Kind.FULL, Kind.FULL, Kind.BRIEF, Kind.BRIEF, Kind.FULL]
    assert day.taken() == FULL


async def test_yesterdays_papers_do_not_take_the_money_of_todays(store):
    """At midnight arXiv announces, and the sweep looks at all that is due of the last days."""
    day = Day(store, 120, readers=dict.fromkeys(IDS[:3], 9))
    await day.summarise()
    assert day.found() == [Kind.FULL, Kind.BRIEF, ("budget",), None, None]
    day.now = TOMORROW_NOON - timedelta(hours=11)
    plan_summaries(store, dict.fromkeys(IDS[3:], 1), day.key, day.now)
    await day.summarise()
    assert day.found() == [Kind.FULL, Kind.BRIEF, ("budget",), Kind.FULL, Kind.BRIEF]


async def test_a_paper_that_never_fits_waits_for_ever_and_uses_up_no_attempt(store):
    day = Day(store, 10)
    for _ in range(6):
        await day.summarise()
        day.now += timedelta(days=1)
    assert day.found() == [("budget",)] * 5
    assert due_summaries(store, IDS, day.key, day.now) == IDS
    assert day.taken() == 0


async def test_side_by_side_no_more_is_spent_and_no_paper_is_lost(store):
    day = Day(store, 240, concurrency=5)
    await day.summarise()
    got = day.found()
    assert (got.count(Kind.FULL), got.count(Kind.BRIEF), got.count(("budget",))) == (2, 2, 1)
    assert day.taken() == 240


async def test_what_a_paper_cost_stands_beside_it(store):
    await Day(store, 240).summarise()
    with store.reading() as connection:
        rows = connection.execute(select(summaries.c.prompt_tokens, summaries.c.micros).order_by(summaries.c.id))
        assert [tuple(row) for row in rows] == [(FULL, FULL)] * 2 + [(BRIEF, BRIEF)] * 2 + [(0, 0)]
        (spent,) = connection.execute(select(spending.c.calls, spending.c.micros))
        assert tuple(spent) == (4, 240)


async def test_without_a_budget_every_paper_is_translated(store):
    day = Day(store, None)
    await day.summarise()
    assert day.found() == [Kind.FULL] * 5
    assert day.taken() == 5 * FULL
