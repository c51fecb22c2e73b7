"""Are the English numbers in the Chinese with their units, and the Chinese ones in the English?"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from digests.summaries.checking.case import Case
from digests.summaries.checking.factors import find_changed_compounds, find_changed_factors, find_changed_money
from digests.summaries.checking.numbers import (
    PERCENT,
    POINTS,
    TIMES,
    Quantity,
    read_all_digits,
    read_names,
    read_quantities,
)
from digests.summaries.checking.numerals import find_counts, read_implied, read_numerals
from digests.summaries.faults import Fault

# What a translator may not add: +10.2 that became +10.2倍 (2604.07506).
_LOUD: Final = frozenset({PERCENT, POINTS, TIMES})
_SMALL: Final = 3
_DECIMAL_COMMA: Final = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_MARK: Final = re.compile(r"[(（]\s?(i{1,3}|iv|vi{0,2}|[a-f]|[1-9])\s?[)）]|(?<![\w.(（])([1-9])[)）]", re.ASCII)
_CIRCLED: Final = {chr(0x2460 + place): str(place + 1) for place in range(9)}
_LISTED: Final = re.compile(r"第[一二三四五六七]|其[一二三四五]|[一二三四五]是|首先|最后|[1-9][.、]")
_SPELLED_SHARE: Final = re.compile(r"百分之[一二三四五六七八九十]|[一二三四五六七八九]成|半")
_ROUND: Final = 10
_LESS: Final = re.compile(r"[负减降低少跌损亏–—]|零下|下滑|落后|倒退|(?<![误方准])差")
_CLAUSE: Final = re.compile(r"[,，。;；!！?？]")
_CLAUSE_CHARS: Final = 16


def find_number_faults(case: Case) -> Iterator[Fault]:
    for english, chinese in case.translated:
        yield from _compare(case, english if case.is_from_english else _DECIMAL_COMMA.sub(".", english), chinese)
    yield from (Fault("number_invented", number) for number in _find_invented(case))
    short = case.read("\n".join(text for _, text in case.short_fields()))
    changes = [*find_added_units(case.counted, short), *find_changed_money(case.known, case.shown(case.chinese))]
    if case.is_from_english and case.is_chinese:
        changes += [
            *find_changed_factors(case.counted, case.chinese),
            *find_changed_compounds(case.english, case.chinese),
        ]
    yield from (Fault("unit", change) for change in changes)


def _compare(case: Case, english: str, chinese: str) -> Iterator[Fault]:
    yield from (Fault("number_lost", f"({mark})") for mark in find_lost_marks(english, chinese))
    yield from (Fault("number_invented", f"({mark})") for mark in find_lost_marks(chinese, english))
    theirs, ours = _MARK.sub(" ", english), _MARK.sub(" ", chinese)
    yield from (Fault("number_lost", number) for number in find_lost(theirs, ours))
    if case.is_from_english:
        yield from (Fault("unit", change) for change in find_changed_units(theirs, ours))
        yield from (Fault("number_lost", count) for count in find_lost_counts(theirs, ours))


def find_lost(english: str, chinese: str) -> list[str]:
    """Quantities of the English that the Chinese has in no form (1.5M = 150万 = 1,500,000; 3 = 三)."""
    ours = read_quantities(chinese)
    elsewhere = read_numerals(chinese) | read_all_digits(chinese, without=read_names(english))
    theirs, there = read_quantities(english), _values(ours) | elsewhere
    lost = [quantity.text for quantity in theirs if not quantity.values & there]
    return lost or list(_find_rarer(theirs, ours, elsewhere))


def find_invented(chinese: str, english: str) -> list[str]:
    """Quantities of the Chinese that the English has in no form. 1, 2 and 3 may count what the English lists."""
    there = (
        _values(read_quantities(english)) | read_all_digits(english) | read_numerals(english) | read_implied(english)
    )
    found = [q.text for q in read_quantities(chinese) if not q.values & there and min(q.values) > _SMALL]
    return found + [text for text, value in find_counts(chinese) if value not in there]


def find_lost_counts(english: str, chinese: str) -> list[str]:
    """`seven benchmarks` of which the Chinese has no seven."""
    there = _values(read_quantities(chinese)) | read_numerals(chinese) | read_all_digits(chinese)
    return [text for text, value in find_counts(english) if value not in there]


def find_changed_units(english: str, chinese: str) -> list[str]:
    """`5%→5`, `10.2→10.2倍`, `+1.3→-1.3`: the number is there, but not of the same thing."""
    theirs, ours = read_quantities(english), read_quantities(chinese)
    spelled = read_numerals(chinese)
    has_share = bool(_SPELLED_SHARE.search(chinese))
    told = [
        q for q in theirs if q.must_have_unit and (not q.values & spelled or (PERCENT in q.units and not has_share))
    ]
    changed = [_describe(q, ours) for q in told]
    turned = [_describe_sign(q, ours, chinese) for q in theirs if q.sign]
    return list(dict.fromkeys(filter(None, (*changed, *find_added_units(english, chinese), *turned))))


def find_added_units(english: str, chinese: str) -> list[str]:
    theirs, implied = read_quantities(english), read_numerals(english) | read_implied(english)
    loud = (q for q in read_quantities(chinese) if q.units <= _LOUD and not q.values & implied)
    return [change for q in loud if (change := _describe(q, theirs, is_ours=True))]


def find_lost_marks(english: str, chinese: str) -> list[str]:
    """Of an enumeration (i) … (ii) …; another way to count is as good (2604.08423 lost its fifth)."""
    marks = _read_marks(english)
    if len(marks) < 2 or not {"i", "a", "1"} & marks.keys():
        return []
    kept = _read_marks(chinese)
    lost = [mark for mark, count in marks.items() if kept[mark] < count]
    return lost if len(set(_LISTED.findall(_MARK.sub(" ", chinese)))) < len(lost) else []


def _find_invented(case: Case) -> list[str]:
    found = find_invented(_MARK.sub(" ", case.chinese), case.counted)
    if case.is_from_english:
        return found
    # `quatre` is no word that we know.
    return [
        text
        for text in find_invented(case.chinese, _DECIMAL_COMMA.sub(".", case.counted))
        if re.search(r"\d\.\d|\d{3}", text)
    ]


def _read_marks(text: str) -> Counter[str]:
    circled = (_CIRCLED[c] for c in text if c in _CIRCLED)
    return Counter([*("".join(mark) for mark in _MARK.findall(text)), *circled])


def _find_rarer(theirs: Sequence[Quantity], ours: Sequence[Quantity], elsewhere: set[Decimal]) -> Iterator[str]:
    """What is there, but not as often: small numbers come and go with the words, 18 and 0.4 do not."""
    for values, quantity in {quantity.values: quantity for quantity in theirs}.items():
        is_small = any(value < _ROUND and value == int(value) for value in values)
        if not is_small and not values & elsewhere and _count(values, ours) < _count(values, theirs):
            yield quantity.text


def _count(values: frozenset[Decimal], quantities: Sequence[Quantity]) -> int:
    return sum(bool(values & quantity.values) for quantity in quantities)


def _values(quantities: Sequence[Quantity]) -> set[Decimal]:
    return {value for quantity in quantities for value in quantity.values}


def _describe(quantity: Quantity, others: Sequence[Quantity], *, is_ours: bool = False) -> str:
    """Empty where one of the others has the same value and unit, or none has the value."""
    same = [other for other in others if other.values & quantity.values]
    if not same or any(_loosely(other.units) & _loosely(quantity.units) for other in same):
        return ""
    return f"{same[0].text}→{quantity.text}" if is_ours else f"{quantity.text}→{same[0].text}"


def _describe_sign(quantity: Quantity, others: Sequence[Quantity], chinese: str) -> str:
    """A minus may be said in words, 下降 5%; a plus need not be said at all."""
    same = [other for other in others if other.values & quantity.values]
    if quantity.sign == "+":
        is_turned = same and all(other.sign and other.sign != "+" for other in same)
    else:
        is_turned = same and all(other.sign == "+" or not _is_below(other, chinese) for other in same)
    return f"{quantity.text}→{same[0].text}" if is_turned else ""


def _is_below(quantity: Quantity, chinese: str) -> bool:
    clause = _CLAUSE.search(chinese, quantity.start)
    start = max(0, quantity.start - _CLAUSE_CHARS)
    return bool(quantity.sign) or bool(_LESS.search(chinese, start, clause.start() if clause else len(chinese)))


def _loosely(units: frozenset[str]) -> frozenset[str]:
    """`improves by 5%` of an accuracy is 5 个百分点, and `points` alone says no more than a number."""
    return units | {PERCENT, POINTS} if units & {PERCENT, POINTS} else units
