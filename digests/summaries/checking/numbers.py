"""The quantities of a text, English or Chinese: what each number can mean, and of what unit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

PERCENT: Final = "%"
POINTS: Final = "points"
TIMES: Final = "times"
NO_UNIT: Final = ""
KELVIN: Final = "K"

#: Powers of ten.
_SCALES: Final = {
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "K": 3, "k": 3, "M": 6, "B": 9, "T": 12,
    "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12,
}  # fmt: skip
#: How a unit is written in both languages. In Latin letters a plural `s`, in Chinese 个 may be there too.
_WRITTEN: Final = {
    PERCENT: ("%", "％", "percent", "per cent", "pct"),
    POINTS: ("percentage point", "percentage-point", "% point", "%-point", "pp", "point", "百分点"),
    TIMES: ("x", "X", "×", "fold", "time", "倍"),
    "ns": ("ns", "nanosecond", "纳秒"), "μs": ("μs", "µs", "microsecond", "微秒"), "ms": ("ms", "millisecond", "毫秒"),
    "s": ("s", "sec", "second", "秒"), "min": ("min", "minute", "分钟"), "h": ("h", "hr", "hour", "小时"),
    "d": ("day", "天", "日"), "y": ("year", "yr", "年", "岁"),
    "Hz": ("Hz", "赫兹"), "kHz": ("kHz", "千赫"), "MHz": ("MHz", "兆赫"), "GHz": ("GHz", "吉赫"), "THz": ("THz",),
    "KB": ("KB", "kB"), "MB": ("MB",), "GB": ("GB",), "TB": ("TB",), "bit": ("bit", "位", "比特"),
    "nm": ("nm", "纳米"), "μm": ("μm", "µm", "微米"), "mm": ("mm", "毫米"), "cm": ("cm", "厘米"),
    "m": ("m", "meter", "metre", "米"), "km": ("km", "公里", "千米"), "kg": ("kg", "公斤", "千克"),
    "°C": ("°C", "℃", "degrees Celsius", "degree Celsius", "摄氏度", "度"), "°F": ("°F", "℉", "华氏度"),
    KELVIN: ("kelvin", "开尔文"), "mW": ("mW", "毫瓦"), "fs": ("fs", "飞秒"), "ps": ("ps", "皮秒"),
    "W": ("W", "watt", "瓦"), "kW": ("kW", "千瓦"), "MW": ("MW", "兆瓦"), "dB": ("dB", "分贝"),
    "eV": ("eV", "电子伏"), "keV": ("keV", "千电子伏"), "MeV": ("MeV", "兆电子伏"), "GeV": ("GeV", "吉电子伏"),
}  # fmt: skip
_UNIT_OF: Final = {word: unit for unit, words in _WRITTEN.items() for word in words} | {
    f"{word}s": unit for unit, words in _WRITTEN.items() for word in words if len(word) > 1 and word[-1] in "tkdenyrcp"
}  # fmt: skip
# Five times may be five runs, 5-fold a way to test, a second the next one.
_NEED_NOT_BE_ONE: Final = frozenset(
    {"time", "times", "fold", "bit", "bits", "second", "day", "year", "X", "point", "points"}
)


def _any(words: Iterable[str]) -> str:
    """The longest first: 个百分点 before 个."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


# Digits of a name (Qwen3-4B, GPT-4, pass@1; 3D by its tail) are part of the name: a name is passed over as a whole.
# Fifteen digits are more than any quantity has, and keep the arithmetic exact.
_NUMBER: Final = re.compile(
    r"[A-Za-z_][\w.@+]*(?:-[\w.@+]+)*"
    r"|(?P<sign>(?<![\w)\]%.])[+−－-])?(?P<share>百分之\s?)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d{1,15})?|\d{1,15}(?:\.\d{1,15})?)\+?"
    rf"(?:\s?(?P<scale>{_any({w: n for w, n in _SCALES.items() if len(w) > 1 or not w.isascii()})})(?![A-Za-z])"
    r"|(?P<gap>\s?)(?P<letter>[KkMBT])(?![A-Za-z]))?"
    rf"(?:[\s-]?个?(?P<unit>{_any(_UNIT_OF)})(?![A-Za-z0-9])(?!\s\d))?"
    r"(?P<tail>[A-Za-z]*)",
    re.ASCII,
)
_TAILS: Final = frozenset({"", "x", "th", "st", "nd", "rd", "s"})
_YEARS: Final = re.compile(r"[12]\d{3}")
# `10, 20, and 30%`; 38 至 61%; `from 54.2 on the old set to 58.9%`, of which Chinese has the unit twice
_JOINED: Final = re.compile(r"\s?(?:[-–—~～,、，/至到和与或及]|to|and|or|vs\.?)?\s?(?:and|or|to|和)?\s?")
_FROM: Final = re.compile(r"(?:from|between)[^.;\d]{0,12}\Z")
_FROM_CHARS: Final = 20
_FAR: Final = 48
# 30 solar masses are 30 倍太阳质量, and 3 standard deviations 3 倍标准差.
_MULTIPLE: Final = re.compile(
    r"[\s-](?:solar|stellar|lunar|[Ee]arth|[Jj]upiter|[Jj]ovian|Einstein|Eddington|Hubble|Planck|standard|sigma|SDs?\b|σ)"
)
_FACTOR_OF: Final = re.compile(r"factors?\sof\s(?:up\sto\s|about\s|over\s|at\sleast\s|~)?\Z")


