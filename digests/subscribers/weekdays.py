"""Weekdays as people write them: `mon-fri`, `1,3,5`, `周一周三`, `工作日`."""

import re
from collections.abc import Iterator
from typing import Final

from digests.subscribers.typed import fold_setting, refuse_setting

_NAMES: Final = {
    1: "mondays?|mon", 2: "tuesdays?|tues?", 3: "wednesdays?|weds?", 4: "thursdays?|thurs?|thu", 5: "fridays?|fri",
    6: "saturdays?|sat", 7: "sundays?|sun",
}  # fmt: skip
_CHINESE: Final = dict(enumerate(("一", "二", "三", "四", "五", "六", "日天"), 1))
_ENGLISH_DAY: Final = re.compile("|".join(f"(?P<d{day}>{names})" for day, names in _NAMES.items()))

_GROUPS: Final[dict[str, tuple[int, ...]]] = {
    "weekdays?|workdays?|working days?|工作日|平日": (1, 2, 3, 4, 5),
    "weekends?|双休日|周末": (6, 7),
    "all|any|daily|every ?day|每天|每日|天天|全部|都要": (1, 2, 3, 4, 5, 6, 7),
}
_TOKEN: Final = re.compile(
    rf"""(?P<group>{"|".join(pattern.replace(" ", "[ ]") for pattern in _GROUPS)})
    | (?P<english>{"|".join(_NAMES.values())})(?![a-z])
    | (?P<number>[1-7])
    | (?:周|星期|礼拜)?(?P<chinese>[一二三四五六日天])
    | (?P<to>[-~–—]|到|至|to\b|through\b)
    | (?P<gap>[\s,、;/+&.和与]|and\b)""",
    re.VERBOSE,
)


def parse_weekdays(text: str) -> tuple[int, ...] | None:
    """ISO weekdays (1 Monday), ascending; None for every day. `fri-mon` goes over the weekend.

    Raises  InputError: `chat.no_weekdays`, `chat.bad_weekdays`.
    """
    days = _read_days(fold_setting(text))
    if not days:
        raise refuse_setting("weekdays", text)
    return None if len(days) == 7 else tuple(sorted(days))


def _read_days(folded: str) -> set[int]:
    """Empty where anything of it is no weekday."""
    days: set[int] = set()
    last: int | None = None
    is_open = False
    for kind, named in _read_tokens(folded):
        if kind == "bad" or (kind == "to" and (is_open or last is None)) or (kind == "group" and is_open):
            return set()
        if kind == "to":
            is_open = True
            continue
        days.update(_span(last, named[0]) if is_open and last is not None else named)
        last, is_open = (named[0] if kind == "day" else None), False
    return set() if is_open else days


def _read_tokens(folded: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """(`day`, `group`, `to` or `bad`; the days that it names)."""
    place = 0
    while place < len(folded):
        found = _TOKEN.match(folded, place)
        if found is None:
            yield "bad", ()
            return
        place = found.end()
        if found["group"]:
            yield "group", next(days for names, days in _GROUPS.items() if re.fullmatch(names, found["group"]))
        elif found["to"]:
            yield "to", ()
        elif not found["gap"]:
            yield "day", (_find_day(found),)


def _find_day(found: re.Match[str]) -> int:
    if found["number"]:
        return int(found["number"])
    if found["chinese"]:
        return next(day for day, figures in _CHINESE.items() if found["chinese"] in figures)
    english = _ENGLISH_DAY.fullmatch(found["english"])
    assert english is not None
    return int((english.lastgroup or "")[1:])


def _span(first: int, last: int) -> list[int]:
    return [(first - 1 + step) % 7 + 1 for step in range((last - first) % 7 + 1)]
