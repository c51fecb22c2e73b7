"""Outside text at the border: one line, no invisible characters, TeX accents as letters, bounded length."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from pylatexenc.latex2text import LatexNodes2Text

MAX_TITLE_CHARS: Final = 1_000
MAX_TEXT_CHARS: Final = 20_000
MAX_NAME_CHARS: Final = 200
#: The largest collaborations of physics have about 5,000 members.
MAX_AUTHORS: Final = 6_000

# Cc control, Cf zero-width and bidi marks, Cs half a surrogate pair, Cn no character at all: none of them is visible,
# PostgreSQL refuses NUL, and a right-to-left mark turns the rest of a message round.
_INVISIBLE: Final = {"Cc", "Cf", "Cs", "Cn"}
# More marks on one letter than any language needs climb over the lines above.
_MAX_MARKS: Final = 4

_IN_MATH: Final = re.compile(r"(\$[^$]*\$)")
_LETTER: Final = r"(?:\\[ij](?![A-Za-z])|[A-Za-zıȷ])"
_ACCENT: Final = re.compile(
    rf"""\{{\\(?:["'`^~=.]|[uvHcdbrk](?![A-Za-z]))\s*(?:\{{{_LETTER}\}}|{_LETTER})\}}   # {{\"o}} {{\v s}}
    | \\["'`^~=.](?:\{{{_LETTER}\}}|{_LETTER})                                          # \"o \"{{o}} \'\i
    | \\[uvHcdbrk](?:\{{{_LETTER}\}}|\ {_LETTER}(?![A-Za-z]))                           # \v{{s}} \c c
    | \{{\\(?:ss|ae|AE|oe|OE|aa|AA|[lLoOij])\}}                                         # {{\L}}
    | \\(?:ss|ae|AE|oe|OE|aa|AA|[lLoO])(?:\{{\}}|(?![A-Za-z])\ ?)                       # \o{{}} \ss
    """,
    re.VERBOSE,
)
_LATEX: Final = LatexNodes2Text()
# Authors copy arXiv's own stand-in for a link into their LaTeX (2604.18518): the address is what it meant.
_LINK_STUB: Final = re.compile(r"\\href\{([^{}\s]*)\}\s*\{this \w+ URL\}")


def clean_line(text: str, *, max_chars: int = MAX_TEXT_CHARS) -> str:
    """`text` in NFC on one line, without what cannot be seen, cut with … at `max_chars`."""
    spaced = " ".join(text.split())
    if not spaced.isascii() or not spaced.isprintable():
        # In this order: NFC sorts a run of marks in quadratic time.
        spaced = " ".join(unicodedata.normalize("NFC", _drop_invisible(spaced)).split())
    return spaced if len(spaced) <= max_chars else spaced[: max_chars - 1].rstrip() + "…"


def clean_words(text: str, *, max_chars: int = MAX_TEXT_CHARS) -> str:
    r"""clean_line, and TeX accents outside formulas are letters: `Schr\"odinger` → `Schrödinger`.

    arXiv's listing pages say it so and its feeds do not; one paper must have the same words from both, or it would be
    summarised twice. Formulas and all other commands stay: they are the renderers' and the matcher's business.
    """
    # The bound comes first: nothing below may see more than a page of text.
    line = _LINK_STUB.sub(r"\1", clean_line(text, max_chars=max_chars))
    return clean_line(convert_accents(line), max_chars=max_chars)


def convert_accents(text: str) -> str:
    if "\\" not in text:
        return text
    parts = _IN_MATH.split(text)
    return "".join(part if part.startswith("$") and part != "$" else _ACCENT.sub(_letter, part) for part in parts)


def split_authors(text: str) -> tuple[str, ...]:
    """The names of an author line, without affiliations (in brackets), `et al.` and separators.

    `NVIDIA: Ann Lee, Bo Chan (1), et al. ((1) Univ. of X)` → NVIDIA, Ann Lee, Bo Chan.
    """
    names: list[str] = []
    for part in re.split(r"[,;:]", _drop_brackets(convert_accents(" ".join(text.split())))):
        name = clean_line(part.strip("() "), max_chars=MAX_NAME_CHARS)
        if name in {"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"} and names:
            names[-1] = f"{names[-1]} {name}"
        elif name and name.lower() not in {"et al", "et al."}:
            names.append(name)
    return tuple(names[:MAX_AUTHORS])


def read_names(names: Iterable[str]) -> tuple[str, ...]:
    """Authors that stand one by one; arXiv makes one of the colon behind a collaboration, too."""
    clean = (clean_words(name, max_chars=MAX_NAME_CHARS) for name in names)
    return tuple(name for name in clean if any(char.isalnum() for char in name))[:MAX_AUTHORS]


def _letter(match: re.Match[str]) -> str:
    # TeX puts accents on a dotless ı; Unicode composes them with a dotted one.
    dotted = re.sub(r"\\([ij])(?![A-Za-z])", r"\1", match[0]).replace("ı", "i").replace("ȷ", "j")
    return unicodedata.normalize("NFC", str(_LATEX.latex_to_text(dotted)))


def _drop_brackets(text: str) -> str:
    """Without bracketed parts, nested ones too; a bracket that nobody closes hides no names."""
    for _ in range(4):
        shorter = re.sub(r"\([^()]*\)", " ", text)
        if shorter == text:
            break
        text = shorter
    return text


def _drop_invisible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category == "Mn" else 0
        if category not in _INVISIBLE and marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)
