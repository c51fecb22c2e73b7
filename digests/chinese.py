"""Simplified Chinese as Taiwan writes it. What is no running text stays: formulas, links, code, {names} to fill in."""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Final

from opencc import OpenCC

TRADITIONAL: Final = "zh-Hant"

# A dollar is money where nothing of a formula stands behind it. ASCII needs no care: OpenCC leaves it.
_KEPT: Final = (
    r"<code>.*?</code>",
    r"\{[^{}]*\}",
    r"(?:https?://|mailto:|www\.)[^\s<>\"，。；：！？、）】」』]+",
    r"\$[^$]*[\\^_][^$]*\$",
    r"\\\(.*?\\\)",
    r"\\\[.*?\\\]",
)


def to_traditional(text: str) -> str:
    """`text` in the characters and the words of Taiwan."""
    if text.isascii():
        return text
    words = _load_words()
    converted, done = "", 0
    for found in _pieces().finditer(text):
        piece = found[0]
        replacement = piece if found[1] else words.get(piece)
        # A boundary is converted with what stands around it.
        if replacement is not None:
            converted += _convert(text[done : found.start()]) + replacement
            done = found.end()
    return converted + _convert(text[done:])


def _convert(text: str) -> str:
    converted: str = _converter().convert(text)
    return converted


@cache
def _converter() -> OpenCC:
    # Read when first asked for: most processes never need it.
    return OpenCC("s2tw")


@cache
def _load_words() -> dict[str, str]:
    words: dict[str, str] = _load_table()["words"]
    return words


@cache
def _pieces() -> re.Pattern[str]:
    """What stays as group 1, else a word or a boundary, of several the longest."""
    known = sorted([*_load_words(), *_load_table()["boundaries"]["words"].split()], key=len, reverse=True)
    return re.compile(f"({'|'.join(_KEPT)})|{'|'.join(known)}", re.DOTALL)


def _load_table() -> dict[str, dict[str, str]]:
    return tomllib.loads((resources.files("digests") / "taiwan.toml").read_text("utf-8"))
