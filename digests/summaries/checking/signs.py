"""Short signs that a digit tells from others: L2, H1, SO(3), O(n^2). They stay as they are, like names."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from digests.summaries.checking.case import Case
from digests.summaries.checking.names import load_aliases
from digests.summaries.faults import Fault

# One capital and one digit alone; `L2-norm` has one too, and `A1,B2`, but not GPT-L2 and 3.L2.
_SHORT: Final = re.compile(r"(?<![A-Za-z0-9_.@-])[A-Z][0-9](?![A-Za-z0-9_.@]*[A-Za-z0-9_@])")
# With a digit in brackets that directly follow: SU(2), O(n^2), GL(2,R), GARCH(1,1).
_CALLED: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,5}\((?=[^()]{0,20}[0-9])[A-Za-z0-9^,+*/ -]{1,20}\)")
# How one formula is written in two ways: $\mathrm{SO}(3)$, $L_2$, `O(n²)`, `SO（3）`.
_DRESS: Final = re.compile(r"\\[A-Za-z]+|[\s{}$^_\\]")


def find_sign_faults(case: Case) -> Iterator[Fault]:
    for english, chinese in case.translated:
        there = _undress(chinese)
        yield from (Fault("name_lost", sign) for sign in find_signs(english) if _is_missing(sign, there))
    known = _undress(case.known)
    yield from (Fault("name_invented", sign) for sign in find_signs(case.chinese) if _is_missing(sign, known))


def find_signs(text: str) -> Iterator[str]:
    text = _normalize(text)
    yield from dict.fromkeys(match[0] for pattern in (_SHORT, _CALLED) for match in pattern.finditer(text))


def _is_missing(sign: str, text: str) -> bool:
    """In whatever case, for `l2` is as good as L2, and in the Chinese that stands for it: H2 is 氢气.

    MAE(12) is missing only where another MAE(…) is: it may be an MAE of 12.
    """
    head, bracket, _ = _undress(sign).partition("(")
    if bracket and f"{head}(" not in text:
        return False
    return _undress(sign) not in text and not any(alias in text for alias in load_aliases().get(sign, ()))


def _normalize(text: str) -> str:
    """Wide and small characters as all others: （ and ²."""
    return unicodedata.normalize("NFKC", text)


def _undress(text: str) -> str:
    return _DRESS.sub("", _normalize(text.replace(r"\ell", "ℓ"))).casefold()
