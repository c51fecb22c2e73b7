"""An hour of the day as people write it: `08:30`, `8点半`, `晚上8点`, `8:30pm`."""

import re
from datetime import time
from typing import Final

from digests.subscribers.typed import fold_setting, refuse_setting
from digests.subscribers.words import load_words

_FIGURES: Final = {figure: value for value, figure in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_NUMBER: Final = re.compile(r"[零〇一二两三四五六七八九]?十?[零〇一二两三四五六七八九]?")

_FORENOON: Final = "凌晨|清晨|清早|早晨|早上|上午|早"
_NOON: Final = "中午|正午"
_AFTERNOON: Final = "下午|午后|傍晚"
_EVENING: Final = "晚上|晚间|夜里|夜晚|深夜|半夜|晚"
_NUMBER: Final = r"[0-9]{1,2}|[零〇一二两三四五六七八九十]{1,3}"
# Blanks are taken out before.
_HOUR: Final = re.compile(
    rf"""(?P<part>{_FORENOON}|{_NOON}|{_AFTERNOON}|{_EVENING})?
    (?: (?P<hour>{_NUMBER})
        (?: [:.h](?P<minute>[0-9]{{2}})h? | h
          | [点时](?: 钟|整 | (?P<chinese_minute>{_NUMBER}|半|一刻|三刻)分?)? )?
      | (?P<digits>[0-9]{{3,4}}) )
    (?P<half>[ap]\.?m\.?|[ap])?""",
    re.VERBOSE,
)


def parse_hour(text: str) -> time | None:
    """The local wall time; None for "as soon as it is ready".

    Raises  InputError: `chat.no_hour`, `chat.bad_hour`.
    """
    folded = fold_setting(text)
    if folded in load_words("hour"):
        return None
    found = _HOUR.fullmatch(folded.replace(" ", ""))
    if found is None:
        raise refuse_setting("hour", text)
    hour, minute = _read_clock(found)
    hour = _find_hour(hour, found["part"] or "", (found["half"] or "")[:1])
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise refuse_setting("hour", text)
    return time(hour, minute)


def _read_clock(found: re.Match[str]) -> tuple[int, int]:
    if digits := found["digits"]:
        return int(digits[:-2]), int(digits[-2:])
    spoken = {"半": 30, "一刻": 15, "三刻": 45}
    written = found["minute"] or found["chinese_minute"] or "0"
    return _read_number(found["hour"]), spoken.get(written) or _read_number(written)


def _read_number(text: str) -> int:
    """Up to 99; -1 for what is none, like `十十`."""
    if text.isdecimal():
        return int(text)
    if not _CHINESE_NUMBER.fullmatch(text):
        return -1
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _FIGURES[text] if len(text) == 1 else -1
    return _FIGURES.get(tens, 1) * 10 + _FIGURES.get(ones, 0)


def _find_hour(hour: int, part: str, half: str) -> int:
    """On the 24-hour clock; -1 where hour and part of the day contradict each other."""
    if half:
        return hour % 12 + 12 * (half == "p") if 1 <= hour <= 12 and not part else -1
    if not part or (hour > 12 and not re.fullmatch(_FORENOON, part)):
        return hour
    if re.fullmatch(_FORENOON, part):
        return _find_forenoon(hour, part)
    if re.fullmatch(_NOON, part):
        return hour if hour in {11, 12} else hour + 12 if hour in {1, 2} else -1
    if re.fullmatch(_AFTERNOON, part):
        return hour + 12 if hour < 12 else hour
    # After midnight it is still the night: 晚上12点 is 0:00, 半夜2点 is 2:00.
    return hour + 12 if 5 <= hour < 12 else hour % 12


def _find_forenoon(hour: int, part: str) -> int:
    if hour > 12:
        return -1
    return 0 if (hour, part) == (12, "凌晨") else hour
