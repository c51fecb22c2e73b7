"""What a LaTeX macro stands for in readable text."""

import unicodedata
from functools import cache

from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db
from unicodeit.data import REPLACEMENTS, SUBSUPERSCRIPTS

#: `^a` → `ᵃ`: the characters that have a small twin of their own.
SMALL = dict(SUBSUPERSCRIPTS)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Their braces hold words for the reader.
STYLES = _words("""
    text textbf textit texttt textsc textsf textrm textup textsl textmd textnormal emph underline uline url path mbox
    hbox mathcal mathbb mathbf mathrm mathit mathsf mathtt mathfrak mathscr mathop operatorname boldsymbol bm ensuremath
    title num textcolor mathring overbrace underbrace smash substack
""")
#: Hyphens inside are hyphens, not minus signs.
UPRIGHT = _words("text textbf textit texttt textsc mathrm mathsf mathtt operatorname url path mbox hbox")
#: Switches without braces, and marks that only move things on paper.
SILENT = _words("""
    bf it em rm sf sc tt sl tiny small large Large displaystyle textstyle scriptstyle limits nolimits noindent left
    right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr nonumber protect xspace centering item
    ! - / @ [ ] ( )
""")
#: Their argument is for the typesetter.
DROPPED = _words("begin end label ref eqref cite citep citet citealp citeauthor color hspace vspace phantom tag")
SPACES = frozenset({",", ";", ":", " ", ">", "\\", "quad", "qquad", "enspace", "thinspace", "newline", "par"})
_MARKS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0304",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
}
_DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
_SYMBOLS = dict(REPLACEMENTS)
_TEXT_MACROS = get_default_latex_context_db()
_ACCENTS = frozenset("`'^\"~=.cvuHkrbdt")


@cache
def find_symbol(name: str) -> str | None:
    r"""The character that `\name` stands for; None for an unknown one."""
    text_macro = getattr(_TEXT_MACROS.get_macro_spec(name), "simplify_repl", None)
    for symbol in (text_macro, _SYMBOLS.get("\\" + name)):
        if isinstance(symbol, str) and len(symbol) == 1 and _is_common(symbol):
            return symbol
    return None


def is_accent(name: str) -> bool:
    return name in _ACCENTS


@cache
def accent(name: str, letter: str) -> str:
    r"""`\"` over `o`; what cannot carry it comes back as it is."""
    if not letter.isalpha():
        return letter
    # Only ever one accent: given running text, 2.11 drops lines after a bare %, loses \\texttt and fails on \\href.
    accented: str = LatexNodes2Text().latex_to_text(f"\\{name}{{{letter}}}")
    return unicodedata.normalize("NFC", accented.strip())


def find_mark(name: str) -> str | None:
    return _MARKS.get(name)


def mark(name: str, text: str) -> str:
    r"""A mathematical accent: `\hat` over every letter of `text`."""
    marked = "".join(char + _MARKS[name] if char.isalnum() else char for char in text)
    return unicodedata.normalize("NFC", marked)


def double_strike(text: str) -> str:
    """Only the letters that old fonts have too; a mail client without the others would show boxes."""
    return _DOUBLE_STRUCK.get(text, text)


def _is_common(symbol: str) -> bool:
    """In fonts that everybody has: nothing outside the basic plane, nothing unassigned."""
    return all(ord(char) <= 0xFFFF and unicodedata.category(char) not in {"Co", "Cn"} for char in symbol)
