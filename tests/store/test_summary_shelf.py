"""One pass per paper for everyone (invariant 3), whoever dies in between."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from digests.errors import SummaryClosed, SummaryUnavailable
from digests.papers.paper import ArxivId
from digests.summaries.asking.model import Answer, Tokens
from digests.summaries.claims import give_back, save_summary
from digests.summaries.due import summarise_due
from digests.summaries.shelf import due_summaries, find_summaries, has_open
from digests.summaries.summarize import Summarizer
from digests.summaries.summary import Key, SummaryState
from digests.summaries.usage import Usage
from tests.builders import NOON
from tests.store.summary_steps import (
    DONE,
    KEY,
    A,
    B,
    add_paper,
    at,
    change_words,
    claim,
    count_prompt_tokens,
    count_rows,
    plan,
    summary_of,
)


def fail_once(store, now):
    (claimed,) = claim(store, A, now=now)
    assert save_summary(store, claimed, summary_of(A, SummaryState.FAILED), Usage(), now)


def test_a_paper_is_planned_once(store):
    add_paper(store, A)
    assert [plan(store, A), plan(store, A)] == [1, 0]
    assert due_summaries(store, [A], KEY, NOON) == [A]
    assert find_summaries(store, [A], "zh")[A].state is SummaryState.PLANNED


def test_papers_of_the_same_words_share_one_row(store):
    add_paper(store, A)
    add_paper(store, B)
    assert plan(store, A, B) == 1
    (claimed,) = claim(store, A, B)
    save_summary(store, claimed, summary_of(claimed.paper.id), DONE, NOON)
    found = find_summaries(store, [A, B], "zh")
    assert {paper_id: s.paper_id for paper_id, s in found.items()} == {A: A, B: B}


def test_what_was_saved_is_found_as_it_was(store):
    add_paper(store, A)
    plan(store, A)
    (claimed,) = claim(store, A)
    assert (claimed.paper.title, claimed.paper.abstract, claimed.attempts) == (f"T {A}", "We study.", 1)
    assert save_summary(store, claimed, summary_of(A), DONE, NOON)
    assert find_summaries(store, [A], "zh") == {A: summary_of(A)}
    assert due_summaries(store, [A], KEY, at(days=9)) == []


def test_a_claimed_row_is_nobody_else_s_until_its_lease_ends(store):
    add_paper(store, A)
    plan(store, A)
    (dead,) = claim(store, A)
    assert claim(store, A, now=at(seconds=59)) == []
    assert due_summaries(store, [A], KEY, at(seconds=61)) == [A]
    (living,) = claim(store, A, now=at(seconds=61))
    assert not save_summary(store, dead, summary_of(A, title="迟"), DONE, at(seconds=62))
    assert save_summary(store, living, summary_of(A), DONE, at(seconds=63))
    assert find_summaries(store, [A], "zh")[A].title == "题"


def test_of_many_claimers_each_row_has_one(store):
    ids = [ArxivId(f"2601.{n:05}") for n in range(12)]
    for paper_id in ids:
        add_paper(store, paper_id, words=paper_id)
    plan(store, *ids)
    start = Barrier(4)

    def take(_):
        start.wait()
        return [c.row_id for _ in range(6) for c in claim(store, *ids, limit=3)]

    with ThreadPoolExecutor(4) as pool:
        taken = [row for rows in pool.map(take, range(4)) for row in rows]
    assert len(taken) == len(set(taken)) == len(ids)


def test_a_failed_paper_is_tried_after_ten_minutes_an_hour_and_six_hours(store):
    add_paper(store, A)
    plan(store, A)
    now = NOON
    for delay in (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)):
        fail_once(store, now)
        assert find_summaries(store, [A], "zh")[A].retry_at == now + delay
        assert due_summaries(store, [A], KEY, now + delay - timedelta(seconds=1)) == []
        now += delay
        assert due_summaries(store, [A], KEY, now) == [A]
    fail_once(store, now)
    assert find_summaries(store, [A], "zh")[A].retry_at is None
    assert due_summaries(store, [A], KEY, at(days=30)) == []


def test_a_server_that_asks_for_more_time_gets_it(store):
    add_paper(store, A)
    plan(store, A)
    (claimed,) = claim(store, A)
    save_summary(store, claimed, summary_of(A, SummaryState.FAILED), Usage(retry_after_seconds=7200), NOON)
    assert find_summaries(store, [A], "zh")[A].retry_at == at(hours=2)


def test_a_refused_paper_is_not_asked_for_again(store):
    add_paper(store, A)
    plan(store, A)
    (claimed,) = claim(store, A)
    save_summary(store, claimed, summary_of(A, SummaryState.REFUSED), DONE, NOON)
    assert plan(store, A) == 0
    assert due_summaries(store, [A], KEY, at(days=9)) == []


def test_a_paper_that_kills_its_process_four_times_is_given_up(store):
    add_paper(store, A)
    plan(store, A)
    for n in range(4):
        assert len(claim(store, A, now=at(minutes=2 * n))) == 1
    assert claim(store, A, now=at(hours=9)) == []
    assert find_summaries(store, [A], "zh")[A].state is SummaryState.FAILED


def test_a_closed_server_costs_no_attempt(store):
    add_paper(store, A)
    plan(store, A)
    for n in range(6):
        (claimed,) = claim(store, A, now=at(hours=n))
        assert claimed.attempts == 1
        assert give_back(store, claimed, "HTTP 401", at(hours=n))
        assert due_summaries(store, [A], KEY, at(hours=n, minutes=9)) == []
    assert find_summaries(store, [A], "zh")[A].state is SummaryState.PLANNED


def test_a_new_prompt_does_not_translate_the_past_again(store):
    add_paper(store, A)
    plan(store, A)
    (claimed,) = claim(store, A)
    save_summary(store, claimed, summary_of(A), DONE, NOON)
    assert plan(store, A, key=Key("zh", "m2", "p2")) == 0
    assert find_summaries(store, [A], "zh")[A].model == "m1"


def test_an_unfinished_plan_of_another_model_is_replaced(store):
    add_paper(store, A)
    plan(store, A)
    fail_once(store, NOON)
    assert plan(store, A, key=Key("zh", "m2", "p1")) == 1
    assert count_rows(store) == 1
    assert claim(store, A) == []
    assert len(claim(store, A, key=Key("zh", "m2", "p1"))) == 1


def test_changed_words_need_a_new_summary(store):
    add_paper(store, A)
    plan(store, A)
    (claimed,) = claim(store, A)
    change_words(store, A, "w2")
    save_summary(store, claimed, summary_of(A), DONE, NOON)
    assert find_summaries(store, [A], "zh") == {}
    assert plan(store, A) == 1


def test_a_readable_summary_comes_before_a_newer_failure(store):
    add_paper(store, A)
    plan(store, A)
    (first,) = claim(store, A)
    plan(store, A, key=Key("zh", "m2", "p1"))
    (second,) = claim(store, A, key=Key("zh", "m2", "p1"))
    save_summary(store, first, summary_of(A), DONE, NOON)
    save_summary(store, second, summary_of(A, SummaryState.FAILED), Usage(), at(minutes=1))
    assert find_summaries(store, [A], "zh")[A].state is SummaryState.DONE


def test_another_language_is_another_summary(store):
    add_paper(store, A)
    plan(store, A)
    assert find_summaries(store, [A], "en") == {}
    assert due_summaries(store, [A], Key("en", "m1", "p1"), NOON) == []
    assert plan(store, A, key=Key("en", "m1", "p1")) == 1


class FakeModel:
    """Answers each paper by what its title asks for, and as doubtful at the repair too.

    together  so many questions at once, or no answer
    """

    name = "m1"

    def __init__(self, troubles=(), together=1):
        self.troubles = dict(troubles)
        self.asked = self.most_at_once = self._inside = 0
        self._enough = asyncio.Barrier(together)

    async def complete(self, question, *, within_seconds):
        self.asked += 1
        self._inside += 1
        self.most_at_once = max(self.most_at_once, self._inside)
        await self._enough.wait()
        self._inside -= 1
        for title, error in self.troubles.items():
            if title in question.user:
                raise error
        points = '"points": {"problem": "甲", "method": "乙", "result": "丙", "meaning": "丁"}'
        return Answer(
            f'{{"title": "T 之题", "tldr": "句。", "abstract": "我们研究。", {points}}}', "stop", Tokens(100, 10)
        )

    async def close(self):
        """Nothing is open."""


@pytest.fixture
def planned(store):
    def plan_for(summarizer, count=6):
        ids = [ArxivId(f"2601.{n:05}") for n in range(count)]
        for paper_id in ids:
            add_paper(store, paper_id, words=paper_id, abstract="We study.")
        plan(store, *ids, key=summarizer.key())
        return ids

    return plan_for


def make_summarizer(model):
    return Summarizer(model, concurrency=3)


async def test_all_that_is_due_is_asked_for_once(store, planned):
    model = FakeModel()
    summarizer = make_summarizer(model)
    ids = planned(summarizer)
    await summarise_due(store, summarizer, ids, lambda: NOON)
    asked = model.asked
    await summarise_due(store, summarizer, ids, lambda: NOON)
    assert model.asked == asked
    assert all(s.is_readable for s in find_summaries(store, ids, "zh").values())
    assert count_prompt_tokens(store) == 100 * asked


async def test_no_more_papers_are_asked_for_at_once_than_allowed(store, planned):
    model = FakeModel(together=3)
    summarizer = make_summarizer(model)
    async with asyncio.timeout(60):
        await summarise_due(store, summarizer, planned(summarizer, count=9), lambda: NOON)
    assert model.most_at_once == 3


async def test_one_paper_in_trouble_costs_only_itself(store, planned):
    summarizer = make_summarizer(FakeModel({"2601.00003": SummaryUnavailable("down")}))
    ids = planned(summarizer)
    await summarise_due(store, summarizer, ids, lambda: NOON)
    states = [summary.state for summary in find_summaries(store, ids, "zh").values()]
    assert states.count(SummaryState.FAILED) == 1
    assert states.count(SummaryState.PLANNED) == 0
    assert due_summaries(store, ids, summarizer.key(), at(minutes=11)) == ["2601.00003"]


async def test_a_closed_server_leaves_all_planned_for_later(store, planned):
    model = FakeModel({"T ": SummaryClosed("HTTP 401")})
    summarizer = make_summarizer(model)
    ids = planned(summarizer)
    failed, dead = claim(store, *ids[:2], key=summarizer.key(), now=at(minutes=-10))
    save_summary(store, failed, summary_of(failed.paper.id, SummaryState.FAILED), Usage(), at(minutes=-10))
    await summarise_due(store, summarizer, ids, lambda: NOON)
    assert model.asked <= 3
    assert due_summaries(store, ids, summarizer.key(), at(minutes=9)) == []
    assert not save_summary(store, dead, summary_of(dead.paper.id), DONE, NOON)
    assert {s.state for s in find_summaries(store, ids, "zh").values()} == {SummaryState.PLANNED}
    assert due_summaries(store, ids, summarizer.key(), at(minutes=11)) == ids


async def test_two_processes_share_the_work(store, planned):
    first, second = FakeModel(), FakeModel()
    ids = planned(make_summarizer(first), count=10)
    runs = [summarise_due(store, make_summarizer(model), ids, lambda: NOON) for model in (first, second)]
    await asyncio.gather(*runs)
    assert all(s.is_readable for s in find_summaries(store, ids, "zh").values())
    assert count_prompt_tokens(store) == 100 * (first.asked + second.asked)
    assert first.asked + second.asked == 2 * len(ids)


def test_a_row_that_another_model_left_holds_nobody_up(store):
    add_paper(store, A)
    plan(store, A)
    claim(store, A)
    other = Key("zh", "m2", "p1")
    assert has_open(store, [A], KEY, NOON)
    assert not has_open(store, [A], other, at(days=9))
    assert due_summaries(store, [A], other, at(days=9)) == []
