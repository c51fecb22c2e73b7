"""Why a keyword was refused, in the reader's language, with the place."""

import unicodedata
from typing import Final

from digests.errors import QueryRefused
from digests.phrases import Phrases

# What a telephone shows of a monospaced line without breaking it.
_MAX_COLUMNS: Final = 40
# Read on either side of the place: a person may have typed a megabyte.
_MAX_CHARS: Final = 160
_WIDE: Final = {"W", "F"}


def explain_refusal(error: QueryRefused, phrases: Phrases) -> str:
    """The sentence; under it the text as typed, and under that a caret at the place."""
    sentence = phrases(error.code, **error.fields)
    shown, place = _cut(*_bound(error.query, error.position))
    if not shown.strip():
        return sentence
    if place is None:
        return f"{sentence}\n{shown}"
    return f"{sentence}\n{shown}\n{' ' * _columns(shown[:place])}^"


def _bound(text: str, place: int | None) -> tuple[str, int | None]:
    start = max(0, (place or 0) - _MAX_CHARS)
    shown = _on_one_line(text[start : start + 2 * _MAX_CHARS])
    return shown, None if place is None else place - start


def _on_one_line(text: str) -> str:
    return "".join(" " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in text)


def _cut(text: str, place: int | None) -> tuple[str, int | None]:
    """Text that is too long for one line is shown around the place."""
    if _columns(text) <= _MAX_COLUMNS:
        return text, place
    half = _MAX_COLUMNS * len(text) // (2 * _columns(text))
    start = max(0, (place or 0) - half)
    end = start + half * 2
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return before + text[start:end] + after, None if place is None else place - start + len(before)


def _columns(text: str) -> int:
    """Columns of a monospaced font: a Chinese character takes two, an accent none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)
