"""How many times, of how many, and of which money: what small numbers hide, for 两 and 三 are in every text."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from digests.summaries.checking.numbers import read_all_digits, read_quantities
from digests.summaries.checking.numerals import read_implied, read_numerals

# 三倍体 are plants, 三倍频 light, and 第三倍 or 数百倍 no such factor.
_TIMES: Final = re.compile(r"(?<![数几成第每之点0-9一二两三四五六七八九十百千万亿])([两三四五六七八九])倍(?![体率频])")
_MAGNITUDES: Final = re.compile(r"\b(?:two|three|four|five|six|[2-6])(?:\sto\s\w+)?\sorders?\sof\smagnitude", re.ASCII)
_TELLS_MAGNITUDE: Final = re.compile(r"量级|[十百千万亿]倍|10{1,6}\s?[倍×x]|分之一|10\^|次方")
_FEW_TIMES: Final = re.compile(r"(?<![0-9.十百千万])[二两三四五六2-6]\s?倍")
#: What is counted in an English compound, and in which words of the Chinese.
_COUNTED: Final = {
    "user": "用户", "stage": "阶段", "phase": "阶段|相", "step": "步", "layer": "层", "tier": "层",
    "level": "级|层|水平", "player": "人|玩家|方", "agent": "智能体", "party": "方", "qubit": "量子比特",
    "photon": "光子", "body": "体", "view": "视图|视角", "stream": "流", "branch": "分支", "hop": "跳",
    "class": "分?类", "state": "态", "component": "组分|分量", "electron": "电子", "parameter": "参数",
    "factor": "因素|因子", "loop": "环|圈",
}  # fmt: skip
_COMPOUND: Final = re.compile(rf"\b(two|three|four|five|six|seven|eight|nine|ten)-({'|'.join(_COUNTED)})\b")
_NUMERAL: Final = "[两双二三四五六七八九十]|(?<![0-9.])[0-9]{1,2}"
_COUNTS: Final = {
    noun: re.compile(rf"(?<!第)({_NUMERAL})\s?个?(?:{chinese})") for noun, chinese in _COUNTED.items()
}  # fmt: skip
#: By the sign of a currency: how English and how Chinese say it. A dollar may be one of several countries.
_MONEY: Final = {
    "$": (r"\$\s?\d[\d,.]*(?![^\s$]*\$)|dollar|\bUSD\b", "美元|美金|[港澳加]元|新台币"),
    "€": (r"€|\beuros?\b|\bEUR\b", "欧元"),
    "£": (r"£|pounds?\b|\bGBP\b|sterling", "英镑"),
    "¥": (r"¥|￥|\byuan\b|\byen\b|\bRMB\b|renminbi|\bCNY\b|\bJPY\b", "人民币|日元|日圆|元"),
}  # fmt: skip
_IN_ENGLISH: Final = {sign: re.compile(english, re.IGNORECASE) for sign, (english, _) in _MONEY.items()}
# 5 元组 is a tuple of five, 3 元函数 a function of three.
_PAID: Final = re.compile(
    rf"[0-9]\s?[十百千万亿]{{0,2}}\s?({'|'.join(chinese for _, chinese in _MONEY.values())})"
    r"(?![组素胞件函关多方分图语法])",
    re.ASCII,
)


def find_changed_factors(english: str, chinese: str) -> Iterator[str]:
    """`doubles` is no 三倍, and two orders of magnitude are no 两倍. Threefold may be 增加两倍, a double 增加一倍."""
    there = read_numerals(english) | read_implied(english) | read_all_digits(english)
    there |= {value for quantity in read_quantities(english) for value in quantity.values}
    for match in _TIMES.finditer(chinese):
        value = next(iter(read_numerals(match[1])))
        if not {value, value + 1, 100 * value, 100 * (value - 1)} & there:
            yield match[0]
    magnitude, few = _MAGNITUDES.search(english), _FEW_TIMES.search(chinese)
    if magnitude and few and not _TELLS_MAGNITUDE.search(chinese):
        yield f"{magnitude[0]}→{few[0]}"


def find_changed_compounds(english: str, chinese: str) -> Iterator[str]:
    """`two-user→三用户`: it is counted, but never as many."""
    for count, noun in dict.fromkeys(_COMPOUND.findall(english.lower())):
        found = list(_COUNTS[noun].finditer(chinese))
        if found and not any(read_numerals(count) & _read_count(match[1]) for match in found):
            yield f"{count}-{noun}→{found[0][0]}"


def find_changed_money(english: str, chinese: str) -> Iterator[str]:
    """`$5` is no 5 欧元; of what the English has no money for, we know nothing."""
    theirs = {sign for sign, pattern in _IN_ENGLISH.items() if pattern.search(english)}
    for match in _PAID.finditer(chinese):
        if theirs and _find_currency(match[1]) not in theirs:
            yield match[0]


def _find_currency(name: str) -> str:
    return next(sign for sign, (_, chinese) in _MONEY.items() if re.fullmatch(chinese, name))


def _read_count(numeral: str) -> set[Decimal]:
    return {Decimal(numeral)} if numeral.isdigit() else read_numerals(numeral)
