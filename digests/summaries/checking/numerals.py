"""Numbers in words, English and Chinese: `twenty-five`, 三百五十, 五项."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

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
#: Words that a number of the Chinese may come from, although they are none themselves.
_IMPLIED: Final = {
    "half": (50, 2), "third": (33, 3), "thirds": (67, 66), "quarter": (25, 4), "quarters": (75,), "dozen": (12,),
    "magnitude": (10,), "twice": (2,), "double": (2, 100), "doubling": (2,), "triple": (3,), "quadruple": (4,),
    "doubles": (2,), "doubled": (2, 100), "triples": (3,), "tripled": (3,), "tripling": (3,), "thrice": (3,),
    "quadruples": (4,), "quadrupled": (4,),
    "April": (4,), "May": (5,), "June": (6,), "July": (7,), "August": (8,), "September": (9,), "October": (10,),
    "November": (11,), "December": (12,), "fourth": (4,), "fifth": (5, 20), "sixth": (6,), "seventh": (7,),
    "eighth": (8,), "ninth": (9,), "tenth": (10,), "decade": (10,), "decades": (10,),
    "century": (100,), "week": (7,), "weeks": (7,),
}  # fmt: skip
_NUMERAL: Final = "|".join(sorted((*_SPELLED, *_FACTORS), key=len, reverse=True))
_NUMERALS: Final = re.compile(_NUMERAL)
_RUN: Final = re.compile(
    rf"(?<![a-z])(?:{_NUMERAL})(?:[\s-]{{0,3}}(?:and\s)?(?:{_NUMERAL})){{0,8}}(?:-?fold)?(?![a-z])", re.ASCII
)
# 三 before 个 counts; 数十种, 第五 and 十分 do not.
_COUNT: Final = re.compile(
    r"(?<![数几上第每之零一二两三四五六七八九十百千万亿])([四五六七八九][十百]?[一二三四五六七八九]?|十[一二三四五六七八九]?)(?=[个项种类款组套名台条步层轮倍])"
)
_ENGLISH_COUNT: Final = re.compile(
    r"(?<![a-z-])(?<!ty )(?<!red )(?<!and )"
    r"(?:four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|sixteen|twenty)"
    r"(?![a-z-])(?! (?:and|hundred|thousand|million|billion))"
)
# A quarter of a million, half a dozen.
_PART: Final = re.compile(r"\b(half|quarter)\s(?:of\s)?(?:an?\s)?(dozen|hundred|thousand|million|billion|trillion)\b")
_PARTS: Final = {"half": 2, "quarter": 4}
_SMALL: Final = 3


def read_numerals(text: str) -> set[Decimal]:
    """Each numeral as a whole and word for word: `one hundred and fifty` may also be 100 and 50."""
    runs = [_NUMERALS.findall(match[0]) for match in _RUN.finditer(text.lower())]
    return {Decimal(value) for run in runs for value in (_count(run), *(_count([word]) for word in run))}


def read_implied(english: str) -> set[Decimal]:
    """Months with their capital, for a paper may say `may` of anything."""
    words = re.findall(r"[A-Za-z]+", english)
    values = {Decimal(value) for word in words for value in _IMPLIED.get(word, _IMPLIED.get(word.lower(), ()))}
    parts = (Decimal(_FACTORS.get(whole, 12)) / _PARTS[part] for part, whole in _PART.findall(english.lower()))
    return values | set(parts)


def find_counts(text: str) -> Iterator[tuple[str, Decimal]]:
    """Numerals that surely count something: `seven benchmarks` and 六项; up to three they are idioms as well."""
    for match in (*_ENGLISH_COUNT.finditer(text.lower()), *_COUNT.finditer(text)):
        value = _count(_NUMERALS.findall(match[0]))
        if value > _SMALL:
            yield match[0], Decimal(value)


def _count(numerals: Iterable[str]) -> int:
    total = 0
    for word in numerals:
        if factor := _FACTORS.get(word):
            # Only what is smaller is multiplied: the 2 of `three million two hundred`.
            total += (total % factor or 1) * factor - total % factor
        else:
            total += _SPELLED[word]
    return total
