"""What a reader gets beside new papers, as they write it: `on`, `crosses off`, `交叉 关`, `不要交叉`."""

import re
from functools import cache
from typing import Final

from digests.subscribers.typed import fold_setting, refuse_setting
from digests.subscribers.words import load_words

_SWITCHES: Final = {"on": True, "off": False}
_KINDS: Final = ("updates", "crosses")


def parse_kinds(text: str) -> dict[str, bool]:
    """`updates`, `crosses` or both, and whether it is wanted; a switch alone is about updates.

    Raises  InputError: `chat.no_updates` without a switch, `chat.bad_updates`.
    """
    folded = fold_setting(text)
    said = {load_words("updates")[word] for word in _pattern().findall(folded)}
    switches = [_SWITCHES[word] for word in said if word in _SWITCHES]
    if len(switches) > 1 or _pattern().sub("", folded).strip(" ,:、"):
        raise refuse_setting("updates", text)
    if not switches:
        raise refuse_setting("updates", "")
    return dict.fromkeys([kind for kind in _KINDS if kind in said] or ["updates"], switches[0])


@cache
def _pattern() -> re.Pattern[str]:
    # Chinese is written without blanks; a word of letters ends where its letters do.
    words = sorted(load_words("updates"), key=len, reverse=True)
    return re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, words))})(?![a-z])")
