"""What a person typed, made fit for a row of a table and for a sentence."""

import unicodedata
from typing import Final

from opencc import OpenCC

from digests.errors import InputError

_MAX_ECHO_CHARS: Final = 80
#: No setting is longer; it bounds the work on a text of any length.
_MAX_SETTING_CHARS: Final = 200
_SIMPLIFIED: Final = OpenCC("t2s")


def make_readable(text: str) -> str:
    """`text` with every character that a database or a message refuses (NUL, a lone surrogate …) made a blank.

    As long as before, so that positions in it stay.
    """
    return "".join(" " if _is_unwritable(character) else character for character in text)


def shorten(text: str, max_chars: int = _MAX_ECHO_CHARS) -> str:
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"


def fold_setting(text: str, max_chars: int = _MAX_SETTING_CHARS) -> str:
    """One line without case, full-width forms, needless blanks and traditional characters: `ＵＴＣ ＋8` is `utc +8`.

    What is too long is "…", which no setting is.
    """
    typed = text.strip()
    if len(typed) > max_chars:
        return "…"
    line = " ".join(make_readable(typed).split())
    return simplify(unicodedata.normalize("NFKC", line)).casefold().strip()


def simplify(text: str) -> str:
    """Traditional characters as simplified ones."""
    simplified: str = _SIMPLIFIED.convert(text)
    return simplified


def refuse_setting(setting: str, text: str) -> InputError:
    """`chat.no_<setting>` where nothing was typed, else `chat.bad_<setting>` with the text."""
    shown = shorten(" ".join(make_readable(shorten(text.strip())).split()))
    if not shown:
        return InputError(f"no {setting} was typed", code=f"chat.no_{setting}")
    return InputError(f"no such {setting}", code=f"chat.bad_{setting}", fields={"text": shown})


def _is_unwritable(character: str) -> bool:
    # Cc without the blanks of a text; Cs: lone surrogates, which UTF-8 cannot write.
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in "\n\t\r"
