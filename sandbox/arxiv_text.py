r"""What arXiv's listing pages make of an author's TeX: `Schr\"odinger` → Schrödinger, `$\alpha$` → `$α$`, links.

Written apart from the product's own reading of TeX, so that a mistake there cannot hide behind the same one here.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote_plus

from markupsafe import Markup, escape

# fmt: off
_MARKS: Final = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323", "k": "\u0328", "r": "\u030a",
}
_LETTERS: Final = {
    "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß", "ae": "æ", "AE": "Æ", "aa": "å", "AA": "Å", "i": "ı",
}
_NAMES: Final = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_GREEK: Final = dict(zip(_NAMES.split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
# fmt: on

_ACCENT: Final = re.compile(
    r"""\\(?:(["'`^~=.])\{?([A-Za-z])\}?|([uvHcdkr])\{([A-Za-z])\})|\{\\(ss|ae|AE|aa|AA|[oOlLi])\}"""
)
_COMMAND: Final = re.compile(r"\\([A-Za-z]+)\s*")
_LINK: Final = re.compile(r"(?P<url>https?://[^\s<>]*[^\s<>.,;:)])|arXiv:(?P<id>\d{4}\.\d{4,5}(?:v\d+)?)")
# arXiv puts a paper of the one under the other too.
_ALIASES: Final = {
    "math.NA": "cs.NA",
    "eess.SY": "cs.SY",
    "cs.IT": "math.IT",
    "math-ph": "math.MP",
    "econ.GN": "q-fin.EC",
    "math.ST": "stat.TH",
}
#: A shorter name finds too many people: arXiv leaves it without a link.
_MIN_NAME_CHARS: Final = 4


def with_aliases(categories: Iterable[str]) -> tuple[str, ...]:
    """As arXiv's records have them: `cs.IT` → cs.IT, math.IT."""
    both = ((category, _ALIASES.get(category)) for category in categories)
    return tuple(name for names in both for name in names if name)


def accented(text: str) -> str:
    """TeX accents as letters, in formulas too."""
    return _ACCENT.sub(_letter, text)


def greek(text: str) -> str:
    """Greek commands as letters; the blank after one goes, as arXiv does it in titles and comments."""
    return _COMMAND.sub(lambda found: _GREEK.get(found[1], found[0]), text)


def linked(text: str) -> Markup:
    """Escaped for HTML; addresses and arXiv ids are links."""
    parts: list[str] = []
    end = 0
    for found in _LINK.finditer(text):
        parts += [escape(text[end : found.start()]), _link(found)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def linked_author(author: str, archive: str) -> Markup:
    """One entry of an author line; marks after the name stay outside the link."""
    name, blank, marks = accented(author).partition(" (")
    if len(name) < _MIN_NAME_CHARS:
        return escape(name + blank + marks)
    address = f"https://arxiv.org/search/{archive}?searchtype=author&query={_author_query(name)}"
    return Markup('<a href="{}">{}</a>{}').format(address, name, blank + marks)


def _letter(found: re.Match[str]) -> str:
    if found[5]:
        return _LETTERS[found[5]]
    letter, mark = found[2] or found[4], found[1] or found[3]
    return unicodedata.normalize("NFC", letter + _MARKS[mark])


def _link(found: re.Match[str]) -> Markup:
    if found["id"]:
        return Markup(
            '<a href="https://arxiv.org/abs/{0}" data-arxiv-id="{0}" class="link-https">arXiv:{0}</a>'
        ).format(found["id"])
    scheme = found["url"].partition(":")[0]
    return Markup(
        '<a href="{0}" rel="external noopener nofollow" class="link-external link-{1}">this {1} URL</a>'
    ).format(found["url"], scheme)


def _author_query(name: str) -> str:
    """`Hadewych van Oostermeren` → `van+Oostermeren,+H`."""
    words = name.split()
    family = next((at for at, word in enumerate(words[1:], start=1) if word[0].islower()), len(words) - 1)
    initial = words[0][0] if family else ""
    return quote_plus(" ".join(words[family:])) + (f",+{quote_plus(initial)}" if initial else "")
