"""A text that readers have is asked for again: they have the old one until a better one is there."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from digests.errors import SummaryClosed
from digests.papers.paper import ArxivId
from digests.store.tables import fault_counts, summaries
from digests.summaries.asking.model import Tokens
from digests.summaries.claims import save_summary
from digests.summaries.draft import Kind
from digests.summaries.quality import Role, Tried
from digests.summaries.resummarising.rows import Ending, claim_again, find_texts, let_go, save_again
from digests.summaries.resummarising.run import ask_again
from digests.summaries.shelf import due_summaries, find_summaries, has_open
from digests.summaries.summarize import Outcome
from digests.summaries.summary import Key, SummaryState
from digests.summaries.usage import Usage
from tests.store.summary_steps import (
    KEY,
    A,
    B,
    add_paper,
    at,
    claim,
    count_prompt_tokens,
    count_rows,
    plan,
    summary_of,
)

NEW_KEY = Key("zh", "m1", "p2")
LATER = at(hours=1)
PAID = Usage(tokens=Tokens(200, 20, 50), micros=7, finish_reason="stop")
DONE, DOUBTFUL, FAILED, REFUSED = (SummaryState(word) for word in ("done", "doubtful", "failed", "refused"))


def outcome_of(paper_id, state=DONE, title="新题", kind=Kind.FULL):
    tried = Tried("m1", "p2", Role.FIRST, () if state is DONE else ("term",))
    return Outcome(replace(summary_of(paper_id, state, title), kind=kind), PAID, (tried,))


def write(store, paper_id=A, state=DONE, kind=Kind.FULL, key=KEY):
    """Its summary, as a worker left it at noon."""
    plan(store, paper_id, key=key)
    (claimed,) = claim(store, paper_id, key=key)
    assert save_summary(store, claimed, replace(summary_of(paper_id, state, "旧题"), kind=kind), Usage(), at())


def take(store, key=NEW_KEY, begun_at=LATER, now=LATER):
    return claim_again(store, A, key, begun_at=begun_at, lease_seconds=60, now=now)


def find_title(store, paper_id=A):
    return find_summaries(store, [paper_id], "zh")[paper_id].title


def find_columns(store, *names):
    query = select(*(summaries.c[name] for name in names)).order_by(summaries.c.id)
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


@pytest.fixture
def written(store):
    add_paper(store, A)
    write(store)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("key", [KEY, NEW_KEY], ids=["same prompt", "new prompt"])
def test_readers_have_the_old_text_until_the_new_one_is_there(store, key):
    again = take(store, key=key)
    assert find_title(store) == "旧题"
    assert not has_open(store, [A], key, at(hours=1))
    assert save_again(store, again, outcome_of(A), at(hours=1, seconds=5)) is Ending.REPLACED
    assert find_title(store) == "新题"
    assert plan(store, A, key=key, now=at(days=1)) == 0
    assert due_summaries(store, [A], key, at(days=9)) == []


@pytest.mark.usefixtures("written")
def test_what_was_written_with_the_same_prompt_keeps_its_row(store):
    save_again(store, take(store, key=KEY), outcome_of(A), at(hours=1))
    save_again(store, take(store, key=NEW_KEY, begun_at=at(hours=2)), outcome_of(A), at(hours=2))
    assert find_columns(store, "prompt_version", "prompt_tokens", "cached_tokens", "micros") == [
        ("p1", 200, 50, 7),
        ("p2", 200, 50, 7),
    ]


@pytest.mark.parametrize(
    ("old", "old_kind", "new", "new_kind", "ending"),
    [
        (DONE, Kind.FULL, FAILED, Kind.FULL, Ending.KEPT),
        (DOUBTFUL, Kind.FULL, SummaryState.PLANNED, Kind.FULL, Ending.KEPT),
        (DONE, Kind.FULL, DOUBTFUL, Kind.FULL, Ending.KEPT),
        (DOUBTFUL, Kind.FULL, DOUBTFUL, Kind.FULL, Ending.REPLACED),
        (DOUBTFUL, Kind.FULL, DONE, Kind.BRIEF, Ending.KEPT),
        (DONE, Kind.BRIEF, DOUBTFUL, Kind.FULL, Ending.REPLACED),
    ],
)
def test_a_new_text_replaces_one_that_is_worth_no_more(store, old, old_kind, new, new_kind, ending):
    add_paper(store, A)
    write(store, state=old, kind=old_kind)
    again = take(store)
    assert save_again(store, again, outcome_of(A, new, kind=new_kind), LATER) is ending
    assert find_title(store) == ("新题" if ending is Ending.REPLACED else "旧题")
    assert count_prompt_tokens(store) == 200


@pytest.mark.usefixtures("written")
def test_what_was_kept_is_paid_for_counted_and_free_again(store):
    save_again(store, take(store), outcome_of(A, DOUBTFUL), at(hours=1))
    assert find_columns(store, "state", "micros", "claim", "lease_until") == [("done", 7, None, None)]
    with store.reading() as connection:
        counted = connection.execute(select(fault_counts.c.fault, fault_counts.c.answers)).all()
    assert sorted(map(tuple, counted)) == [("", 1), ("term", 1)]
    assert take(store, begun_at=at(hours=2), now=at(hours=2))


@pytest.mark.usefixtures("written")
def test_a_process_that_dies_leaves_the_text_and_the_next_one_asks(store):
    dead = take(store)
    assert take(store, now=at(hours=1, seconds=59)) is None
    assert find_title(store) == "旧题"
    living = take(store, now=at(hours=1, seconds=61))
    assert save_again(store, dead, outcome_of(A, title="迟"), at(hours=1, seconds=62)) is Ending.BUSY
    assert save_again(store, dead, outcome_of(A, FAILED), at(hours=1, seconds=62)) is Ending.BUSY
    assert find_title(store) == "旧题"
    assert save_again(store, living, outcome_of(A), at(hours=1, seconds=63)) is Ending.REPLACED


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("new", [DONE, DOUBTFUL])
def test_a_run_that_began_before_the_end_of_another_asks_for_nothing_twice(store, new):
    save_again(store, take(store), outcome_of(A, new), at(hours=1, seconds=9))
    assert take(store, begun_at=at(hours=1, seconds=5), now=at(hours=1, seconds=10)) is None


@pytest.mark.usefixtures("written")
def test_who_has_read_the_old_row_as_the_newest_does_not_get_it_after_it_was_replaced(store):
    first = take(store)
    save_again(store, first, outcome_of(A), at(hours=1, seconds=9))
    (old, *_) = find_columns(store, "claim", "lease_until")
    assert old == (first.claimed.claim, at(hours=1, seconds=60))


@pytest.mark.usefixtures("written")
def test_a_server_that_is_closed_to_us_changes_nothing(store):
    let_go(store, take(store), "HTTP 401", at(hours=1))
    assert find_columns(store, "state", "claim", "lease_until") == [("done", None, None)]
    assert take(store)


@pytest.mark.parametrize("state", [FAILED, REFUSED])
def test_what_failed_or_was_declined_is_asked_for_at_once_as_if_it_were_new(store, state):
    add_paper(store, A)
    write(store, state=state, key=NEW_KEY)
    again = take(store, now=at(minutes=1), begun_at=at(minutes=1))
    assert (again.shown, again.claimed.attempts) == (None, 1)
    assert save_again(store, again, outcome_of(A, FAILED), at(minutes=2)) is Ending.ENGLISH
    assert take(store, now=at(minutes=2), begun_at=at(minutes=1)) is None
    assert find_summaries(store, [A], "zh")[A].retry_at == at(minutes=12)


def test_a_paper_that_nobody_was_asked_about_gets_its_first_text(store):
    add_paper(store, A)
    again = take(store)
    assert has_open(store, [A], NEW_KEY, at(hours=1))
    assert save_again(store, again, outcome_of(A), LATER) is Ending.REPLACED
    assert find_title(store) == "新题"


def test_a_worker_at_work_is_left_alone(store):
    add_paper(store, A)
    plan(store, A, key=NEW_KEY)
    (claimed,) = claim(store, A, key=NEW_KEY)
    assert take(store, begun_at=at(seconds=1), now=at(seconds=1)) is None
    assert save_summary(store, claimed, summary_of(A), Usage(), at(seconds=2))


def test_a_late_failure_of_today_s_key_is_written_over(store):
    add_paper(store, A)
    plan(store, A)
    (old,) = claim(store, A)
    plan(store, A, key=NEW_KEY)
    (new,) = claim(store, A, key=NEW_KEY)
    save_summary(store, new, summary_of(A, FAILED), Usage(), at())
    save_summary(store, old, summary_of(A, title="旧题"), Usage(), at(seconds=1))
    assert save_again(store, take(store), outcome_of(A), LATER) is Ending.REPLACED
    assert (find_title(store), count_rows(store)) == ("新题", 2)
    assert due_summaries(store, [A], NEW_KEY, at(days=9)) == []


def test_papers_of_the_same_words_and_those_nobody_asked_about_are_no_texts_of_their_own(store):
    for paper_id, words in ((A, "w1"), (B, "w1"), (ArxivId("2601.00003"), "w3")):
        add_paper(store, paper_id, words=words)
    write(store, B)
    plan(store, A, key=Key("en", "m1", "n1"))
    assert find_texts(store, [A, B, ArxivId("2601.00003")]) == [(A, "en"), (A, "zh")]


class FakeSummarizer:
    """Asks nobody. `trouble`: what it raises for all but the first paper."""

    concurrency, lease_seconds, judge = 3, 360.0, None

    def __init__(self, trouble=None):
        self.asked, self.trouble = [], trouble

    def key(self, language):
        return Key(language, "m1", "p2")

    async def ask(self, paper, language, *, is_judged):
        assert not is_judged
        is_first = not self.asked
        self.asked.append(paper.id)
        await asyncio.sleep(0)
        if self.trouble and not is_first:
            raise self.trouble
        return outcome_of(paper.id)


def ticking():
    """A clock that never says the same twice."""
    steps = count()
    return lambda: LATER + timedelta(milliseconds=next(steps))


@pytest.fixture
def ids(store):
    ids = [ArxivId(f"2601.{number:05}") for number in range(8)]
    for paper_id in ids:
        add_paper(store, paper_id, words=paper_id)
        write(store, paper_id)
    return ids


async def test_of_two_runs_at_once_each_paper_is_asked_for_by_one(store, ids):
    first, second, now, told = FakeSummarizer(), FakeSummarizer(), ticking(), []
    texts = [(paper_id, "zh") for paper_id in ids]
    runs = [ask_again(store, summarizer, texts, now, told.append) for summarizer in (first, second)]
    await asyncio.gather(*runs)
    assert sorted(first.asked + second.asked) == ids
    assert [one.ending for one in told].count(Ending.REPLACED) == len(ids)
    assert [one.ending for one in told].count(Ending.BUSY) == len(ids)


async def test_a_closed_server_ends_the_run_and_every_paper_is_told_of(store, ids):
    told, summarizer = [], FakeSummarizer(SummaryClosed("HTTP 401"))
    await ask_again(store, summarizer, [(paper_id, "zh") for paper_id in ids], ticking(), told.append)
    assert len(summarizer.asked) < len(ids)
    assert sorted(one.paper_id for one in told) == ids
    assert {one.reason for one in told if one.ending is Ending.UNASKED} == {"HTTP 401"}
    assert all(summary.is_readable for summary in find_summaries(store, ids, "zh").values())
    claims = [claim for (claim,) in find_columns(store, "claim") if claim]
    assert len(claims) == 1


class SilentSummarizer(FakeSummarizer):
    """Never answers; `begun` is set when it was asked for two papers."""

    def __init__(self):
        super().__init__()
        self.begun = asyncio.Event()

    async def ask(self, paper, _language, **_options):
        self.asked.append(paper.id)
        if len(self.asked) == 2:
            self.begun.set()
        await asyncio.Event().wait()


async def test_a_run_that_a_person_stops_holds_nothing(store):
    add_paper(store, A, words="w1")
    add_paper(store, B, words="w2")
    write(store)
    summarizer = SilentSummarizer()
    run = asyncio.create_task(ask_again(store, summarizer, [(A, "zh"), (B, "zh")], ticking(), print))
    async with asyncio.timeout(60):
        await summarizer.begun.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert take(store)
    assert due_summaries(store, [B], NEW_KEY, LATER + timedelta(minutes=1)) == [B]
