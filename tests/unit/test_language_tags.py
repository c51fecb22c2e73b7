"""Which of our languages a browser or a phone means: one answer for both."""

import pytest

from digests.phrases import choose_language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh-hans", "zh"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-hant", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-tw", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("yue", "zh"),
        ("yue-HK", "zh-Hant"),
        ("en", "en"),
        ("EN_gb", "en"),
        ("de-AT", "another"),
        ("english", "another"),
        ("x" * 1000, "another"),
        ("*", "another"),
        ("", "another"),
    ],
)
def test_the_tag_says_which_of_our_languages_is_nearest(tag: str, language: str):
    assert choose_language(tag, fallback="another") == language
