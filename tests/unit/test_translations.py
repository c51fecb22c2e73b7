"""The English beside a Chinese keyword."""

import pytest

from digests.keywords.language import parse
from digests.subscribers.translations import ChineseTerm, add_english, list_chinese, list_undenied

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
        ("机器人 AND 抓取 OR robot AND grasping", []),
        ("au:李飞飞", []),
        ("co:接收", []),
        ("diffusion policy", []),
    ],
)
def test_chinese_terms_are_listed(keyword: str, chinese: list[str]):
    assert list_chinese(parse(keyword)) == [ChineseTerm(text, is_denied=False, is_alone=True) for text in chinese]


@pytest.mark.parametrize(
    ("keyword", "is_denied", "is_alone"),
    [
        ("机器人 OR diffusion policy", False, False),
        ("grasping AND (机器人 OR robot)", False, False),
        ("机器人 OR au:Wang", False, True),
        ("grasping AND 机器人", False, True),
        ("grasping NOT 机器人", True, True),
        ("grasping NOT 机器人 NOT cat:cs.RO", True, True),
        ("grasping NOT (机器人 OR robot)", True, False),
        ("grasping NOT (机器人 AND drone)", True, True),
    ],
)
def test_it_is_told_where_a_chinese_term_stands(keyword: str, is_denied: bool, is_alone: bool):
    assert list_chinese(parse(keyword)) == [ChineseTerm("机器人", is_denied, is_alone)]


@pytest.mark.parametrize(
    ("keyword", "both"),
    [
        ("扩散策略", "扩散策略 OR diffusion policy"),
        ('"扩散策略"', '"扩散策略" OR diffusion policy'),
        ("检索增强生成", "检索增强生成 OR retrieval-augmented generation OR RAG"),
        ("ti:扩散策略", "ti:diffusion policy OR ti:扩散策略"),
        ("扩散策略 AND 机器人", "(diffusion policy OR 扩散策略) AND (robot OR 机器人)"),
        ("机器人 AND grasping", "grasping AND (robot OR 机器人)"),
        ("扩散策略 NOT 机器人", "(diffusion policy OR 扩散策略) AND NOT robot AND NOT 机器人"),
        ("grasping NOT 机器人", "grasping AND NOT robot AND NOT 机器人"),
        ("grasping NOT (ti:机器人 OR 蛋糕)", "grasping AND NOT ti:robot AND NOT ti:机器人 AND NOT 蛋糕"),
        ("grasping NOT (机器人 AND drone)", "(NOT robot AND NOT 机器人 OR NOT drone) AND grasping"),
        ("蛋糕 OR 机器人", "robot OR 机器人 OR 蛋糕"),
        ("扩散策略 OR RLHF", "RLHF OR diffusion policy OR 扩散策略"),
        ("扩散策略 OR ti:diffusion policy", "diffusion policy OR ti:diffusion policy OR 扩散策略"),
    ],
)
def test_the_english_stands_beside_the_chinese(keyword: str, both: str):
    text = add_english(parse(keyword), ENGLISH)

    assert text == both
    assert parse(text).canonical == text or text.startswith(keyword)
    assert not parse(text).needs_translation


@pytest.mark.parametrize(
    "keyword",
    [
        "蛋糕",
        "蛋糕 AND 机器人",
        "蛋糕 NOT 机器人",
        "grasping NOT 蛋糕",
        "diffusion policy",
        "au:机器人",
        "扩散策略 OR diffusion policy",
        '扩散策略 OR "diffusion policies"',
        "检索增强生成 OR RAG",
        "ti:扩散策略 OR diffusion",
        "grasping NOT (机器人 OR robot)",
        "机器人 AND 蛋糕 OR robot AND cake",
    ],
)
def test_a_keyword_without_a_known_term_or_with_its_english_stays_as_it_is(keyword: str):
    assert add_english(parse(keyword), ENGLISH) is None


@pytest.mark.parametrize(
    ("keyword", "undenied"),
    [
        ("grasping NOT 蛋糕", ["蛋糕"]),
        ("机器人 NOT 蛋糕", ["蛋糕"]),
        ("grasping NOT 机器人", []),
        ("grasping NOT (蛋糕 OR cake)", []),
        # It finds nothing but translations, and those are kept away.
        ("面包 NOT 蛋糕", []),
        ("grasping AND 蛋糕", []),
    ],
)
def test_chinese_that_denies_nothing_in_english_is_told(keyword: str, undenied: list[str]):
    assert list_undenied(parse(keyword), ENGLISH) == undenied


@pytest.mark.parametrize("said", ["(", "a OR b", "cat:cs", "NOT x", "扩散", "", "au:Smith", "x" * 300])
def test_what_is_no_english_phrase_is_not_taken_from_a_model(said: str):
    assert add_english(parse("扩散策略"), {"扩散策略": [said]}) is None
    assert add_english(parse("扩散策略"), {"扩散策略": [said, "diffusion policy"]}) == "扩散策略 OR diffusion policy"


def test_a_keyword_that_would_be_too_long_is_not_offered():
    assert add_english(parse("扩散策略"), {"扩散策略": ["long " * 50]}) is None
