"""The words that matched, marked, in the sentence around them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digests.keywords.match import Span
from digests.rendering.latex import CLOSE, OPEN, clean, read_runs, split_math
from digests.rendering.tex_reader import plain

_MARKED = re.compile(f"{OPEN}(.*?){CLOSE}", re.DOTALL)
_BEFORE, _AFTER = 36, 44


@dataclass(frozen=True, slots=True)
class Piece:
    """Readable text of a place, in order; `is_hit` marks the reader's words."""

    text: str
    is_hit: bool = False


def show_hits(tex: str, spans: Sequence[Span], *, max_hits: int = 3) -> tuple[Piece, ...]:
    """The first differing hits of `spans` in `tex`, each with the words around it, "…" where text is left out."""
    text, hits = _mark(tex, spans)
    if not hits:
        return ()
    shown: dict[str, tuple[int, int]] = {}
    for start, end in hits:
        shown.setdefault(text[start:end].casefold(), (start, end))
    windows = [_widen(text, *hit) for hit in list(shown.values())[:max_hits]]
    return tuple(_cut(text, _join(windows), hits))


def _mark(tex: str, spans: Sequence[Span]) -> tuple[str, list[tuple[int, int]]]:
    """Readable text and where in it the hits stand."""
    source = tex.replace(OPEN, " ").replace(CLOSE, " ")
    places = _join(sorted(_around_math(source, spans)))
    for start, end in reversed(places):
        source = f"{source[:start]}{OPEN}{source[start:end]}{CLOSE}{source[end:]}"
    text, hits = "", []
    for index, part in enumerate(_MARKED.split(plain(read_runs(source)))):
        words = _fold_blanks(part)
        text += words[text.endswith(" ") and words.startswith(" ") :]
        if index % 2 and words.strip():
            end = len(text.rstrip())
            hits.append((end - len(words.strip()), end))
    return text, hits


def _fold_blanks(part: str) -> str:
    """Clean, but with a blank where one was at an end."""
    words = clean(part)
    if not words:
        return " " if any(map(str.isspace, part)) else ""
    return " " * part[0].isspace() + words + " " * part[-1].isspace()


def _around_math(source: str, spans: Iterable[Span]) -> Iterable[tuple[int, int]]:
    """Half of a formula cannot be marked, so the whole is."""
    formulas, place = [], 0
    for piece, is_math in split_math(source):
        if is_math:
            formulas.append((place, place + len(piece)))
        place += len(piece)
    for span in spans:
        touched = [f for f in formulas if f[0] < span.end and span.start < f[1]]
        yield min([span.start, *(f[0] for f in touched)]), max([span.end, *(f[1] for f in touched)])


def _widen(text: str, start: int, end: int) -> tuple[int, int]:
    """Out to whole words on both sides."""
    left, right = max(start - _BEFORE, 0), min(end + _AFTER, len(text))
    if left:
        left = text.find(" ", left, start) + 1 or left
    if right < len(text):
        blank = text.rfind(" ", end, right)
        right = blank if blank > 0 else right
    return left, right


def _join(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, windows: Sequence[tuple[int, int]], hits: Sequence[tuple[int, int]]) -> Iterable[Piece]:
    place = 0
    for left, right in windows:
        if left > place:
            yield Piece("… " if place == 0 else " … ")
        place = left
        for start, end in hits:
            if left <= start and end <= right:
                yield Piece(text[place:start])
                yield Piece(text[start:end], is_hit=True)
                place = end
        yield Piece(text[place:right])
        place = right
    if place < len(text):
        yield Piece(" …")
