r"""Hide what a model must not touch: formulas, links, addresses and LaTeX commands become ⟦1⟧, ⟦2⟧, …

A model writes one backslash where JSON wants two, and `\times`, `\theta`, `\beta`, `\frac`, `\nu` begin with
escapes that JSON accepts: the answer parses, and the formula is silently broken. So no backslash goes out.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from digests.summaries.wording.tex import find_plain, read_text

# No blank behind the first dollar and before the last (unless there is a command between them), and no plain number
# after both: "$5 and $10", "$5-$10" are money; `$\sim$20` is not.
_DOLLAR_MATH: Final = (
    r"\$\$(?:\\.|[^$\\])+\$\$"
    r"|(?<!\\)\$(?!\s|\d[^$\\^_{]*\$\d)(?:\\.|[^$\\])+(?<!\s)\$"
    r"|(?<!\\)\$\s[^$\\]*\\[A-Za-z](?:\\.|[^$\\])*\$"
)
_ENVIRONMENT: Final = r"\{(?:equation|align|gather|multline|eqnarray|math|displaymath)\*?\}"
# None may hold its own beginning, which also keeps a flood of them linear.
_MATH: Final = re.compile(
    rf"{_DOLLAR_MATH}|\\\((?:(?!\\\().)+?\\\)|\\\[(?:(?!\\\[).)+?\\\]"
    rf"|\\begin{_ENVIRONMENT}(?:(?!\\begin).)*?\\end{_ENVIRONMENT}",
    re.DOTALL,
)

_LINK_CHARACTER: Final = r"[^\s<>\"'“”‘’{}|\\^`⟦⟧\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_LINK_END: Final = r"[^\s<>\"'“”‘’{}|\\^`⟦⟧\u3000-\u303f\u4e00-\u9fff\uff00-\uffef.,;:!?()\[\]]"
LINK: Final = re.compile(
    rf"(?:https?://|www\.|(?<![\w./@-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{{2,}}/){_LINK_CHARACTER}*{_LINK_END}/?"
    rf"|\b10\.\d{{4,9}}/{_LINK_CHARACTER}*{_LINK_END}"
    r"|(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}"
    r"|\barXiv:(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?",
    re.ASCII,
)
#: What heads a part of an answer on servers that know no JSON: a paper's own would end the part that quotes it.
_MARK: Final = re.compile(r"【\w*】")
_PRICE: Final = re.compile(r"\\\$\s?\d[\d,.]*(?<=\d)[KMBkmb]?(?![A-Za-z])")
_COMMAND: Final = re.compile(r"\\(?:[A-Za-z]+(?:\{[^{}]*\})*|.|\Z)", re.DOTALL)
PLACEHOLDER: Final = re.compile(r"⟦([0-9]+)⟧")

_MASKED: Final = re.compile(
    "|".join(p.pattern for p in (PLACEHOLDER, _MATH, LINK, _MARK, _PRICE, _COMMAND)), re.ASCII | re.DOTALL
)
_HIDDEN: Final = re.compile("\x00([0-9]+)\x00")
_KEPT_SHORT: Final = 3


@dataclass(frozen=True, slots=True)
class Masked:
    """`text` with placeholders; the first of `pieces` is behind placeholder number `first`."""

    text: str
    pieces: tuple[str, ...]
    first: int = 1

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + len(self.pieces))

    def piece(self, number: int) -> str | None:
        return self.pieces[number - self.first] if number in self.numbers else None


def clean(text: str) -> str:
    """Text as a person would type it: no commands, no invisible characters, formulas as they are."""
    formulas: list[str] = []
    text = read_text(_MATH.sub(_keep_in(formulas), _without_invisible(text)))
    return " ".join(_HIDDEN.sub(lambda match: formulas[int(match[1])], text).split())


def mask(text: str, *, first: int = 1) -> Masked:
    """Clean the text and number what must survive. Broken LaTeX never raises: what has no end is ordinary text."""
    pieces: list[str] = []

    def hide(match: re.Match[str]) -> str:
        piece = match[0]
        if piece.startswith("$") and len(piece) <= _KEPT_SHORT and "\\" not in piece:
            return piece
        pieces.append(piece)
        return f"⟦{first + len(pieces) - 1}⟧"

    masked = _MASKED.sub(hide, clean(text))
    return Masked(masked, tuple(pieces), first)


def unmask(text: str, *masks: Masked) -> str:
    """Put the pieces back; a number that nobody gave out stays as it is."""

    def show(match: re.Match[str]) -> str:
        found = (masked.piece(int(match[1])) for masked in masks)
        return next((piece for piece in found if piece is not None), match[0])

    return PLACEHOLDER.sub(show, text)


def find_formulas(text: str) -> list[str]:
    return _MATH.findall(text)


def has_control_characters(text: str) -> bool:
    r"""What `\times` leaves behind when JSON reads it as a tab; line ends do not count."""
    return any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" for c in text)


def without_format_characters(text: str) -> str:
    """Without zero-width and bidirectional marks, which hide or reorder what a reader sees."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _without_invisible(text: str) -> str:
    visible = (c for c in " ".join(text.split()) if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return "".join(visible)


def _keep_in(formulas: list[str]) -> Callable[[re.Match[str]], str]:
    def keep(match: re.Match[str]) -> str:
        plain = find_plain(match[0])
        formulas.append(match[0] if plain is None else plain)
        return f"\x00{len(formulas) - 1}\x00"

    return keep
