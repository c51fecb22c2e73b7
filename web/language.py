"""The language of a page: the first of ours that the browser asks for (Accept-Language)."""

from typing import Final

from digests.phrases import FALLBACK, choose_language

_MAX_TAGS: Final = 20


def find_language(accepted: str) -> str:
    """`zh`, `zh-Hant` or `en`; Chinese where none of them is asked for."""
    asked = (choose_language(tag, fallback="") for tag in _order(accepted))
    return next(filter(None, asked), FALLBACK)


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
