"""What people call their settings, from words.toml."""

import tomllib
from functools import cache
from importlib import resources


@cache
def load_words(setting: str) -> dict[str, str]:
    """What is meant, by the word as fold_setting gives it."""
    text = (resources.files("digests.subscribers") / "words.toml").read_text("utf-8")
    return {word: meant for meant, words in tomllib.loads(text)[setting].items() for word in words}