@dataclass(frozen=True, slots=True)
class Quantity:
    """`values`: 1.5 M may be 1.5 of something or 1,500,000. `units`: the first of `38 to 61%` may have one or none."""

    text: str
    values: frozenset[Decimal]
    units: frozenset[str]
    sign: str
    start: int
    end: int

    @property
    def must_have_unit(self) -> bool:
        return NO_UNIT not in self.units


@lru_cache(maxsize=32)
def read_quantities(text: str) -> tuple[Quantity, ...]:
    found = [_read(match, text) for match in _NUMBER.finditer(text) if match["digits"] and match["tail"] in _TAILS]
    for place in range(len(found) - 2, -1, -1):
        found[place] = _share(found[place], found[place + 1], text)
    return tuple(found)


def read_all_digits(text: str, *, without: frozenset[str] = frozenset()) -> set[Decimal]:
    """Also those of names, which Chinese writes without a blank (Llama2); not those of the names in `without`."""
    names = [match[0] for match in _NUMBER.finditer(text) if not match["digits"] or match["tail"]]
    digits = re.compile(r"\d{1,15}(?:\.\d{1,15})?", re.ASCII)
    return {Decimal(number) for name in names if name not in without for number in digits.findall(name)}


def read_names(text: str) -> frozenset[str]:
    """What `read_quantities` passes over."""
    return frozenset(match[0] for match in _NUMBER.finditer(text) if not match["digits"] or match["tail"])


def _read(match: re.Match[str], text: str) -> Quantity:
    plain = Decimal(match["digits"].replace(",", ""))
    scaled = plain.scaleb(_SCALES.get(match["scale"] or match["letter"] or "", 0))
    # 300 K is a temperature as well; 7B, 10k and `5 million` are nothing else.
    values = {plain, scaled} if match["gap"] else {scaled}
    if _YEARS.fullmatch(match["digits"]) and "s" in {match["unit"], match["tail"]}:
        # The 1990s are 20 世纪 90 年代.
        values |= {plain % 100, plain // 100 + 1}
    return Quantity(
        match[0].strip(), frozenset(values), _read_units(match, text), match["sign"] or "", match.start(), match.end()
    )


def _read_units(match: re.Match[str], text: str) -> frozenset[str]:
    word = match["unit"] or ""
    if match["share"]:
        return frozenset({PERCENT})
    if word == "s" and _YEARS.fullmatch(match["digits"]):
        return frozenset({NO_UNIT})
    units = {_UNIT_OF.get(word, NO_UNIT)}
    if match["gap"] and match["letter"] == KELVIN:
        # Or so many thousand.
        units.add(KELVIN)
    if word in _NEED_NOT_BE_ONE:
        units.add(NO_UNIT)
    if _MULTIPLE.match(text, match.end()):
        units |= {NO_UNIT, TIMES}
    if _FACTOR_OF.search(text, max(0, match.start() - _FROM_CHARS), match.start()):
        units.add(TIMES)
    return frozenset(units)


def _share(first: Quantity, second: Quantity, text: str) -> Quantity:
    """What only the second number of a range or list says, is said of the first too."""
    between = text[first.end : second.start]
    if len(between) > _FAR or not (_JOINED.fullmatch(between) or _is_range(first, between, text)):
        return first
    units = first.units | second.units if first.units == {NO_UNIT} else first.units
    scales = {value / plain for value in second.values if (plain := _digits_of(second))}
    return replace(first, units=units, values=first.values | {v * s for v in first.values for s in scales if s >= 1})


def _is_range(first: Quantity, between: str, text: str) -> bool:
    has_end = re.search(r"\b(?:to|and)\b", between)
    return bool(has_end and _FROM.search(text, max(0, first.start - _FROM_CHARS), first.start))


def _digits_of(quantity: Quantity) -> Decimal:
    match = re.search(r"\d[\d,]*(?:\.\d+)?", quantity.text, re.ASCII)
    return Decimal(match[0].replace(",", "")) if match else Decimal(0)
