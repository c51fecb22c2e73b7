"""Plurals and spellings (keywords.md §2, steps 4 and 6). Nothing else is stemmed: `police` is not `policy`."""

import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from digests.keywords.spelling import americanise, britannise

# No word is longer; it bounds the work on whatever a text holds.
_MAX_CHARS: Final = 40
_MIN_LETTERS: Final = 4
_KEPT_ENDINGS: Final = ("ss", "us", "is")
_ES_ENDINGS: Final = ("sses", "shes", "ches", "xes")


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """`behaviours` → `behavior`. Small letters in and out; what comes out folds to itself."""
    if len(word) > _MAX_CHARS:
        return word
    folded = americanise(_find_singular(word))
    return folded if folded == word else fold_word(folded)


@lru_cache(maxsize=65_536)
def find_beginnings(word: str) -> frozenset[str]:
    """The shapes of a word of the text in which a prefix is looked for: plural as it is, in both spellings."""
    if len(word) > _MAX_CHARS:
        return frozenset({word})
    shapes = frozenset({word, americanise(word), britannise(word)})
    singular = _find_singular(word)
    if singular == word:
        return shapes
    ending = word.removeprefix(singular) if word.startswith(singular) else ""
    # The tables of spellings have `artefact` and no `artefacts`.
    return shapes | {spelled + ending for spelled in {americanise(singular), britannise(singular)} - {singular}}


def _find_singular(word: str) -> str:
    if sum(map(str.isalpha, word)) < _MIN_LETTERS:
        return word
    if singular := _plurals()["irregular"].get(word) or _find_ending(word):
        return singular
    if not word.endswith("s") or word in _unchanged() or word.endswith(_KEPT_ENDINGS):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_ES_ENDINGS) else word[:-1]


def _find_ending(word: str) -> str | None:
    for plural, singular in _plurals()["endings"].items():
        if word.endswith(plural):
            return word.removesuffix(plural) + singular
    return None


@cache
def _plurals() -> dict[str, dict[str, str]]:
    return tomllib.loads((resources.files("digests.keywords") / "plurals.toml").read_text("utf-8"))


@cache
def _unchanged() -> frozenset[str]:
    return frozenset(_plurals()["unchanged"]["words"].split())
