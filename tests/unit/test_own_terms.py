"""A reader's own words for our terms: put in where that is safe, and nothing else is touched."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.papers.paper import ArxivId
from digests.summaries.own_terms.applying import apply_terms, apply_terms_to_cards
from digests.summaries.own_terms.term import Effect, OwnTerm, Prospect, foresee
from digests.summaries.summary import Card, Point, Summary, SummaryState
from digests.summaries.wording.masking import LINK, PLACEHOLDER, find_formulas
from sandbox.sample import load_samples
from tests.builders import make_paper

ID = ArxivId("2604.00001")
SAMPLED = OwnTerm("rollout", "轨迹采样")
FEW = settings(max_examples=60, deadline=None)


def summary_of(**fields) -> Summary:
    return Summary(**{"paper_id": ID, "language": "zh", "state": SummaryState.DONE} | fields)


def abstract_with(english: str, chinese: str, *terms: tuple[str, str]) -> str:
    """The Chinese abstract as a reader with these terms sees it."""
    paper = make_paper(title="A study", abstract=english)
    return apply_terms(summary_of(abstract=chinese), paper, [OwnTerm(*term) for term in terms]).abstract


def title_with(english: str, chinese: str, *terms: tuple[str, str]) -> str:
    paper = make_paper(title=english, abstract="")
    return apply_terms(summary_of(title=chinese), paper, [OwnTerm(*term) for term in terms]).title


@pytest.mark.parametrize(
    ("english", "chinese", "term", "seen"),
    [
        ("Each rollout has 8 steps.", "每条 rollout 有 8 步。", ("rollout", "轨迹采样"), "每条轨迹采样有 8 步。"),
        ("Rollouts end.", "rollout（轨迹采样）结束。", ("rollout", "采样轨迹"), "采样轨迹结束。"),
        ("Each agent acts.", "每个智能体都行动。", ("agent", "主体"), "每个主体都行动。"),
        ("LLMs are large.", "大语言模型很大。", ("large language model", "大模型"), "大模型很大。"),
        ("LLMs are large.", "大语言模型（LLM）很大。", ("llm", "大模型"), "大模型（LLM）很大。"),
        ("A robot's policy.", "机器人的策略。", ("policies", "方策"), "机器人的方策。"),
        ("Foobar nets.", "用 foobar 网络。", ("foobar", "富巴"), "用 foobar 网络。"),
        ("We use foobar nets.", "用 foobar 网络。", ("foobar", "富巴"), "用富巴网络。"),
        ("Fast inference.", "快速推理。", ("inference", "推断"), "快速推断。"),
        ("A chain of thought.", "一条思维链。", ("chain-of-thought", "思路"), "一条思路。"),
        ("An agent.", "智能体。", ("agent", "agent 智能体"), "agent 智能体。"),
    ],
)
def test_the_readers_rendering_stands_where_ours_stood(english: str, chinese: str, term: tuple[str, str], seen: str):
    # A word that only begins a sentence may be a name: what the Chinese writes small is then left alone.
    assert abstract_with(english, chinese, term) == seen


@pytest.mark.parametrize(
    ("english", "chinese", "term"),
    [
        # The English does not have it.
        ("A method.", "一种智能体方法。", ("agent", "主体")),
        # It means something else there.
        ("A policy for energy markets.", "能源市场的策略。", ("policy", "方策")),
        ("A contrast agent.", "一种智能体。", ("agent", "主体")),
        # Another term of the text is rendered the same.
        ("Reasoning and inference.", "推理与推理。", ("inference", "推断")),
        ("The robot's policy is a strategy.", "机器人的策略是一种策略。", ("policy", "方策")),
        # A part of a longer term.
        ("Policy gradient of a robot.", "机器人的策略梯度。", ("policy", "方策")),
        ("Multi-agent systems.", "多智能体系统。", ("agent", "主体")),
        # Said more often than the English says it: one of them may be another word.
        ("A robot's policy acts.", "策略行动，策略停止。", ("policy", "方策")),
        # One character is a part of many words.
        ("A kernel method.", "一种核方法。", ("kernel", "核函数")),
        # Two meanings at once.
        ("Kernel methods (RKHS) in the Linux kernel.", "Linux 内核中的核方法。", ("kernel", "核心")),
        # Names, formulas, links, code.
        ("We use rollouts.", "Rollout-Net 与 rollout-net 和 my_rollout。", ("rollout", "轨迹采样")),
        ("We use tokens of a language model.", "Byte token Mixer。", ("token", "词元")),
        (r"A rollout $rollout_\theta$ is.", r"一条 $rollout_\theta$。", ("rollout", "轨迹采样")),
        ("A rollout $k$.", "一条 $rollout$。", ("rollout", "轨迹采样")),
        ("A rollout.", "见 https://example.org/rollout 。", ("rollout", "轨迹采样")),
        ("A rollout.", "轨迹（rollout）", ("rollout", "轨迹采样")),
        ("A rollout of an agent.", "见 https://example.org/智能体。", ("agent", "Agent 体")),
        # Nothing of the kind in the Chinese.
        ("An agent acts.", "它行动。", ("agent", "主体")),
        ("A foobar.", "富巴。", ("foobar", "福巴")),
    ],
)
def test_where_it_is_not_safe_nothing_changes(english: str, chinese: str, term: tuple[str, str]):
    assert abstract_with(english, chinese, term) == chinese


def test_a_name_in_a_title_stays_and_what_it_is_about_does_not():
    assert title_with("SlowLeaf: Pruning Rollouts", "SlowLeaf：剪除 rollout", ("rollout", "轨迹采样")) == (
        "SlowLeaf：剪除轨迹采样"
    )
    assert title_with("Rollout: Pruning Rollouts", "rollout：剪除 rollout", ("rollout", "轨迹采样")) == (
        "rollout：剪除 rollout"
    )


def test_every_field_of_a_summary_has_the_readers_words():
    summary = summary_of(
        title="智能体",
        tldr="智能体行动。",
        abstract="智能体先规划。",
        points=(Point("方法", "用智能体"), Point("结果", "好")),
    )
    paper = make_paper(title="Agents", abstract="Agents plan.")

    seen = apply_terms(summary, paper, [OwnTerm("agent", "主体")])

    assert (seen.title, seen.tldr, seen.abstract) == ("主体", "主体行动。", "主体先规划。")
    assert seen.points == (Point("方法", "用主体"), Point("结果", "好"))


def test_what_only_this_term_is_rendered_as_may_stand_for_its_pronouns_too():
    seen = abstract_with("Each agent tells the next one.", "每个智能体告诉下一个智能体。", ("agent", "主体"))
    assert seen == "每个主体告诉下一个主体。"


def test_where_one_field_refuses_a_term_no_field_has_it():
    paper = make_paper(title="Robots", abstract="A robot's policy acts.")
    summary = summary_of(
        title="机器人的策略", tldr="策略行动。", abstract="机器人的策略行动。", points=(Point("方法", "策略"),)
    )

    assert apply_terms(summary, paper, [OwnTerm("policy", "方策")]) == summary


def test_a_card_of_the_sandbox_says_one_word_for_agents():
    (sample,) = [paper for day in load_samples() for paper in day.papers if paper.id == "2611.90188"]
    assert sample.zh
    english = make_paper(title=sample.title, abstract=sample.abstract)
    summary = summary_of(title=sample.zh.title, tldr=sample.zh.tldr, abstract=sample.zh.abstract)

    seen = apply_terms(summary, english, [OwnTerm("agent", "智慧主体")])

    assert "智慧主体" in seen.tldr
    assert seen.abstract.count("智慧主体") == 5
    assert "智能体" not in f"{seen.title}{seen.tldr}{seen.abstract}".replace("多智能体", "")


def test_several_terms_are_put_in_at_once_and_none_into_another():
    terms = ("agent", "策略体"), ("policy", "智能体方针")
    seen = abstract_with("A robot agent has a policy.", "智能体有策略。", *terms)
    assert seen == "策略体有智能体方针。"


def test_a_rendering_that_is_anothers_own_is_left_alone():
    terms = ("agent", "策略"), ("policy", "方针")
    assert abstract_with("A robot agent has a policy.", "智能体有策略。", *terms) == "策略有策略。"


@pytest.mark.parametrize(
    "changes", [{"language": "en"}, {"state": SummaryState.PLANNED, "retry_at": datetime(2026, 4, 21, tzinfo=UTC)}]
)
def test_only_readable_chinese_is_touched(changes):
    summary = summary_of(abstract="每条 rollout 都短。", **changes)
    assert apply_terms(summary, make_paper(title="", abstract="Each rollout is short."), [SAMPLED]) is summary


def test_without_terms_the_cards_are_the_same_mapping():
    cards = {ID: Card(make_paper(), summary_of(title="rollout"))}
    assert apply_terms_to_cards(cards, ()) is cards


def test_cards_have_the_readers_words_and_those_of_others_stay_theirs():
    paper, bare = make_paper(title="On rollouts", abstract=""), ArxivId("2604.00002")
    cards = {ID: Card(paper, summary_of(title="论 rollout")), bare: Card(paper)}

    seen = apply_terms_to_cards(cards, [SAMPLED])

    assert dict(seen) == {ID: Card(paper, summary_of(title="论轨迹采样")), bare: Card(paper)}
    assert len(seen) == len(cards)
    assert ArxivId("2604.00003") not in seen
    assert cards[ID] == Card(paper, summary_of(title="论 rollout"))


@pytest.mark.parametrize(
    ("english", "prospect"),
    [
        ("rollout", Prospect(Effect.REPLACES, "rollout")),
        ("Rollouts", Prospect(Effect.REPLACES, "rollout")),
        ("inference", Prospect(Effect.SHARED, "推理", ("reasoning",))),
        ("ring", Prospect(Effect.TOO_SHORT, "环")),
        ("kernel", Prospect(Effect.REPLACES, "内核")),
        ("foobar", Prospect(Effect.LATIN)),
    ],
)
def test_what_may_become_of_a_term_is_known_before_any_paper_is(english: str, prospect: Prospect):
    assert foresee(OwnTerm(english, "某某")) == prospect


PIECES = st.sampled_from(
    [
        *("智能体", "策略", "策略梯度", "rollout", "rollout（轨迹采样）", "推理", "token", "多智能体", "大语言模型"),
        *(" ", "，", "。", "的", "与", "A", "Net", "-", "8", "(", "）", "："),
        *("$k$", r"$\theta_{rollout}$", "https://example.org/token", "⟦1⟧", "$5", "''", "  "),
    ]
)
CHINESE = st.lists(PIECES, max_size=14).map("".join)
ENGLISH = st.lists(
    st.sampled_from(
        ["agent", "policy", "policy gradient", "Rollouts", "token", "reasoning", "inference", "robot", "LLM"]
    ),
    max_size=8,
).map(" ".join)
RENDERINGS = st.text("智能体策略梯度推理轨迹采样词元方案Ab ", min_size=1, max_size=6).map(str.strip).filter(bool)
NAMES = st.sampled_from(
    ["agent", "policy", "rollout", "token", "inference", "llm", "robot", "absent", "policy gradient"]
)
TERMS = st.lists(st.builds(OwnTerm, NAMES, RENDERINGS), max_size=4, unique_by=lambda term: term.english)


@FEW
@given(ENGLISH, CHINESE, TERMS)
def test_twice_is_once(english: str, chinese: str, terms: list[OwnTerm]):
    paper = make_paper(title=english, abstract=english)
    once = apply_terms(summary_of(title=chinese, abstract=chinese, tldr=chinese), paper, terms)
    assert apply_terms(once, paper, terms) == once


@FEW
@given(ENGLISH, CHINESE, TERMS)
def test_formulas_links_and_placeholders_never_change(english: str, chinese: str, terms: list[OwnTerm]):
    seen = apply_terms(summary_of(abstract=chinese), make_paper(title="", abstract=english), terms).abstract
    for find in (find_formulas, LINK.findall, PLACEHOLDER.findall):
        assert find(seen) == find(chinese)


@FEW
@given(CHINESE, TERMS)
def test_terms_that_the_paper_does_not_have_change_nothing(chinese: str, terms: list[OwnTerm]):
    summary = summary_of(title=chinese, abstract=chinese, tldr=chinese)
    assert apply_terms(summary, make_paper(title="A study", abstract="We measure cats."), terms) == summary


@FEW
@given(ENGLISH, CHINESE, st.lists(st.builds(OwnTerm, NAMES, st.text("甲乙丙丁", min_size=1, max_size=4)), max_size=4))
def test_what_is_not_put_in_stood_there_before_in_this_order(english: str, chinese: str, terms: list[OwnTerm]):
    seen = apply_terms(summary_of(abstract=chinese), make_paper(title="", abstract=english), terms).abstract
    letters = iter(chinese)
    assert all(letter in letters for letter in seen if letter not in "甲乙丙丁")
