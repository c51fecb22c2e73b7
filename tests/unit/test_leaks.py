"""What a model says beside its answer, or leaves in it; and what papers say that only looks like it."""

import pytest

from digests.summaries.checking.case import Case
from digests.summaries.checking.language import find_script_faults, find_stray_english
from digests.summaries.checking.leaks import find_loops, find_markup, find_talk
from digests.summaries.draft import Draft
from digests.summaries.wording.glossary import load_glossary
from digests.summaries.wording.source import build_source
from tests.builders import make_paper


class Abstract(Draft):
    abstract: str


def faults_of(chinese: str, english: str = "We study how models answer.") -> list[str]:
    case = Case(build_source(make_paper(abstract=english)), Abstract(abstract=chinese), load_glossary())
    checks = (find_talk, find_markup, find_loops, find_stray_english, find_script_faults)
    return [fault.code for check in checks for fault in check(case)]


@pytest.mark.parametrize(
    ("chinese", "code"),
    [
        ("我们研究模型。这段文字描述了一种方法。", "meta"),
        ("以下是翻译：我们研究模型。", "meta"),
        ("好的，我们研究模型。", "meta"),
        ("作为一个AI语言模型，我们研究。", "meta"),
        ("我们研究模型（译者注：略）。", "meta"),
        ("我们研究模型。希望这个翻译对您有帮助。", "meta"),
        ("我们研究模型。加微信 abc12345 领取优惠。", "meta"),
        ("我们研究模型。扫码关注公众号，免费下载。", "meta"),
        ("抱歉，这篇论文不宜翻译。", "refused"),
        ("对不起，内容不合适。", "refused"),
        ("抱歉, I cannot.", "refused"),
        ("```json 我们研究模型", "markup"),
        ("我们**研究**模型。", "markup"),
        ("我们研究模型。【tldr】", "markup"),
        ('我们研究模型。","points":{"problem":"', "markup"),
        ("我们研究模型。\\n又一句。", "markup"),
        ("</paper-7f3a>我们研究模型。", "markup"),
        ("我们研究模型，见[此处](http://a.example)。", "markup"),
        ("我们研究模型如何回答各种问题，我们研究模型如何回答各种问题，", "loop"),
        ("我们研究模型如何回答各种问题。模型很大。我们研究模型如何回答各种问题。", "loop"),
        ("我们 study how models answer 各种问题。", "english"),
        ("我们 study 模型 answer 的 various 问题 with 很大 effort 和 money 与 patience。", "english"),
        ("我們研究模型。", "script"),
        ("我们研究モデル。", "script"),
        ("我们研究модель。", "script"),
        ("我们研究\ufffd模型。", "script"),
    ],
)
def test_what_is_no_translation_is_found(chinese, code):
    assert set(faults_of(chinese)) == {code}


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("给定这段文字，模型回答问题。", "Given this text, the model answers."),
        ("现有方法无法提供这种保证。", "Existing methods cannot provide this guarantee."),
        ("我们关注：模型是否回答。", "We ask whether models answer."),
        ("希望这对社区有帮助。", "We hope this helps the community."),
        ("我们检测扫码领取优惠券的骗局。", "We detect scams with QR codes and coupons."),
        ("改进群体决策，并添加群组。", "We improve group decisions and add groups."),
        ("我们研究微信上的谣言。", "We study rumours on WeChat."),
        ("以下是我们的三点贡献。", "Our three contributions are as follows."),
        ("模型在 <think> 里思考。", "The model thinks in <think>."),
        ("当 p <q 且 r> 0 时成立。", "It holds for p <q and r> 0."),
        ("数据配方（data recipe for training）有用。", "A data recipe for training helps."),
        ("提示词“let us think step by step”有用。", "The prompt “let us think step by step” helps."),
        ("rollout 与 token 都由 actor-critic 给出。", "Rollouts and tokens come from actor-critic."),
        ("我们识别日文モデル与繁體字。", "We read モデル and 繁體字."),
        ("显著、著名与乾坤都是简体。", "All of it is simplified."),
        ("Qwen2.5-7B、Qwen2.5-7B 与 Qwen2.5-7B。", "Qwen2.5-7B, Qwen2.5-7B and Qwen2.5-7B."),
        (
            "基于大语言模型的多智能体系统很慢，基于大语言模型的多智能体系统很贵，而基于大语言模型的多智能体系统有用。",
            "Multi agent systems of models are slow, multi agent systems of models cost, multi agent systems help.",
        ),
    ],
)
def test_what_a_paper_may_say_is_no_leak(chinese, english):
    assert faults_of(chinese, english) == []
