"""The language of a page: the first of ours that the browser asks for (Accept-Language)."""

from typing import Final

from digests.chinese import TRADITIONAL

_DEFAULT: Final = "zh"
_TRADITIONAL_SUBTAGS: Final = frozenset({"hant", "tw", "hk", "mo"})
_MAX_TAGS: Final = 20


def choose_language(accepted: str) -> str:
    """`zh`, `zh-Hant` or `en`; Chinese where none of them is asked for."""
    for tag in _order(accepted):
        first, *subtags = tag.lower().split("-")
        if first == "zh":
            return TRADITIONAL if _TRADITIONAL_SUBTAGS.intersection(subtags) else "zh"
        if first == "en":
            return "en"
    return _DEFAULT


def _order(accepted: str) -> list[str]:
    """The tags, the most wanted first; what has no weight that can be read is not wanted."""
    weighed = [entry.strip().partition(";q=") for entry in accepted.split(",")[:_MAX_TAGS]]
    wanted = [(_weigh(weight), tag.strip()) for tag, _, weight in weighed]
    return [tag for weight, tag in sorted(wanted, key=lambda item: -item[0]) if weight]


def _weigh(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0
