"""Papers that are no ordinary English abstract, and models that do not do what they are asked: an honest outcome each."""

import json

import pytest

from digests.summaries.draft import Kind
from digests.summaries.summarize import Summarizer
from digests.summaries.summary import ENGLISH, SummaryState
from tests.builders import make_paper
from tests.unit.answering import FakeModel

POINTS = {"problem": "很少有人测量。", "method": "测量优化器。", "result": "损失更低。", "meaning": "开头更慢。"}
ABSTRACT = (
    "Gradient clipping is common. We measure 12 optimisers on 3 tasks and find that clipping at 0.5 cuts the loss by "
    "up to 46%. It may slow down the first 200 steps."
)
PAPER = make_paper(title="Clipping Revisited", abstract=ABSTRACT)
GOOD = {
    "title": "再论梯度裁剪",
    "tldr": "在 3 个任务上测量 12 种优化器，发现阈值为 0.5 的裁剪最多可将损失降低 46%。",
    "abstract": "梯度裁剪很常见。我们在 3 个任务上测量 12 种优化器，发现在 0.5 处裁剪最多可将损失降低 46%。它可能会减慢前 200 步。",
    "points": POINTS,
}
NOTES = {
    "tldr": "Across 12 optimisers and 3 tasks, clipping gradients at 0.5 cuts the loss by up to 46%.",
    "points": {
        "problem": "Gradient clipping is common but rarely measured.",
        "method": "Measures 12 optimisers on 3 tasks.",
        "result": "Clipping at 0.5 cuts the loss by up to 46%.",
        "meaning": "It may slow down the first 200 steps.",
    },
}


async def summarise(paper, *answers, language="zh"):
    """The answers of the first try and of its repair; one answer stands for both."""
    model = FakeModel(*(answers if len(answers) > 1 else answers * 2))
    return (await Summarizer(model).ask(paper, language)).summary, model


async def test_an_ordinary_one_is_done_for_both_kinds_of_readers():
    assert (await summarise(PAPER, GOOD))[0].state is SummaryState.DONE
    notes, _ = await summarise(PAPER, NOTES, language=ENGLISH)
    assert (notes.state, notes.kind, notes.title, notes.abstract) == (SummaryState.DONE, Kind.NOTES, "", "")
    assert [point.label for point in notes.points] == ["Problem", "Method", "Result", "Limits"]


async def test_an_empty_abstract_needs_no_translation():
    answer = GOOD | {"title": "再论梯度裁剪", "tldr": "一篇只有标题的报告，再论梯度裁剪。", "abstract": ""}
    summary, model = await summarise(make_paper(title="Clipping Revisited", abstract=""), answer)
    assert (summary.state, summary.abstract) == (SummaryState.DONE, "")
    assert "<abstract></abstract>" in model.asked[0].user


async def test_a_summary_made_up_for_an_empty_abstract_is_marked():
    summary, _ = await summarise(make_paper(title="Clipping Revisited", abstract=""), GOOD)
    assert summary.state is SummaryState.DOUBTFUL
    assert "number_invented" in summary.faults


LONG = make_paper(
    title="Clipping",
    abstract="".join(
        f"Optimiser {n} reaches a loss of {n}.5 after {n + 7} steps on the same old task. " for n in range(130)
    ),
)
LONG_CHINESE = [f"优化器 {n} 在同一个旧任务上用 {n + 7} 步达到 {n}.5 的损失。" for n in range(130)]
LONG_ANSWER = GOOD | {"tldr": "在同一个旧任务上逐个比较许多优化器达到的损失与所用的步数，方便读者自己挑选。"}


async def test_a_very_long_abstract_has_room_for_its_whole_translation():
    chinese = "".join(LONG_CHINESE)
    summary, model = await summarise(LONG, LONG_ANSWER | {"abstract": chinese})
    assert len(LONG.abstract) > 9_500
    assert model.asked[0].max_tokens > len(chinese)
    assert (summary.state, summary.faults, summary.abstract) == (SummaryState.DONE, (), chinese)


