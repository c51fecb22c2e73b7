"""How much of a summary there is, how sure we are of it, and what a reader is told of both."""

import json
import re
from datetime import UTC, datetime

import pytest

from digests.rendering.card import build_card
from digests.rendering.formats import FORMATS, render
from digests.summaries.faults import HARMLESS
from digests.summaries.summary import Card, Point, SummaryState
from tests.rendering.samples import (
    DRIVING,
    FOLDING,
    MANY_FAULTS,
    SAMPLES,
    build_sample,
    summarize,
    summarize_briefly,
    write_notes,
)

LATER = datetime(2026, 4, 11, tzinfo=UTC)
WHY_BRIEF = "英文摘要（当天的翻译预算将尽，这一篇只译了标题和一句话）"


def build(summary, language="zh"):
    return build_card(Card(FOLDING, summary), language)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"state": SummaryState.PLANNED}, "发出时还没译好"),
        ({"state": SummaryState.CLAIMED, "retry_at": LATER, "faults": ("budget",)}, "发出时还没译好"),
        ({"state": SummaryState.PLANNED, "retry_at": LATER}, "模型服务暂时没有应答，译文稍后补上"),
        (
            {"state": SummaryState.PLANNED, "retry_at": LATER, "faults": ("budget",)},
            "当天的翻译预算已用完，北京时间 04-11 08:00 之后再译",
        ),
        ({"state": SummaryState.REFUSED, "faults": ("refused",)}, "模型拒绝翻译这一篇"),
        (
            {"state": SummaryState.FAILED, "retry_at": LATER, "faults": ("cut_off",)},
            "没有得到能用的译文（模型的回答没有写完），北京时间 04-11 08:00 之后再译",
        ),
        ({"state": SummaryState.FAILED, "faults": ("formula",)}, "没有得到能用的译文（公式被改动）"),
        ({"state": SummaryState.FAILED, "faults": ("unheard_of",)}, "没有得到能用的译文"),
    ],
)
def test_a_card_without_chinese_says_why_and_when_to_look_again(row, said):
    card = build(summarize(FOLDING, **row))
    assert (card.kind, card.title.text, card.abstract) == (None, card.title.text, card.original_abstract)
    assert re.fullmatch(f"暂无中文：{re.escape(said)}(，可用 /today 再看)?", card.missing)
    assert ("/today" in card.missing) == (row.get("retry_at") is not None or row["state"] is SummaryState.PLANNED)


def test_who_reads_english_is_told_of_notes_that_failed_and_of_nothing_that_nobody_promised():
    assert build(None, "en").missing == ""
    assert build(write_notes(FOLDING, state=SummaryState.REFUSED), "en").missing == (
        "No notes on this paper: the model declined it"
    )
    for form in FORMATS:
        shown = render(*SAMPLES["english"], form)
        assert re.search("summary|notes|translat", re.sub('"summary": {', "", shown), re.IGNORECASE) is None


@pytest.mark.parametrize("form", FORMATS)
def test_notes_stand_beside_what_arxiv_says(form):
    shown = render(*SAMPLES["notes"], form)
    for words in ("Cloth is folded by a world model", "Problem", "5% better", "We learn a world model for"):
        assert words in shown
    assert "The notes did not pass our checks: there is a number that the original does not have; " in shown
    assert re.search("[\u4e00-\u9fff]", shown) is None


@pytest.mark.parametrize("form", set(FORMATS) - {"json"})
def test_an_abstract_that_stays_english_says_why_once_a_paper(form):
    shown = render(*SAMPLES["brief"], form)
    # Three papers, one of which has no abstract.
    assert shown.count(WHY_BRIEF) == 2
    assert (
        shown.index("用世界模型折叠布料，只需一成数据") < shown.index(WHY_BRIEF) < shown.index("We learn a world model")
    )
    assert "暂无中文" not in shown


def test_programs_are_told_how_much_there_is_and_what_is_wrong():
    def describe(summary):
        data = json.loads(render(*build_sample(Card(FOLDING, summary), keywords=("world model",)), "json"))
        return data["sections"][0]["papers"][0]["summary"]

    whole = describe(summarize(FOLDING, faults=("tldr_form",)))
    assert (whole["kind"], whole["faults"], bool(whole["abstract"])) == ("full", [], True)
    brief = describe(summarize_briefly(FOLDING, state=SummaryState.DOUBTFUL, faults=("term", "unheard_of")))
    assert (brief["kind"], brief["faults"], brief["abstract"]) == ("brief", ["term", "unheard_of"], "")
    none = describe(summarize(FOLDING, state=SummaryState.PLANNED, faults=("budget",)))
    assert (none["kind"], none["faults"], none["title"]) == (None, ["budget"], "")


def test_of_many_faults_three_are_named_and_those_that_do_no_harm_are_not_counted():
    card = build(summarize(FOLDING, state=SummaryState.DOUBTFUL, faults=MANY_FAULTS))
    assert card.doubt == ("译文未通过校验：原文的数字在译文里找不到；术语译法有误；可能漏译了原文的句子，等 5 项")
    assert build(summarize(FOLDING, state=SummaryState.DOUBTFUL, faults=MANY_FAULTS[:4])).doubt.endswith("的句子")
    assert "tldr_form" in HARMLESS


@pytest.mark.parametrize("state", [SummaryState.DONE, SummaryState.DOUBTFUL])
def test_a_doubtful_whole_translation_has_the_english_beside_it_and_a_brief_one_no_second_abstract(state):
    full, brief = build(summarize(FOLDING, state=state)), build(summarize_briefly(FOLDING, state=state))
    assert [shown.is_english for shown in full.abstracts] == ([False, True] if full.doubt else [False])
    assert [shown.label for shown in brief.abstracts] == [WHY_BRIEF]
    assert bool(full.doubt) == bool(brief.doubt) == (state is SummaryState.DOUBTFUL)


def test_traditional_chinese_is_the_same_card_in_other_characters():
    words = "见 https://x.example/网络?q=软件 与 $\\text{软件}_1$，由 BERT-网络 与 Schrödinger 给出"
    summary = summarize(
        DRIVING,
        state=SummaryState.DOUBTFUL,
        title="软件智能体",
        tldr=words,
        abstract=words,
        points=(Point("问题", words), Point("局限或意义", "网络")),
        faults=MANY_FAULTS,
    )
    card, same = build_card(Card(DRIVING, summary), "zh-Hant"), build_card(Card(DRIVING, summary), "zh")
    for shown in (card.tldr, card.abstract, card.points[0].text):
        assert shown.text == "見 https://x.example/网络?q=软件 與 软件₁，由 BERT-網路 與 Schrödinger 給出"
    assert [(point.label, point.text.text) for point in card.points][1] == ("侷限或意義", "網路")
    assert card.doubt == "譯文未通過校驗：原文的數字在譯文裡找不到；術語譯法有誤；可能漏譯了原文的句子，等 5 項"
    assert [shown.label for shown in card.abstracts] == ["中文摘要", "英文摘要"]
    assert (card.kind, card.faults, card.original_abstract) == (same.kind, same.faults, same.original_abstract)
