"""British and American are one (keywords.md §2, step 6). The rules and their exceptions are in spellings.toml."""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Final

# Three letters or more, a consonant last: `rise`, `noise`, `pairwise` are out of reach.
_ISE: Final = re.compile(r"(.{2,}[^aeiouw]i)([sz])(e|ed|er|ers|es|ing|ings|able|ability|ation|ations|ational)")
_LYSE: Final = re.compile(r"(.+ly)([sz])(e|ed|er|ers|es|ing|able)")
_KEPT_IN_Z: Final = ("size", "prize")


def americanise(word: str) -> str:
    """`behaviour` → `behavior`, one step. Small letters in and out."""
    word = _table()["words"].get(word, word)
    if _any_part(0).search(word):
        for british, american in _table()["parts"].items():
            word = word.replace(british, american)
    if "our" in word:
        word = _put_between(word, "our", "our", "or")
    if "ll" in word:
        word = _put_between(word, "doubled", "l", "")
    return _swap(word, "s", "z") if "s" in word else word


def britannise(word: str) -> str:
    """`behavior` → `behaviour`, for British prefixes only: it also makes words that nobody writes."""
    word = _british_words().get(word, word)
    if _any_part(1).search(word):
        for british, american in _table()["parts"].items():
            word = word.replace(american, british)
    if "or" in word:
        word = _put_between(word, "our", "or", "our")
    if "l" in word:
        word = _put_between(word, "doubled", "", "l")
    return _swap(word, "z", "s") if "z" in word else word


def _swap(word: str, old: str, new: str) -> str:
    """-ise and -ize, -lyse and -lyze, with all that they become."""
    found = _LYSE.fullmatch(word) or _ISE.fullmatch(word)
    if found is None or found[2] != old or _is_kept(found[1], old):
        return word
    return f"{found[1]}{new}{found[3]}"


def _is_kept(stem: str, letter: str) -> bool:
    if letter == "z":
        return f"{stem}ze".endswith(_KEPT_IN_Z)
    table = _table()["ise"]
    return f"{stem}se" in table["kept"].split() or f"{stem}se".endswith(tuple(table["kept_endings"].split()))


def _put_between(word: str, section: str, old: str, new: str) -> str:
    """`new` for `old` between a beginning and an ending of the section."""
    beginnings, endings = _around(section)
    for ending in endings:
        if word.endswith(old + ending):
            stem = word[: len(word) - len(old + ending)]
            if stem.endswith(beginnings):
                return stem + new + ending
    return word


@cache
def _around(section: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    table = _table()[section]
    return tuple(table["before"].split()), tuple(table["after"].split(" "))


@cache
def _any_part(side: int) -> re.Pattern[str]:
    """British parts, or American ones: most words have none, and thirty look-ups for each would cost."""
    return re.compile("|".join(re.escape(pair[side]) for pair in _table()["parts"].items()))


@cache
def _british_words() -> dict[str, str]:
    return {american: british for british, american in _table()["words"].items()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files("digests.keywords") / "spellings.toml").read_text("utf-8"))
