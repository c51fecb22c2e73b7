"""What to hear of what the community reads, as people write it: `daily 20`, `每周 50票`, `off monthly`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from digests.composing.trending import MAX_UPVOTES, Period
from digests.errors import InputError
from digests.subscribers.typed import fold_setting, refuse_setting
from digests.subscribers.words import load_words

_OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class Wish:
    """Periods with the votes that a paper needs, None where nobody said; `is_off`: those, or all, are not wanted."""

    periods: Mapping[Period, int | None]
    is_off: bool = False


def parse_trending(text: str) -> Wish:
    """A number is for the periods before it, `daily 10 weekly monthly 50`; where one comes first, for those behind it.

    Raises  InputError: `chat.no_trending`, `chat.bad_trending`, `chat.too_many_upvotes`.
    """
    tokens = list(_read_tokens(fold_setting(text)))
    numbers = [token for token in tokens if isinstance(token, int)]
    named = [token for token in tokens if isinstance(token, Period)]
    is_off = _OFF in tokens
    if "" in tokens or not (named or is_off) or (is_off and numbers):
        raise refuse_setting("trending", text)
    if max(numbers, default=0) > MAX_UPVOTES:
        raise InputError("too many upvotes", code="chat.too_many_upvotes", fields={"max_upvotes": MAX_UPVOTES})
    periods = _assign(tokens if isinstance(tokens[0], str) else tokens[::-1])
    if not {*numbers} <= {*periods.values()}:
        # `daily 20 50`: which of them?
        raise refuse_setting("trending", text)
    return Wish(periods, is_off)


def _assign(tokens: Iterable[Period | int | str]) -> dict[Period, int | None]:
    """Each number to the periods before it that have none yet."""
    wanted: dict[Period, int | None] = {}
    for token in tokens:
        if isinstance(token, Period):
            wanted[token] = None
        elif isinstance(token, int):
            wanted |= {period: token for period, votes in wanted.items() if votes is None}
    return wanted


def _read_tokens(folded: str) -> Iterator[Period | int | str]:
    """Periods, numbers, `off`; an empty string for what is none of them, and then nothing more."""
    place = 0
    while place < len(folded):
        found = _pattern().match(folded, place)
        if found is None:
            yield ""
            return
        place = found.end()
        if word := found["word"]:
            meant = load_words("trending")[word]
            yield _OFF if meant == _OFF else Period(meant)
        elif figures := found["number"]:
            yield int(figures)


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(load_words("trending"), key=len, reverse=True)
    return re.compile(
        rf"""(?P<word>{"|".join(map(re.escape, words))})(?![a-z])
        | (?P<number>[0-9]{{1,6}}+)(?!\.[0-9])
        | [\s,、;/+&.和与>=≥👍票赞起个] | 以上 | 至少 | 超过 | (?:and|upvotes?|votes?)\b""",
        re.VERBOSE,
    )
