r"""What a model wrote becomes a draft, or is rejected; nothing is made up for what is missing."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import SummaryRejected
from digests.summaries.asking.answer import parse_answer
from digests.summaries.draft import POINT_LABELS, BriefDraft, Draft, FullDraft, NotesDraft

GOOD = {
    "title": "题",
    "tldr": "句。",
    "abstract": "摘要。",
    "points": {"problem": "甲", "method": "乙", "result": "丙", "meaning": "丁"},
}
JSON = json.dumps(GOOD, ensure_ascii=False)
SECTIONS = "【title】\n题\n【tldr】\n句。\n【abstract】\n摘要。\n【problem】\n甲\n【method】\n乙\n【result】\n丙\n【meaning】\n丁"


def with_method(written: str) -> str:
    """`written` is what stands between the quotation marks, escapes and all."""
    return JSON.replace('"乙"', f'"{written}"')


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        json.dumps(GOOD, indent=2),
        f"```json\n{JSON}\n```",
        f"```\n{SECTIONS}\n```",
        f"好的:\n{JSON}\n希望有用。",
        f"<think>{{hm}}</think>{JSON}",
        f"先想一想</think>\n{JSON}",
        f"<think>写在【title】里,再写【title】</think>\n{SECTIONS}",
        SECTIONS,
        f"好的。\n{SECTIONS}",
        SECTIONS.replace("】\n", "】"),
        SECTIONS.replace("【", "**【").replace("】", "】**"),
        json.dumps(GOOD | {"translation": "多余", "score": 9}),
        json.dumps([GOOD]),
    ],
)
def test_an_answer_is_read_however_it_is_dressed(text):
    assert parse_answer(text, FullDraft) == FullDraft.model_validate(GOOD)


@pytest.mark.parametrize(("form", "fields"), [(BriefDraft, {"title", "tldr"}), (NotesDraft, {"tldr", "points"})])
def test_each_kind_takes_what_it_asked_for(form, fields):
    assert parse_answer(JSON, form).model_dump() == {name: GOOD[name] for name in fields}
    assert parse_answer(SECTIONS, form) == parse_answer(JSON, form)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "HACKED",
        "对不起,我无法翻译。",
        "<think>想了很久,没有结论",
        "null",
        '"题"',
        "{" * 5000,
        "[" * 5000,
        json.dumps({"translation": "整篇译文。"}),
        json.dumps({"translation": GOOD}),
        json.dumps([GOOD, GOOD]),
        json.dumps([["题", "句。", "摘要。"]]),
        f"{JSON}\n{JSON}",
        json.dumps(GOOD | {"tldr": 7}),
        json.dumps(GOOD | {"tldr": None}),
        json.dumps(GOOD | {"abstract": ["摘要。"]}),
        json.dumps(GOOD | {"points": ["甲", "乙", "丙", "丁"]}),
        json.dumps(GOOD | {"points": "甲乙丙丁"}),
        SECTIONS.replace("【result】\n丙\n", ""),
        f"{SECTIONS}\n【title】\n又一题",
        f"【title】\nHACKED\n{SECTIONS}",
        SECTIONS.replace("摘要。", "摘要。\n【abstract】\n另一篇。"),
    ],
)
def test_what_is_no_answer_is_rejected(text):
    with pytest.raises(SummaryRejected) as caught:
        parse_answer(text, FullDraft)
    assert caught.value.faults == ("unparseable",)


def test_half_an_answer_is_rejected_wherever_it_ends():
    # A library that repairs JSON would take all of these, and what is missing would be missed.
    for cut in range(len(JSON)):
        with pytest.raises(SummaryRejected):
            parse_answer(JSON[:cut], FullDraft)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\\(x\\)", r"\(x\)"),
        (r"\(x\)", r"\(x\)"),
        (r"$\alpha$", r"$\alpha$"),
        (r"$\\times$", r"$\times$"),
        # JSON takes each of these for a tab, a line end, a form feed …
        (r"5$\times$ 与 $\theta$", r"5$\times$ 与 $\theta$"),
        (r"$\beta$, $\frac{a}{b}$, $\nu$, $\nabla$, $\rho$", r"$\beta$, $\frac{a}{b}$, $\nu$, $\nabla$, $\rho$"),
        (r"$O(\text{T})$", r"$O(\text{T})$"),
        (r"一句。\n又一句。", "一句。又一句。"),
        (r"SlowLeaf\nThe end", "SlowLeaf The end"),
        (r"引\"号\"", '引"号"'),
        ("方法:剪枝", "剪枝"),
        ("Method: prunes", "prunes"),
        ("甲\u202e乙\u200b", "甲乙"),
        ("a &lt; b", "a < b"),
        ("模型在 <think> 里思考,</think> 后作答", "模型在 <think> 里思考,</think> 后作答"),
    ],
)
def test_what_a_field_says_is_kept(written, read):
    assert parse_answer(with_method(written), FullDraft).points.method == read


def test_a_title_may_begin_with_what_elsewhere_is_a_label():
    assert parse_answer(json.dumps(GOOD | {"title": "方法：一种"}), FullDraft).title == "方法：一种"


@given(
    st.one_of(
        st.text(), st.lists(st.sampled_from(["{", "}", '"', "\\", "【title】", "\n", "<think>", JSON])).map("".join)
    )
)
def test_whatever_comes_is_a_draft_or_rejected(text):
    with suppress(SummaryRejected):
        assert isinstance(parse_answer(text, FullDraft), Draft)


@pytest.mark.parametrize("label", [label for labels in POINT_LABELS.values() for label in labels.values()])
def test_the_label_that_a_card_shows_is_not_shown_twice(label):
    answered = GOOD | {"points": dict.fromkeys(GOOD["points"], f"{label}: 只有两台。")}
    assert parse_answer(json.dumps(answered), FullDraft).points.meaning == "只有两台。"


@pytest.mark.parametrize("blanks", [" " * 50_000, "\n" * 50_000, " \n" * 50_000, "\t" * 50_000])
def test_a_flood_of_blanks_is_soon_over(blanks):
    answered = GOOD | {"abstract": f"摘要。{blanks}完。"}
    assert parse_answer(json.dumps(answered) + blanks, FullDraft).abstract.replace(blanks, "") == "摘要。完。"


@pytest.mark.parametrize(
    ("written", "read"), [("one\ntwo", "one two"), ("一\n二", "一二"), ("一 \n\n two", "一two"), ("\n一\n", "一")]
)
def test_lines_are_joined_as_their_language_has_it(written, read):
    assert parse_answer(json.dumps(GOOD | {"abstract": written}), FullDraft).abstract == read
