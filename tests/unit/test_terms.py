"""Chinese terms in English without a model."""

import pytest

from digests.keywords.language import parse
from digests.keywords.tree import Phrase
from digests.summaries.look_up import _load_terms, find_terms, translate_term


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("扩散策略", "diffusion policy"),
        ("擴散策略", "diffusion policy"),
        ("世界模型", "world model"),
        ("多智能体强化学习", "multi-agent reinforcement learning"),
        ("具身智能体", "embodied agent"),
        ("奖励模型的对齐", "reward model alignment"),
    ],
)
def test_a_term_is_known_whole_or_by_its_parts(chinese: str, english: str):
    assert translate_term(chinese) == english


@pytest.mark.parametrize("chinese", ["", "的", "你好", "扩散蛋糕", "RLHF"])
def test_a_term_that_is_not_wholly_known_is_left_to_the_model(chinese: str):
    assert translate_term(chinese) is None


def test_the_known_terms_of_a_sentence_are_found_in_its_order():
    assert find_terms("我做機器人抓取裡的擴散模型，也看世界模型") == (
        "robotic grasping",
        "diffusion model",
        "world model",
    )
    assert find_terms("diffusion models for robots") == ()
    assert find_terms("你好") == ()
    assert find_terms("我利用图神经网络探索药物发现") == ("graph neural network", "drug discovery")


def test_every_known_term_is_chinese_and_its_english_can_be_looked_for():
    terms, longest = _load_terms()

    assert len(terms) > 300
    assert longest < 12
    for chinese, english in terms.items():
        assert isinstance(parse("".join(chinese)).node, Phrase)
        assert isinstance(parse(english).node, Phrase)
