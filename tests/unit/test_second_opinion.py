"""Who else is asked about a paper: a second model, somebody who counts sentences, a judge."""

import json

import pytest

from digests.errors import SummaryClosed, SummaryOverBudget, SummaryRejected, SummaryUnavailable
from digests.summaries.asking.model import Answer, Tokens
from digests.summaries.draft import Kind
from digests.summaries.faults import Fault
from digests.summaries.quality import Role
from digests.summaries.summarize import Summarizer
from digests.summaries.summary import SummaryState
from digests.summaries.verdict import Verdict
from tests.builders import make_paper

PAPER = make_paper(
    title="SlowLeaf: Pruning Rollouts",
    abstract="Agents waste rollouts. SlowLeaf prunes early and saves 46% on 3 benchmarks.",
)
GOOD = {
    "title": "SlowLeaf：剪除 rollout",
    "tldr": "SlowLeaf 针对智能体浪费 rollout 的问题提前剪枝，在 3 个基准上节省 46%。",
    "abstract": "智能体浪费 rollout。SlowLeaf 提前剪枝，在 3 个基准上节省 46%。",
    "points": {"problem": "浪费。", "method": "剪枝。", "result": "省 46%。", "meaning": "更省。"},
}
BAD = GOOD | {"abstract": GOOD["abstract"].replace("智能体", "代理")}
ENGLISH = GOOD | {"abstract": PAPER.abstract}
NOTES = {
    "tldr": "SlowLeaf prunes rollouts early and saves 46% on 3 benchmarks.",
    "points": {"problem": "Waste.", "method": "Pruning.", "result": "46% saved.", "meaning": "Cheaper."},
}
REFUSED = SummaryRejected("no", faults=("refused",))
OPPOSITE = Fault("judged_opposite", "浪费")


class Scripted:
    """Answers in the order given: a dict as JSON, an error by raising it."""

    def __init__(self, name, *answers):
        self.name, self.waiting, self.asked = name, list(answers), []

    async def complete(self, question, *, within_seconds):
        self.asked.append(question)
        answer = self.waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(json.dumps(answer, ensure_ascii=False), "stop", Tokens(100, 10), 7)

    async def close(self):
        pass


class ScriptedJudge:
    def __init__(self, *verdicts):
        self.waiting, self.read = list(verdicts), []

    async def judge(self, source, draft, *, within_seconds):
        self.read.append(draft)
        found = self.waiting.pop(0)
        if isinstance(found, Exception):
            raise found
        return Verdict(tuple(found), Answer("", "stop", Tokens(50, 5), 3))


class CountsSentences:
    def __init__(self, *found):
        self.waiting = list(found)

    def find_faults(self, source, draft):
        return self.waiting.pop(0)


async def ask(first, second=None, language="zh", **more):
    judged = {"is_judged": True} if "judge" in more else {}
    return await Summarizer(first, second=second, **more).ask(PAPER, language, **judged)


def roles(outcome):
    return [(tried.model, tried.role, tried.faults) for tried in outcome.tried]


async def test_what_the_first_model_declines_the_second_may_write():
    first, second = Scripted("first", REFUSED), Scripted("second", GOOD)
    outcome = await ask(first, second)
    assert (outcome.summary.state, outcome.summary.model) == (SummaryState.DONE, "second")
    assert roles(outcome) == [("first", Role.FIRST, ("refused",)), ("second", Role.SECOND, ())]


async def test_what_both_decline_is_refused():
    outcome = await ask(Scripted("first", REFUSED), Scripted("second", REFUSED))
    assert outcome.summary.state is SummaryState.REFUSED
    assert len(outcome.tried) == 2


@pytest.mark.parametrize("error", [SummaryClosed("no balance"), SummaryUnavailable("down"), SummaryOverBudget("spent")])
async def test_a_second_model_that_cannot_be_asked_does_not_stop_the_first(error):
    refused = await ask(Scripted("first", REFUSED), Scripted("second", error))
    assert (refused.summary.state, refused.summary.faults) == (SummaryState.REFUSED, ("refused",))
    unreadable = await ask(Scripted("first", ENGLISH, ENGLISH), Scripted("second", error))
    assert (unreadable.summary.state, unreadable.summary.faults[0]) == (SummaryState.FAILED, "not_chinese")


async def test_the_second_model_repairs_what_the_first_cannot():
    first, second = Scripted("first", BAD, BAD), Scripted("second", GOOD)
    outcome = await ask(first, second)
    assert (outcome.summary.state, outcome.summary.model) == (SummaryState.DONE, "second")
    assert [role for _, role, _ in roles(outcome)] == [Role.FIRST, Role.REPAIR, Role.SECOND]
    assert "代理浪费" in second.asked[0].user


