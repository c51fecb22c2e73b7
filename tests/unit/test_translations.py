"""The English beside a Chinese keyword."""

import pytest

from digests.keywords.language import parse
from digests.subscribers.translations import add_english, list_chinese

ENGLISH = {
    "扩散策略": ["diffusion policy"],
    "机器人": ["robot"],
    "检索增强生成": ["retrieval-augmented generation", "RAG"],
}


@pytest.mark.parametrize(
    ("keyword", "chinese"),
    [
        ("扩散策略", ["扩散策略"]),
        ('"扩散策略"', ["扩散策略"]),
        ("ti:扩散策略", ["扩散策略"]),
        ("扩散策略 AND 机器人", ["扩散策略", "机器人"]),
        ("扩散策略 OR 机器人", ["扩散策略", "机器人"]),
        ("扩散策略 OR diffusion policy", []),
        ("grasping AND (机器人 OR robot)", []),
        ("扩散策略 OR RLHF", []),
        ("diffusion policy NOT 机器人", []),
        ("au:李飞飞", []),
        ("co:接收", []),
        ("diffusion policy", []),
    ],
)
def test_chinese_terms_beside_which_no_english_stands_are_listed(keyword: str, chinese: list[str]):
    assert list_chinese(parse(keyword)) == chinese


@pytest.mark.parametrize(
    ("keyword", "both"),
    [
        ("扩散策略", "扩散策略 OR diffusion policy"),
        ('"扩散策略"', '"扩散策略" OR diffusion policy'),
        ("检索增强生成", "检索增强生成 OR retrieval-augmented generation OR RAG"),
        ("ti:扩散策略", "ti:diffusion policy OR ti:扩散策略"),
        ("扩散策略 AND 机器人", "(diffusion policy OR 扩散策略) AND (robot OR 机器人)"),
        ("机器人 AND grasping", "grasping AND (robot OR 机器人)"),
        ("扩散策略 NOT 机器人", "(diffusion policy OR 扩散策略) AND NOT 机器人"),
        ("蛋糕 OR 机器人", "robot OR 机器人 OR 蛋糕"),
    ],
)
def test_the_english_stands_beside_the_chinese(keyword: str, both: str):
    text = add_english(parse(keyword), ENGLISH)

    assert text == both
    assert not parse(text).has_only_chinese


@pytest.mark.parametrize(
    "keyword", ["蛋糕", "蛋糕 AND 机器人", "扩散策略 OR diffusion policy", "diffusion policy", "au:机器人"]
)
def test_a_keyword_without_a_known_term_stays_as_it_is(keyword: str):
    assert add_english(parse(keyword), ENGLISH) is None


@pytest.mark.parametrize("said", ["(", "a OR b", "cat:cs", "NOT x", "扩散", "", "au:Smith", "x" * 300])
def test_what_is_no_english_phrase_is_not_taken_from_a_model(said: str):
    assert add_english(parse("扩散策略"), {"扩散策略": [said]}) is None
    assert add_english(parse("扩散策略"), {"扩散策略": [said, "diffusion policy"]}) == "扩散策略 OR diffusion policy"


def test_a_keyword_that_would_be_too_long_is_not_offered():
    assert add_english(parse("扩散策略"), {"扩散策略": ["long " * 50]}) is None
