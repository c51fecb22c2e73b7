"""Which language a chat is spoken to in, before its reader has chosen one and after."""

from typing import Final

from digests.chinese import TRADITIONAL

#: As each names itself: it must be found by somebody who reads no other.
NAMES: Final = {"zh": "简体中文", TRADITIONAL: "繁體中文", "en": "English"}

_TRADITIONAL_PLACES: Final = frozenset({"hant", "tw", "hk", "mo"})


def choose_language(language_code: str | None) -> str:
    """The nearest of ours to what the person's Telegram is set to (an IETF tag, often missing)."""
    if not language_code:
        return "zh"
    first, *subtags = language_code.lower().replace("_", "-").split("-")
    if first not in {"zh", "yue"}:
        return "en"
    return TRADITIONAL if _TRADITIONAL_PLACES.intersection(subtags) else "zh"
