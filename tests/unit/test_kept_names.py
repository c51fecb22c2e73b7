"""Names and acronyms stay as they are; what Chinese papers write in Chinese may be Chinese."""

import pytest

from digests.summaries.checking import latin
from digests.summaries.checking.case import Case
from digests.summaries.checking.names import find_name_faults, load_aliases
from digests.summaries.checking.signs import find_sign_faults, find_signs
from digests.summaries.draft import Draft
from digests.summaries.wording.glossary import load_glossary
from digests.summaries.wording.source import build_source
from tests.builders import make_paper


class Translated(Draft):
    title: str
    abstract: str


def faults_of(title: str, abstract: str, ours: str, chinese: str) -> list[str]:
    source = build_source(make_paper(title=title, abstract=abstract))
    case = Case(source, Translated(title=ours, abstract=chinese), load_glossary())
    return list(dict.fromkeys(str(fault) for check in (find_name_faults, find_sign_faults) for fault in check(case)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("GRPO, SlowLeaf, nuScenes, QoS and Llama2", ["GRPO", "SlowLeaf", "nuScenes", "QoS", "Llama2"]),
        ("LLMs and RL-based agents", ["LLM", "RL"]),
        ("Qwen2.5-Coder-7B-Instruct, GPT-4o, TD-MPC2", ["Qwen2.5-Coder-7B-Instruct", "GPT-4o", "TD-MPC2"]),
        ("LLM-Based Agents, Human-AI teams", ["LLM", "AI"]),
        ("we propose Sibling-GRPO", ["Sibling-GRPO"]),
        ("pass@1 in 3D with a 7B model in 18ms", ["pass@1", "3D"]),
        ("Hybrid ReasOning, not reasoning; a Variational sEquence of a sequence", []),
        ("We do NOT study Gaussian noise in Part II", []),
        ("LoRA for exploration", ["LoRA"]),
        ("5 GHz and 13 TeV at 80 GB", []),
        ("roBust neTwork EXtraction, cHrono-synergiA; iPhone", ["iPhone"]),
    ],
)
def test_a_name_is_known_by_its_letters(text, names):
    assert list(latin.find_names(text)) == names


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("We study LLMs.", "我们研究 LLM。"),
        ("We study LLMs.", "我们研究大语言模型。"),
        ("It keeps QoS in 3D StarCraft.", "它在三维星际争霸里保持服务质量。"),
        ("Human-AI teams win.", "人机团队获胜。"),
        ("We use Llama 2.", "我们用Llama2。"),
        ("We use Qwen3-4B/8B.", "我们用 Qwen3-4B 与 Qwen3-8B。"),
        ("Large language models reason by chain of thought.", "LLM 用 CoT 推理。"),
        ("A Schrödinger bridge.", "一座 Schrodinger 桥。"),
        ("Bayesian methods work.", "Bayes 方法有效。"),
        ("The transformer works.", "Transformer 有效。"),
        ("We use GPT-4o-based agents.", "我们用基于GPT-4o的智能体。"),
        ("Reinforcement learning (RL) helps RL.", "强化学习（RL）有用。"),
        (
            "AUC 0.9 (95% CI) of an RCT, by MLE on IID data.",
            "随机对照试验的 AUC 0.9（95% 置信区间），独立同分布数据上的最大似然估计。",
        ),
        ("We use WiFi.", "我们用 Wi-Fi。"),
        ("The L2 norm under SO(3) in O(n^2).", "SO（3）下的 l2 范数,复杂度 O(n²)。"),
        (r"The $L_2$ norm under $\mathrm{SO}(3)$.", "⟦1⟧ 范数,⟦2⟧ 下,即 L2 与 SO(3)。"),
        ("We store H2 and L2-regularized models.", "我们储存氢气与 L2 正则化的模型。"),
    ],
)
def test_a_name_that_is_kept_is_no_fault(english, chinese):
    assert faults_of("A title", english, "题", chinese) == []


@pytest.mark.parametrize(
    ("english", "chinese", "faults"),
    [
        ("We use GRPO.", "我们用它。", ["name_lost: GRPO"]),
        ("We use GRPO.", "我们用 GPRO。", ["name_lost: GRPO", "name_invented: GPRO"]),
        ("LLMs use large models of language.", "LML 与 LLM 有用。", ["name_invented: LML"]),
        (
            "We test Qwen2.5-Coder-7B-Instruct.",
            "我们测试 Qwen2.5-Coder-7B-Ininstruction。",
            ["name_lost: Qwen2.5-Coder-7B-Instruct", "name_invented: Qwen2.5-Coder-7B-Ininstruction"],
        ),
        ("We test GPT-4.", "我们测试 GPT-4 与 GPT-9。", ["name_invented: GPT-9"]),
        ("We improve pass@1.", "我们改进 pass@5。", ["name_lost: pass@1", "name_invented: pass@5"]),
        ("We propose Metis, a model.", "我们提出墨提斯模型。", ["name_lost: Metis"]),
        ("It works.", "Google 的方法有效。", ["name_invented: Google"]),
        ("The L2 norm.", "L1 范数。", ["name_lost: L2", "name_invented: L1"]),
        ("The group SO(3).", "群 SO(2)。", ["name_lost: SO(3)", "name_invented: SO(2)"]),
        ("It takes O(n^2) time.", "耗时 O(n^3)。", ["name_lost: O(n^2)", "name_invented: O(n^3)"]),
        (
            "Hypothesis H1 and area V4.",
            "假设 H2 与 V1 区。",
            [
                "name_lost: H1",
                "name_lost: V4",
                "name_invented: H2",
                "name_invented: V1",
            ],
        ),
    ],
)
def test_a_name_that_is_lost_broken_or_made_up_is_found(english, chinese, faults):
    assert faults_of("A title", english, "题", chinese) == faults


@pytest.mark.parametrize(
    ("title", "ours", "faults"),
    [
        ("GIRL: Generative Imagination", "女孩：生成式想象", ["name_lost: GIRL"]),
        ("Metis: A Model", "墨提斯：一个模型", ["name_lost: Metis"]),
        ("Robotics: A Survey", "机器人学：综述", []),
        ("Planning with LLMs", "用大语言模型规划", []),
    ],
)
def test_the_name_of_a_method_stands_in_the_title(title, ours, faults):
    abstract = "We release GIRL and use Metis, which help robotics."
    assert faults_of(title, abstract, ours, "我们发布 GIRL，并使用 Metis，帮助机器人学。") == faults


def test_the_accepted_chinese_is_a_table_without_doubles():
    aliases = load_aliases()
    assert len(aliases) >= 60
    assert all(accepted and all(accepted) for accepted in aliases.values())
    assert all([name] in (list(latin.find_names(name)), list(find_signs(name))) for name in aliases)
