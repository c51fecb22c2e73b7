"""Every sentence that a person reads, one file per language in templates/phrases."""

import re
import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

from digests.chinese import TRADITIONAL, to_traditional

FALLBACK = "zh"
_CODE_TAG: Final = re.compile("(</?code>)")
_CHINESE: Final = {"zh", "yue"}
_TRADITIONAL_SUBTAGS: Final = frozenset({"hant", "tw", "hk", "mo"})


class Phrases:
    """Sentences of one language, looked up by `section.key` and filled in by str.format."""

    def __init__(self, language: str, table: dict[str, dict[str, str]]) -> None:
        self.language = language
        self._table = table

    def __call__(self, key: str, /, **fields: Any) -> str:
        """The sentence for `key`. Raises KeyError for a key that does not exist: that is our bug."""
        section, _, name = key.partition(".")
        return self._table[section][name].format(**fields)

    def section(self, name: str) -> dict[str, str]:
        return self._table[name]


@cache
def load_phrases(language: str) -> Phrases:
    """The sentences of `language` (`zh`, `zh-Hant`, `en`); an unknown one gives Chinese."""
    if language == TRADITIONAL:
        # Converted, not kept in a file of its own, which would lag behind.
        return Phrases(language, _to_traditional(_load_table("zh")))
    if not _find_path(language).is_file():
        return load_phrases(FALLBACK)
    return Phrases(language, _load_table(language))


def choose_language(tag: str, fallback: str) -> str:
    """`zh`, `zh-Hant` or `en`: what the IETF tag of a browser or a phone means; `fallback` where it is none of them."""
    first, *subtags = tag.lower().replace("_", "-").split("-")
    if first in _CHINESE:
        return TRADITIONAL if _TRADITIONAL_SUBTAGS.intersection(subtags) else "zh"
    return "en" if first == "en" else fallback


def _find_path(language: str) -> Traversable:
    return resources.files("templates") / "phrases" / f"{language}.toml"


def _load_table(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(_find_path(language).read_text("utf-8"))


def _convert(sentence: str) -> str:
    # to_traditional leaves code alone. Ours are samples to send to us, and we read both kinds of characters.
    return "".join(to_traditional(piece) for piece in _CODE_TAG.split(sentence))


def _to_traditional(table: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {
        section: {key: _convert(sentence) for key, sentence in sentences.items()}
        for section, sentences in table.items()
    }
