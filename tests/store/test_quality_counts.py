"""Every answer is counted once, by many workers at once; what became worse is told from chance."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

from digests.store.engine import Store
from digests.summaries.claims import save_summary
from digests.summaries.quality import Role, Tried, count_answers
from digests.summaries.quality_report import Measured, Published, Worse, load_quality
from digests.summaries.summary import SummaryState
from digests.summaries.usage import Usage
from tests.store.summary_steps import A, B, add_paper, at, claim, plan, summary_of

TODAY = date(2026, 11, 20)
LONG_AGO = TODAY - timedelta(days=300)


def answers(number: int, *faults: str, model: str = "m1", version: str = "p1", role: Role = Role.FIRST) -> list[Tried]:
    return [Tried(model, version, role, faults)] * number


def count(store: Store, *tried: list[Tried], days_ago: int = 0) -> None:
    with store.writing() as connection:
        count_answers(store, connection, [one for some in tried for one in some], TODAY - timedelta(days=days_ago))


def test_an_answer_with_two_faults_is_one_answer_and_a_form_that_nobody_is_told_of_leaves_it_fine(store):
    count(store, answers(3), answers(2, "term", "meta"), answers(1, "tldr_form"), answers(1, "term"))
    (found,) = load_quality(store, TODAY, TODAY).measured
    faults = {"term": 3, "meta": 2, "tldr_form": 1}
    assert found == Measured("m1", "p1", Role.FIRST, answers=7, faultless=4, faults=faults)
    assert list(found.faults) == list(faults)


def test_models_prompts_and_roles_are_counted_apart_and_days_together(store):
    count(store, answers(1), answers(1, version="p2"), answers(1, role=Role.VERDICT), days_ago=2)
    count(store, answers(1), answers(1, role=Role.REPAIR), answers(1, model="m0"))
    found = load_quality(store, LONG_AGO, TODAY).measured
    assert [(one.model, one.prompt_version, one.role.value, one.answers) for one in found] == [
        ("m0", "p1", "first", 1),
        ("m1", "p1", "first", 2),
        ("m1", "p1", "repair", 1),
        ("m1", "p1", "verdict", 1),
        ("m1", "p2", "first", 1),
    ]
    assert [one.answers for one in load_quality(store, TODAY - timedelta(days=1), TODAY).measured] == [1, 1, 1]


def test_workers_that_count_at_once_lose_nothing_and_do_not_lock_each_other_out(store):
    start = Barrier(4)
    codes = ["meta", "term", "number_lost", "too_long"]

    def work(worker: int) -> None:
        start.wait()
        for turn in range(6):
            # Each in an order of its own.
            shift = (worker + turn) % len(codes)
            count(store, answers(1, *codes[shift:], *codes[:shift]), answers(1, role=Role.REPAIR))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    first, repair = load_quality(store, TODAY, TODAY).measured
    assert (first.answers, repair.answers, repair.faultless) == (24, 24, 24)
    assert first.faults == dict.fromkeys(sorted(codes), 24)


def test_a_fault_that_is_twice_as_frequent_in_the_newest_week_is_told(store):
    count(store, answers(90), answers(8, "term"), answers(2, "meta"), days_ago=7)
    count(store, answers(17, version="p2"), answers(3, "meta"), days_ago=6)
    count(store, answers(22), answers(8, "term"))
    found = load_quality(store, LONG_AGO, TODAY)
    assert found.compared == ("m1",)
    assert found.worse == (
        Worse("m1", Role.FIRST, "term", 8, 50, 8, 100),
        Worse("m1", Role.FIRST, "meta", 3, 50, 2, 100),
    )


def test_one_fault_more_is_chance_and_so_is_what_is_not_twice_as_frequent(store):
    count(store, answers(90), answers(10, "term"), days_ago=20)
    count(store, answers(30), answers(2, "meta"), answers(8, "term", model="m2"), answers(7, "term"))
    found = load_quality(store, LONG_AGO, TODAY)
    assert (found.compared, found.worse) == (("m1",), ())


def test_too_few_answers_and_repairs_are_not_compared(store):
    count(store, answers(19), answers(90, role=Role.REPAIR), days_ago=10)
    count(store, answers(100), days_ago=37)
    count(store, answers(40, "term"), answers(90, "term", role=Role.REPAIR))
    found = load_quality(store, LONG_AGO, TODAY)
    assert (found.compared, found.worse) == ((), ())


def test_what_readers_have_is_counted_by_who_wrote_it(store):
    for paper_id, words in ((A, "w1"), (B, "w2")):
        add_paper(store, paper_id, words=words)
    plan(store, A, B)
    (one, other) = claim(store, A, B)
    second = replace(summary_of(one.paper.id, SummaryState.DOUBTFUL), model="m2")
    assert save_summary(store, one, second, Usage(), at())
    found = load_quality(store, TODAY, TODAY).published
    assert found == (Published("m1", "p1", waiting=1), Published("m2", "p1", doubtful=1))
    save_summary(store, other, summary_of(other.paper.id, SummaryState.REFUSED), Usage(), at())
    assert load_quality(store, TODAY, TODAY).published[0] == Published("m1", "p1", english=1)
    assert load_quality(store, TODAY + timedelta(days=1), TODAY).published == ()
