"""A rendering of a reader's own as people write it: `rollout = 轨迹采样`, `rollout 轨迹采样`, `-rollout`."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from digests.errors import InputError
from digests.keywords.words import HAN
from digests.past.proposing.collocations import is_grammar
from digests.subscribers.typed import make_readable, refuse_setting, shorten

MAX_CHARS: Final = 80
# Longer than any two sides; it bounds the work on a text of any length.
_MAX_TEXT_CHARS: Final = 400
_SEPARATOR: Final = re.compile("=>|->|[=＝→⇒:：]|(?<= )-(?= )")
# Telephones make them of a hyphen.
_DASHES: Final = re.compile("[\u2010-\u2015－−]")
_CHINESE: Final = re.compile(f"[{HAN}]")
_LATIN: Final = re.compile("[A-Za-z]")
# Where a blank or nothing stands between the sides.
_SIDES: Final = re.compile(f"(?P<left>[^{HAN}]+?) ?(?P<right>[{HAN}].*)")
# Beside letters and digits. Everything else would be markup, a link or a formula somewhere.
_SIGNS: Final = frozenset(" -.'’+/·・()（）")
# What stands between several terms.
_COMMAS: Final = frozenset(",;、")


@dataclass(frozen=True, slots=True)
class TermWish:
    """`english` folded as it is stored; without `chinese` ours is wanted again."""

    english: str
    chinese: str = ""


def parse_term(text: str) -> TermWish:
    """The sides may be swapped.

    Raises  InputError: `chat.no_term`, `chat.bad_term` (not two sides), `chat.terms_at_once`, `chat.term_too_long`,
            `chat.term_sign`, `chat.term_same`, `chat.term_no_chinese`, `chat.term_no_english`, `chat.term_everyday`.
    """
    line = " ".join(_DASHES.sub("-", unicodedata.normalize("NFKC", text[: _MAX_TEXT_CHARS + 1])).split())
    if not line:
        raise refuse_setting("term", "")
    if len(line) > _MAX_TEXT_CHARS:
        raise _too_long()
    if len(_SEPARATOR.findall(line)) > 1 and (_COMMAS.intersection(line) or "\n" in text.strip()):
        raise InputError("several terms at once", code="chat.terms_at_once")
    left, right = (line[1:].strip(), "") if line.startswith("-") else _split(line)
    if not left:
        raise _refuse(line)
    _check(left)
    _check(right)
    return _read_sides(left, right) if right else TermWish(fold_english(left))


def fold_english(typed: str) -> str:
    """As the glossary compares it: in whatever case and width, and with a plain hyphen."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", typed)).casefold().strip()


def _split(line: str) -> tuple[str, str]:
    if separator := _SEPARATOR.search(line):
        return line[: separator.start()].strip(), line[separator.end() :].strip()
    if sides := _SIDES.fullmatch(line):
        return sides["left"].strip(), sides["right"].strip()
    raise _refuse(line)


def _read_sides(left: str, right: str) -> TermWish:
    if _CHINESE.search(left) and not _CHINESE.search(right):
        left, right = right, left
    if fold_english(left) == fold_english(right):
        raise InputError("both sides are the same", code="chat.term_same", fields={"text": left})
    if _CHINESE.search(left) or not _LATIN.search(left):
        raise InputError("no English side", code="chat.term_no_english", fields={"text": left})
    if not _CHINESE.search(right):
        raise InputError("no Chinese side", code="chat.term_no_chinese", fields={"text": right})
    english = fold_english(left)
    if all(map(is_grammar, english.split())):
        raise InputError("no term of a field", code="chat.term_everyday", fields={"text": left})
    return TermWish(english, right)


def _check(side: str) -> None:
    if len(side) > MAX_CHARS:
        raise _too_long()
    wrong = next((sign for sign in side if not (sign.isalnum() or sign in _SIGNS)), None)
    if wrong is not None:
        shown = make_readable(wrong).strip() or f"U+{ord(wrong):04X}"
        raise InputError("a sign that no term has", code="chat.term_sign", fields={"sign": shown})


def _refuse(line: str) -> InputError:
    return InputError("no term with two sides", code="chat.bad_term", fields={"text": shorten(make_readable(line))})


def _too_long() -> InputError:
    return InputError("a term is too long", code="chat.term_too_long", fields={"max_chars": MAX_CHARS})
