"""What needs no model to be put right, and what must be left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.summaries.checking.fidelity import find_faults
from digests.summaries.checking.repairs import repair
from digests.summaries.draft import BriefDraft, FullDraft, NotesDraft, Points
from digests.summaries.wording.glossary import load_glossary
from digests.summaries.wording.source import build_source
from tests.builders import make_paper

SOURCE = build_source(make_paper(title="SlowLeaf", abstract="LLM agents waste tokens."))
COINS = build_source(make_paper(title="SlowLeaf", abstract="Crypto tokens are traded by students of law."))
OWN_CHINESE = build_source(make_paper(title="再论裁剪 (v2)", abstract="我们研究 GPU,结果很好."))
MARKS = "的在为中文智能体提升,.;:!?()（），。：；“”\"'-—~%$ \n\t\x00*"
WORDS = [
    "46%",
    "3.5",
    "GPT-4",
    "⟦1⟧",
    "$k$",
    "Qwen2.5-Coder-7B",
    "token",
    "显着",
    "法学硕士",
    "代币",
    "**",
    "(kNN)",
    "1,000",
]
PIECES = st.sampled_from([*MARKS, *WORDS, "https://a.example", "e.g.", " and ", "O(n)", "５０％"])
CHINESE = st.lists(PIECES, max_size=20).map("".join)


def draft(text: str) -> FullDraft:
    return FullDraft(
        title=text, tldr=text, abstract=text, points=Points(problem=text, method="", result="", meaning="")
    )


def repaired(text: str, source=SOURCE) -> str:
    return repair(draft(text), source).abstract


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "准确率达到 46%,提升3.2%;见⟦2⟧,并且$k$-近邻(kNN)更好.",
            "准确率达到 46%，提升 3.2%；见⟦2⟧，并且$k$-近邻（kNN）更好。",
        ),
        ("提升了3倍(从10%到30%),达到“最先进”水平", "提升了 3 倍（从 10% 到 30%），达到“最先进”水平"),
        ("概述;第2章:方法!而后?", "概述；第 2 章：方法！而后？"),
        ("代码见 ⟦2⟧.", "代码见 ⟦2⟧。"),
        ("显着**提升**", "显著提升"),
        ("法学硕士消耗代币预算", "大语言模型消耗 token 预算"),
        ("一\x00二\x7f三", "一二三"),
    ],
)
def test_what_is_certain_is_put_right(written, read):
    assert repaired(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "状态-动作对与 on-policy 方法",
        "函数 f(x, y) 与 O(n log n)，在 k=3, n=10 时",
        "用 $a,b$、$k$-近邻和 ⟦1⟧-rollout",
        "Qwen2.5-Coder-7B-Instruct、GPT-4o、pass@1 与 AIME'25",
        "共 1,000,000 个样本，1.5~1.8 倍，+10.2 分，p<0.05",
        "“等等，安全思考”（safe）",
        "This is English, fine. And (so) on; see e.g. 3.5% of it.",
        "5\times",
    ],
)
def test_what_is_right_is_left_alone(text):
    assert repaired(text) == text


def test_a_word_is_only_changed_where_the_paper_means_the_other_one():
    assert repaired("法学硕士交易代币", COINS) == "法学硕士交易代币"


def test_a_paper_in_chinese_keeps_its_own_words():
    fixed = repair(draft("模型改写的中文。"), OWN_CHINESE)
    assert (fixed.title, fixed.abstract) == (OWN_CHINESE.title.text, OWN_CHINESE.abstract.text)
    assert fixed.tldr == fixed.points.problem == "模型改写的中文。"
    assert repair(BriefDraft(title="改写", tldr="一句。"), OWN_CHINESE).title == OWN_CHINESE.title.text


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        ("T", "我们研究 GPU 上的训练。", True),
        ("再论裁剪", "", True),
        ("T", "We study 中文 segmentation.", False),
        ("T", "$x$", False),
        ("T", "", False),
    ],
)
def test_a_paper_is_in_chinese_by_its_abstract(title, abstract, expected):
    assert build_source(make_paper(title=title, abstract=abstract)).is_chinese is expected


def test_notes_in_english_lose_only_asterisks():
    points = Points(problem="a, b", method="**c**", result="d(e)", meaning="f.")
    fixed = repair(NotesDraft(tldr="Cuts **46%**, may fail.", points=points), SOURCE)
    assert fixed.tldr == "Cuts 46%, may fail."
    assert list(fixed.points.model_dump().values()) == ["a, b", "c", "d(e)", "f."]


@given(CHINESE)
def test_a_second_repair_changes_nothing(text):
    once = repair(draft(text), SOURCE)
    assert repair(once, SOURCE) == once


@given(CHINESE)
def test_letters_digits_and_placeholders_survive(text):
    def words(chinese: str) -> str:
        chinese = chinese.replace("显着", "显著").replace("法学硕士", "大语言模型").replace("代币", "token")
        return "".join(c for c in chinese.translate(str.maketrans("５０", "50")) if c.isalnum() or c in "⟦⟧$")

    assert words(repaired(text)) == words(text)


def test_no_repair_brings_a_fault():
    """Over every sentence that could be wrong in one of its marks only."""
    good = "智能体浪费 token，而 SlowLeaf 更省（见 LLM）。"
    for place in range(len(good) + 1):
        broken = draft(good[:place] + ("," if place % 2 else "**") + good[place:])
        before = {fault.code for fault in find_faults(SOURCE, broken, load_glossary())}
        after = {fault.code for fault in find_faults(SOURCE, repair(broken, SOURCE), load_glossary())}
        assert after <= before


@pytest.mark.parametrize("long", [" " * 20_000, "(" + "中" * 20_000, "中" + "\t" * 20_000 + "a", "," * 20_000])
def test_a_text_without_end_is_repaired_too(long):
    """In a second at most: a search for blanks from every blank of 20,000 took ten."""
    assert repaired(f"中{long}x").startswith("中")


def test_a_verb_that_ends_like_a_slip_is_none():
    source = build_source(make_paper(abstract="It shows."))
    draft = FullDraft(
        title="题",
        tldr="显着更好。",
        abstract="这彰显着价值。",
        points=Points(problem="", method="", result="", meaning=""),
    )
    repaired = repair(draft, source)
    assert (repaired.tldr, repaired.abstract) == ("显著更好。", "这彰显着价值。")