async def test_what_cannot_be_read_is_no_draft_for_the_second_model():
    second = Scripted("second", GOOD)
    outcome = await ask(Scripted("first", ENGLISH, ENGLISH), second)
    assert outcome.summary.state is SummaryState.DONE
    assert "<draft-" not in second.asked[0].user


@pytest.mark.parametrize(
    "answer", [REFUSED, SummaryUnavailable("down"), SummaryOverBudget("spent"), SummaryClosed("no balance"), BAD]
)
async def test_a_second_model_that_is_no_help_costs_nothing_that_is_there(answer):
    outcome = await ask(Scripted("first", BAD, BAD), Scripted("second", answer))
    assert (outcome.summary.state, outcome.summary.faults) == (SummaryState.DOUBTFUL, ("term",))
    assert outcome.summary.model == "first"


async def test_a_second_model_is_not_asked_for_nothing():
    second = Scripted("second")
    await ask(Scripted("first", BAD, GOOD), second)
    assert second.asked == []


async def test_a_missing_sentence_costs_a_repair_and_then_a_mark():
    dropped = Fault("sentence_dropped", "Agents waste rollouts.")
    outcome = await ask(Scripted("first", GOOD, GOOD), aligner=CountsSentences([dropped], [dropped]))
    assert (outcome.summary.state, outcome.summary.faults) == (SummaryState.DOUBTFUL, ("sentence_dropped",))


async def test_nobody_counts_the_sentences_of_what_cannot_be_read():
    outcome = await ask(Scripted("first", ENGLISH, ENGLISH), aligner=CountsSentences())
    assert outcome.summary.state is SummaryState.FAILED


async def test_what_the_judge_finds_is_revised_and_judged_again():
    judge = ScriptedJudge([OPPOSITE], [])
    outcome = await ask(Scripted("first", GOOD, GOOD), judge=judge)
    assert (outcome.summary.state, len(judge.read)) == (SummaryState.DONE, 2)
    assert [role for _, role, _ in roles(outcome)] == [Role.FIRST, Role.VERDICT, Role.REVISED, Role.VERDICT]
    assert (outcome.usage.tokens.prompt, outcome.usage.micros) == (300, 20)


async def test_what_the_judge_finds_again_is_said():
    outcome = await ask(Scripted("first", GOOD, GOOD), judge=ScriptedJudge([OPPOSITE], [OPPOSITE]))
    assert (outcome.summary.state, outcome.summary.faults) == (SummaryState.DOUBTFUL, ("judged_opposite",))


async def test_a_revision_with_a_new_fault_is_not_taken():
    outcome = await ask(Scripted("first", GOOD, BAD), judge=ScriptedJudge([OPPOSITE]))
    assert outcome.summary.abstract == GOOD["abstract"]
    assert outcome.summary.faults == ("judged_opposite",)


@pytest.mark.parametrize("error", [SummaryUnavailable("down"), SummaryOverBudget("spent"), SummaryRejected("?")])
async def test_a_judge_who_fails_costs_nobody_a_translation(error):
    outcome = await ask(Scripted("first", GOOD), judge=ScriptedJudge(error))
    assert outcome.summary.state is SummaryState.DONE


async def test_without_money_for_all_of_it_there_is_a_title_and_a_sentence():
    first = Scripted("first", SummaryOverBudget("spent"), {"title": GOOD["title"], "tldr": GOOD["tldr"]})
    summary = (await ask(first)).summary
    assert (summary.state, summary.kind, summary.abstract, summary.points) == (SummaryState.DONE, Kind.BRIEF, "", ())
    assert [question.is_frugal for question in first.asked] == [False, True]


async def test_without_any_money_it_is_put_off_unasked():
    spent = SummaryOverBudget("spent", retry_after_seconds=3600)
    outcome = await ask(Scripted("first", spent, spent))
    assert (outcome.summary.state, outcome.summary.faults) == (SummaryState.PLANNED, ("budget",))
    assert (outcome.usage.retry_after_seconds, outcome.tried) == (3600, ())


async def test_who_reads_english_gets_notes_beside_the_original():
    summary = (await ask(Scripted("first", NOTES), language="en")).summary
    assert (summary.state, summary.kind) == (SummaryState.DONE, Kind.NOTES)
    assert (summary.title, summary.abstract) == ("", "")
    assert [point.label for point in summary.points][:2] == ["Problem", "Method"]


async def test_two_sentences_that_became_one_are_no_doubt_where_sentences_are_compared():
    merged = GOOD | {"abstract": GOOD["abstract"].replace("rollout。SlowLeaf", "rollout，SlowLeaf")}
    alone = await ask(Scripted("first", merged, merged))
    assert alone.summary.faults == ("sentences_fewer",)
    compared = await ask(Scripted("first", merged, merged), aligner=CountsSentences([], []))
    assert compared.summary.state is SummaryState.DONE
    short = await ask(Scripted("first", merged, merged), aligner=CountsSentences(None, None))
    assert short.summary.faults == ("sentences_fewer",)
