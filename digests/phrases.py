"""Every sentence that a person reads, one file per language in templates/phrases."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

FALLBACK = "zh"


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
    """The sentences of `language` (`zh`, `en`); an unknown one gives Chinese."""
    path = resources.files("templates") / "phrases" / f"{language}.toml"
    if not path.is_file():
        return load_phrases(FALLBACK)
    return Phrases(language, tomllib.loads(path.read_text("utf-8")))
