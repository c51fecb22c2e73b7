"""One shape for each letter: NFKC, accents off, Greek as words, simplified Chinese.

Capitals stay: step 5 of the language reads them.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from opencc import OpenCC

from digests.keywords.mapped import MappedText, Rewriting

_GREEK_NAMES: Final = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma "
    "tau upsilon phi chi psi omega"
)
#: `α` → `alpha`, small letters only.
GREEK_LETTERS: Final = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_NAMES.split(), strict=True))
_GREEK: Final = {**GREEK_LETTERS, "ς": "sigma", "∆": "delta"}

# Letters that Unicode does not take apart, and the apostrophes that people type.
_SHAPES: Final = {
    "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "ȷ": "j", "ŋ": "ng", "Ŋ": "NG",
    "ħ": "h", "Ħ": "H", "‘": "'", "’": "'", "ʼ": "'", "ʹ": "'",
}  # fmt: skip
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
# Marks that sit on a letter, and characters without a shape (soft hyphens, joiners, half a surrogate pair): they never
# part a word.
_INVISIBLE: Final = {"Mn", "Me", "Cf", "Cs"}
# Asked for single characters only: one gives one, and its rules for whole words would part a query from a text.
_SIMPLIFIED: Final = OpenCC("t2s")


def fold_letters(source: MappedText) -> MappedText:
    """Steps 1 (Greek), 2 and 7 (traditional and simplified are one) of keywords.md §2, but for the case."""
    text = source.text
    if text.isascii():
        return source
    folded, done = Rewriting(source), 0
    for found in _BEYOND_ASCII.finditer(text):
        start, end = found.span()
        shape = _fold_character(found[0])
        if shape == found[0]:
            continue
        folded.keep(done, start)
        if shape:
            folded.put(shape, start, end)
        else:
            folded.stretch(end)
        done = end
    folded.keep(done, len(text))
    return folded.finish()


@lru_cache(maxsize=16384)
def _fold_character(character: str) -> str:
    parts = unicodedata.normalize("NFKD", _SHAPES.get(character, character))
    return "".join(_fold_part(part) for part in parts if unicodedata.category(part) not in _INVISIBLE)


def _fold_part(part: str) -> str:
    greek = _GREEK.get(part.lower()) or _GREEK.get(part)
    return f" {greek} " if greek else _SHAPES.get(part) or _simplify(part)


def _simplify(part: str) -> str:
    # Twice, or 薴 (苧, then 苎) would change again when a canonical form is read back.
    simplified: str = _SIMPLIFIED.convert(_SIMPLIFIED.convert(part))
    return simplified
