r"""LaTeX out of titles, abstracts and names, as a reader sees them: `Schr\"{o}dinger`, `$k$-means`, `\emph{safe}`.

No parser of TeX: abstracts are full of broken LaTeX, and of dollars that are money. One pass, never an error.
"""

import re
from typing import Final

from digests.keywords.letters import GREEK_LETTERS
from digests.keywords.mapped import MappedText, Rewriting, map_unchanged

_TOKEN: Final = re.compile(
    r"""
      (?P<plain>[^\\${}]+)
    | \\(?:["'`^~=.]|[bcdHkrtuv](?![A-Za-z])[ ]?)                  # \"o  \'{\i}  \c{c}  \v s
      (?: \{[ ]?(?:\\(?P<boxed_command>[ij])|(?P<boxed>[^\W\d_]))[ ]?\}
        | \\(?P<bare_command>[ij])(?![A-Za-z])[ ]?
        | (?P<bare>[^\W\d_]) )
    | \\(?P<reference>begin|end|cite[pt]?|(?:eq)?ref|label|(?:text)?color)\*?(?:\[[^][]*\])*\{[^{}]*\}
    | \\unicode\{x(?P<point>0?[0-9A-Fa-f]{1,5})\}                      # MathJax: \unicode{x2014}
    | \\(?P<command>[A-Za-z]+)\*?(?P<blank>\s*)
    | (?P<between>\}\s*\{ | \\[\^~]\{\})                           # \frac{a}{b}  10\^{}6
    | \\(?P<escaped>.?)
    | [${}]
    """,
    re.VERBOSE | re.DOTALL,
)

#: Commands that stand for a letter. TeX swallows the blanks after them.
_LETTERS: Final = {
    "i": "i", "j": "j", "l": "l", "L": "L", "o": "o", "O": "O", "aa": "a", "AA": "A", "ae": "ae", "AE": "AE",
    "oe": "oe", "OE": "OE", "ss": "ss", "dh": "d", "DH": "D", "dj": "d", "DJ": "D", "th": "th", "TH": "TH",
    "eth": "d", "ETH": "D", "ng": "ng", "NG": "NG", "ell": "l", "TeX": "TeX", "LaTeX": "LaTeX",
}  # fmt: skip
#: Commands that TeX writes out as words. Not \deg, which is the sign ° on arXiv's pages.
_FUNCTIONS: Final = (
    "log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan min max argmin argmax "
    "sup inf lim limsup liminf det dim ker gcd hom arg Pr"
)
_FUNCTION_NAMES: Final = frozenset(_FUNCTIONS.split())
_GREEK_COMMANDS: Final = {
    variant: letter
    for letter, name in GREEK_LETTERS.items()
    for shape in (name, name.capitalize())
    for variant in (shape, f"var{shape}", f"up{shape}", f"text{shape}")
}
# Marks that show nothing and leave a word whole: \- \/ \! and the accents without a letter, math mode \( \) \[ \].
_INVISIBLE: Final = frozenset("-/!\"'`^~=.()[]")


def strip_latex(text: str) -> MappedText:
    """What the reader sees of `text`; formatting commands keep their argument, symbols become blanks."""
    source = map_unchanged(text)
    if not any(mark in text for mark in "\\${}"):
        return source
    seen = Rewriting(source)
    for token in _TOKEN.finditer(text):
        _show(token, seen)
    return seen.finish()


def _show(token: re.Match[str], seen: Rewriting) -> None:
    start, end = token.span()
    match token.lastgroup:
        case "plain":
            seen.keep(start, end)
        case "boxed" | "boxed_command" | "bare" | "bare_command":
            seen.put(token[token.lastgroup], start, end)
        case "point":
            seen.put(chr(int(token["point"], 16)), start, end)
        case "blank":
            _show_command(token, seen)
        case "between" | "reference":
            seen.put(" ", start, end)
        case "escaped" if token["escaped"] and token["escaped"] not in _INVISIBLE:
            seen.put(token["escaped"], start, end)


def _show_command(token: re.Match[str], seen: Rewriting) -> None:
    name, start, end = token["command"], token.start(), token.start("blank")
    if name in _LETTERS:
        seen.put(_LETTERS[name], start, end)
    elif name in _GREEK_COMMANDS:
        seen.put(_GREEK_COMMANDS[name], start, end)
    elif name in _FUNCTION_NAMES:
        seen.put(f" {name} ", start, end)
    elif not token.string.startswith("{", token.end()):
        seen.put(" ", start, end)
