r"""LaTeX between the formulas as a person would type it: `5{,}084`, `\textbf{x}`, `{\it x}`, `Fig.~2`, ``so''.

Abstracts are no compilable LaTeX: half of what looks like it is an author's own macro, markdown or a plain sign. What
is not known here stays as it is, and masking hides it.
"""

import re
from typing import Final

_SYMBOLS: Final = {
    "times": "×", "sim": "~", "approx": "≈", "simeq": "≃", "pm": "±", "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥",
    "geq": "≥", "geqslant": "≥", "to": "→", "rightarrow": "→", "cdot": "·", "degree": "°", "ldots": "…", "dots": "…",
    "textasciitilde": "~", "textasciicircum": "^", "textendash": "–", "textemdash": "—", "LaTeX": "LaTeX", "TeX": "TeX",
    # Everybody's own macros.
    "eg": "e.g.", "ie": "i.e.", "etal": "et al.",
}  # fmt: skip
_SWITCHES: Final = "bfseries|itshape|bf|it|em|rm|sf|sc|tt|sl|tiny|small|large|Large|noindent|xspace|centering|item"
_STYLES: Final = (
    "textbf|textit|texttt|textsc|textsf|textrm|textup|textsl|textmd|textnormal|text|emph|underline|uline|url|path"
    "|mbox|hbox|title|num|ensuremath"
)
# A citation behind a word is left out; behind a preposition (`shown by \cite{x}`) it is what the sentence is about.
_CITED: Final = (
    r"(?:(?<=[^\s~])(?<!\bby)(?<!\bof)(?<!\bin)(?<!\bto)(?<!\bsee)(?<!\bfrom)(?<!\bwith)|^)[\s~]*"
    r"\\(?:cite|citep|parencite|label)\*?(?:\[[^\[\]]*\])*"
)
# Of these the argument alone says something else, or nothing.
_WHOLE: Final = (
    "begin|end|cite|ref|eqref|autoref|cref|text(?:super|sub)script|math|sqrt|[dt]?frac|bar|hat|tilde|vec|over"
)
_ARGUMENT: Final = r"\s*\{([^{}]*)\}"

_SYMBOL: Final = re.compile(rf"\\({'|'.join(_SYMBOLS)})(?![A-Za-z])(?:\{{\}})?")
#: The innermost first; a few rounds reach what is inside.
_UNWRAPPED: Final = [
    (re.compile(_CITED + _ARGUMENT), ""),
    (re.compile(rf"\\(?:href|textcolor)\s*\{{[^{{}}]*\}}{_ARGUMENT}"), r"\1"),
    (re.compile(rf"\\(?:{_STYLES}){_ARGUMENT}"), r"\1"),
    (re.compile(rf"\s*\\footnote{_ARGUMENT}"), r" (\1)"),
    (re.compile(rf"\{{\s*\\(?:{_SWITCHES})(?![A-Za-z])\s*([^{{}}]*)\}}"), r"\1"),
    # An author's macro around a word or a sentence.
    (re.compile(rf"\\(?!{_WHOLE})[A-Za-z]{{2,}}\{{([^{{}}]*[A-Za-z]{{4}}[^{{}}]*)\}}"), r"\1"),
]
_MAX_DEPTH: Final = 6
_TYPED: Final = [
    (re.compile(rf"\\(?:{_SWITCHES})(?![A-Za-z])\s*"), ""),
    (re.compile(r"(?<=\d)(?:\\,|\{,\})(?=\d{3}(?!\d))"), ","),
    (re.compile(r"\\(?:[\\,;: ]|(?:n|quad|qquad|newline|par)(?![A-Za-z]))"), " "),
    (re.compile(r"\\[-/!@]"), ""),
    (re.compile(r"\\([%&#_{}<>*~])"), r"\1"),
    # Escaped twice on its way here: Schr\ödinger, "so\".
    (re.compile(r"\\(?=[^\x00-\x7f]|\"(?![A-Za-z]))"), ""),
    (re.compile(r"(?<![_^])\{([-+=<>,.:]?)\}"), r"\1"),
    # {S}ignal, {E3VS-Bench}; but {0,1} is a set.
    (re.compile(r"(?<![_^])\{([A-Za-z])\}(?=[a-z])|(?<![^\s(])\{(?=[^{}]*[A-Z\d])([A-Za-z][\w -]+)\}"), r"\1\2"),
    # A tie stands behind a word. Elsewhere people mean "about" (`~45%`), a range (`1.5~1.8`) or a home (`/~me`).
    (re.compile(r"(?<=[\w.,;:)}\]])(?<!\d)~(?!\w*/)|(?<=\d)~(?!\d|\w*/)"), " "),
    (re.compile(r"\[this \w+ URL\]\(([^()\s]+)\)"), r"\1"),
    (re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*]+)(?<=\S)\*\*(?![\w*])"), r"\1"),
]
_QUOTES: Final = [
    (re.compile(r"``|(?<![^\s(\[])''(?=\w)"), "“"),
    (re.compile(r"''"), "”"),
    (re.compile(r"(?<!\w)`(?=\w)([^`'’\n]{1,80})'(?!\w)"), r"‘\1’"),
    (re.compile(r"(?<!-)---(?!-)"), "—"),
    # `--flag` of a program stays.
    (re.compile(r"(?<!-)(?<!\s)--(?!-)|(?<!-)--(?=\s)"), "–"),
]  # fmt: skip
_PLAIN_FORMULA: Final = re.compile(r"[\d\s.,:%/()+=<>~×≈≃±≤≥→·°−-]+")


def read_text(tex: str) -> str:
    """`tex` has no formula in it. Never raises, whatever is broken."""
    for _ in range(_MAX_DEPTH):
        simpler = _replace(_UNWRAPPED, tex)
        if simpler == tex:
            break
        tex = simpler
    return _replace(_QUOTES, _replace(_TYPED, _SYMBOL.sub(_symbol, tex)))


def find_plain(formula: str) -> str | None:
    r"""A formula that is only a number or a sign, as text: `$93\%$`, `$\times$`, `$\sim 20$`, `$30^\circ$`.

    A model that sees `5⟦1⟧ faster` cannot know what is five times as fast, and no check can count the number.
    """
    inside = formula.strip("$") if formula.startswith("$") else formula[2:-2]
    inside = re.sub(r"\^\{?\\circ\}?", "°", inside).replace("\\%", "%").replace("{,}", ",").replace("\\,", "")
    plain = " ".join(_SYMBOL.sub(_symbol, inside).split())
    return plain if _PLAIN_FORMULA.fullmatch(plain) else None


def _symbol(match: re.Match[str]) -> str:
    return _SYMBOLS[match[1]]


def _replace(pairs: list[tuple[re.Pattern[str], str]], text: str) -> str:
    for pattern, replacement in pairs:
        text = pattern.sub(replacement, text)
    return text
