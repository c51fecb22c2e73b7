"""Are the English numbers in the Chinese, and the Chinese ones in the English?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# Digits of a name (Qwen3-4B, GPT-4, pass@1; 3D by its tail) are part of the name: a name is passed over as a whole.
_NUMBER: Final = re.compile(
    r"[A-Za-z_][\w.@+]*(?:-[\w.@+]+)*"
    r"|(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:\s*(?P<unit>thousand|million|billion|trillion|百万|千|万|亿)|(?P<letter>[KMBT])(?![A-Za-z]))?"
    r"(?P<tail>[A-Za-z]*)",
    re.ASCII,
)
_DIGITS: Final = re.compile(r"\d[\d,]*(?:\.\d+)?", re.ASCII)
_UNITS: Final = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "K": 3, "M": 6, "B": 9, "T": 12} | {
    "千": 3, "万": 4, "百万": 6, "亿": 8
}  # fmt: skip
_ENGLISH_WORDS: Final = {
    word: value
    for value, words in {
        1: "one", 2: "two twice double", 3: "three triple", 4: "four april", 5: "five may", 6: "six june",
        7: "seven july", 8: "eight august", 9: "nine september", 10: "ten october tenfold magnitude",
        11: "eleven november", 12: "twelve december dozen", 15: "fifteen", 20: "twenty",
        30: "thirty", 50: "fifty half", 100: "hundred", 1000: "thousand", 1_000_000: "million",
    }.items()
    for word in words.split()
}  # fmt: skip
_CHINESE_DIGITS: Final = dict(zip("零一二三四五六七八九十百千两双", (*range(11), 100, 1000, 2, 2), strict=True))
_SMALL: Final = 3


@dataclass(frozen=True, slots=True)
class Number:
    """`values` has all it can mean: 1.5M is 1.5 and 1,500,000."""

    text: str
    values: frozenset[Decimal]


def find_lost(english: str, chinese: str) -> list[str]:
    """Quantities of the English that the Chinese has in no form (1.5M = 150万 = 1,500,000; 3 = 三)."""
    there = _all_values(chinese) | {Decimal(v) for c, v in _CHINESE_DIGITS.items() if c in chinese}
    return [number.text for number in _numbers(english) if not number.values & there]


def find_invented(chinese: str, english: str) -> list[str]:
    """Quantities of the Chinese that the English has in no form. 1, 2 and 3 may count what the English lists."""
    words = set(re.findall(r"[a-z]+", english.lower()))
    there = _all_values(english) | {Decimal(value) for word, value in _ENGLISH_WORDS.items() if word in words}
    return [n.text for n in _numbers(chinese) if not n.values & there and min(n.values) > _SMALL]


def _numbers(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        if match["digits"] is None or match["tail"] not in {"", "x", "k", "th", "s", "ms", "st", "nd", "rd"}:
            continue
        plain = Decimal(match["digits"].replace(",", ""))
        scale = _UNITS.get(match["unit"] or match["letter"] or "", 3 if match["tail"] == "k" else 0)
        yield Number(match["digits"], frozenset({plain, plain.scaleb(scale)}))


def _all_values(text: str) -> set[Decimal]:
    glued = {Decimal(m[0].rstrip(",").replace(",", "")) for m in _DIGITS.finditer(text)}
    return glued | {value for number in _numbers(text) for value in number.values}
