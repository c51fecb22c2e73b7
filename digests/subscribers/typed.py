"""What a person typed, made fit for a row of a table and for a sentence."""

import unicodedata

_MAX_ECHO_CHARS = 80


def make_readable(text: str) -> str:
    """`text` with every character that a database or a message refuses (NUL, a lone surrogate …) made a blank.

    As long as before, so that positions in it stay.
    """
    return "".join(" " if _is_unwritable(character) else character for character in text)


def shorten(text: str, max_chars: int = _MAX_ECHO_CHARS) -> str:
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"


def _is_unwritable(character: str) -> bool:
    # Cc without the blanks of a text; Cs: lone surrogates, which UTF-8 cannot write.
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in "\n\t\r"