async def test_a_long_abstract_of_which_half_is_missing_is_marked():
    summary, _ = await summarise(LONG, LONG_ANSWER | {"abstract": "".join(LONG_CHINESE[::2])})
    assert summary.state is SummaryState.DOUBTFUL
    assert "number_lost" in summary.faults


async def test_french_becomes_chinese_like_english():
    french = (
        "L'écrêtage du gradient est courant. Nous mesurons 12 optimiseurs sur 3 tâches et montrons que l'écrêtage à "
        "0.5 réduit la perte de 46%. Il peut ralentir les 200 premiers pas."
    )
    summary, _ = await summarise(make_paper(title="L'écrêtage revisité", abstract=french), GOOD)
    assert (summary.state, summary.faults) == (SummaryState.DONE, ())


async def test_chinese_stays_as_it_is_and_gets_its_points():
    paper = make_paper(title="再论梯度裁剪", abstract=GOOD["abstract"])
    summary, _ = await summarise(paper, GOOD)
    assert (summary.state, summary.faults) == (SummaryState.DONE, ())
    assert (summary.title, summary.abstract) == (paper.title, paper.abstract)


@pytest.mark.parametrize("abstract", ["$$E = mc^2$$", r"$\alpha_1 < \beta$.", r"\[ x^2 \] and $y_1$"])
async def test_only_formulas_come_back_as_they_are(abstract):
    written = {"$$E = mc^2$$": "⟦1⟧", r"$\alpha_1 < \beta$.": "⟦1⟧。"}.get(abstract, "⟦1⟧ 与 ⟦2⟧")
    answer = GOOD | {"title": "一个公式", "tldr": "只有公式的短文，没有说明文字。", "abstract": written}
    summary, _ = await summarise(make_paper(title="A Formula", abstract=abstract), answer)
    assert summary.state is SummaryState.DONE
    assert r"x^2" in summary.abstract or "mc^2" in summary.abstract or r"\alpha_1" in summary.abstract


@pytest.mark.parametrize(
    ("answer", "faults"),
    [
        (GOOD | {"abstract": ABSTRACT}, {"not_chinese"}),
        (GOOD | {"tldr": "We measure many optimisers on three tasks and clipping helps."}, {"not_chinese"}),
        ("   \n\n   ", {"unparseable"}),
        (GOOD | {"abstract": "   "}, {"blank"}),
        ("<think>The user wants a translation. Let me think about the terms.", {"unparseable"}),
        (f"<think>{json.dumps(GOOD)}</think>", {"unparseable"}),
        ({"translation": GOOD["abstract"]}, {"unparseable"}),
        ({"title_zh": "题", "abstract_zh": GOOD["abstract"]}, {"unparseable"}),
        (json.dumps(GOOD)[:-40], {"unparseable"}),
        (json.dumps([GOOD, GOOD]), {"unparseable"}),
        (GOOD | {"points": ["浪费。", "剪枝。", "更省。", "更快。"]}, {"unparseable"}),
    ],
)
async def test_a_model_that_does_something_else_twice_leaves_the_english(answer, faults):
    summary, model = await summarise(PAPER, answer)
    assert summary.state is SummaryState.FAILED
    assert faults <= {*summary.faults}
    assert (summary.title, summary.tldr, summary.abstract) == ("", "", "")
    assert len(model.asked) == 2


@pytest.mark.parametrize(
    "answer", [f"<think>好，开始。</think>\n{json.dumps(GOOD)}", f"```json\n{json.dumps(GOOD)}\n```"]
)
async def test_thoughts_and_fences_around_a_good_answer_cost_nothing(answer):
    summary, model = await summarise(PAPER, answer)
    assert summary.state is SummaryState.DONE
    assert len(model.asked) == 1


async def test_notes_in_chinese_are_none():
    summary, _ = await summarise(PAPER, {"tldr": GOOD["tldr"], "points": POINTS}, language=ENGLISH)
    assert summary.state is not SummaryState.DONE
