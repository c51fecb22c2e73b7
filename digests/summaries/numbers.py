"""Are the English numbers in the Chinese, and the Chinese ones in the English?"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# Digits of a name (Qwen3-4B, GPT-4, pass@1; 3D by its tail) are part of the name: a name is passed over as a whole.
_NUMBER: Final = re.compile(
    r"[A-Za-z_][\w.@+]*(?:-[\w.@+]+)*"
    r"|(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:\s*(?P<unit>thousand|million|billion|trillion|百万|千|万|亿)|\s?(?P<letter>[KMBT])(?![A-Za-z]))?"
    r"(?P<tail>[A-Za-z]*)",
    re.ASCII,
)
_DIGITS: Final = re.compile(r"\d[\d,]*(?:\.\d+)?", re.ASCII)
_UNITS: Final = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "K": 3, "M": 6, "B": 9, "T": 12} | {
    "千": 3, "万": 4, "百万": 6, "亿": 8
}  # fmt: skip
_SPELLED: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
    "零": 0, "一": 1, "二": 2, "两": 2, "双": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
#: They multiply what stands before them: `two hundred`, 二十.
_FACTORS: Final = {
    "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "十": 10, "百": 100, "千": 10**3, "万": 10**4, "亿": 10**8,
}  # fmt: skip
_LOOSE_WORDS: Final = {
    "twice": 2, "double": 2, "triple": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "magnitude": 10, "november": 11, "december": 12, "dozen": 12, "half": 50,
}  # fmt: skip
# The longest first: `sixteen` before `six`.
_NUMERAL: Final = "|".join(sorted((*_SPELLED, *_FACTORS), key=len, reverse=True))
_SPELLED_OUT: Final = re.compile(
    rf"(?<![a-z])(?:{_NUMERAL})(?:[\s-]*(?:and\s+)?(?:{_NUMERAL}))*(?:-?fold)?(?![a-z])", re.ASCII
)
_NUMERALS: Final = re.compile(_NUMERAL)
_SMALL: Final = 3


@dataclass(frozen=True, slots=True)
class Number:
    """`values` has all it can mean: 1.5M is 1.5 and 1,500,000."""

    text: str
    values: frozenset[Decimal]


def find_lost(english: str, chinese: str) -> list[str]:
    """Quantities of the English that the Chinese has in no form (1.5M = 150万 = 1,500,000; 3 = 三)."""
    there = _all_values(chinese) | _spelled_values(chinese)
    return [number.text for number in _numbers(english) if not number.values & there]


def find_invented(chinese: str, english: str) -> list[str]:
    """Quantities of the Chinese that the English has in no form. 1, 2 and 3 may count what the English lists."""
    words = english.lower()
    loose = {Decimal(_LOOSE_WORDS[word]) for word in re.findall(r"[a-z]+", words) if word in _LOOSE_WORDS}
    there = _all_values(english) | _spelled_values(words) | loose
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


def _spelled_values(text: str) -> set[Decimal]:
    """Each numeral as a whole and word for word: `one hundred and fifty` may also be 100 and 50."""
    runs = [_NUMERALS.findall(match[0]) for match in _SPELLED_OUT.finditer(text)]
    return {Decimal(value) for run in runs for value in (_count(run), *(_count([word]) for word in run))}


def _count(numerals: Iterable[str]) -> int:
    total = 0
    for word in numerals:
        if factor := _FACTORS.get(word):
            # Only what is smaller is multiplied: the 2 of `three million two hundred`.
            total += (total % factor or 1) * factor - total % factor
        else:
            total += _SPELLED[word]
    return total
