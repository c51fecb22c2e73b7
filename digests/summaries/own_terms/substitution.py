"""Words put in the place of others in a Chinese text, each where it stands alone.

Some were typed by a reader, so no regular expression is made of them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

# What joins a Latin word to something else: Transformer-XL, my_rollout, $rollout$, \rollout.
_JOINTS: Final = frozenset("_$/+-")
_JOINTS_BEFORE: Final = _JOINTS | frozenset("\\.")
_BRACKETS: Final = frozenset({"()", "（）", "(）", "（)"})
_COLONS: Final = "：:"


@dataclass(frozen=True)
class Substitution:
    """
    words  what is put in place of what
    kept   longer words, in which those of `words` do not stand alone
    """

    words: Mapping[str, str]
    kept: Collection[str]

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Where each of `words` stands alone, and which; the longest where several begin."""
        place = 0
        while place < len(text):
            found = next((one for one in self._by_first.get(text[place], ()) if _is_alone(text, place, one)), "")
            if found in self.words:
                yield place, found
            place += len(found) or 1

    def apply(self, text: str, *, is_title: bool = False) -> str:
        """What a paper is called, before the colon of its title, stays."""
        name_end = min((at for colon in _COLONS if (at := text.find(colon)) >= 0), default=0) if is_title else 0
        changed, done = "", 0
        for begin, old in self.find(text):
            end = begin + len(old)
            if is_latin(old) and (begin < name_end or text[begin - 1 : begin] + text[end : end + 1] in _BRACKETS):
                continue
            changed = _join(changed + text[done:begin], self.words[old])
            done = end + 1 if _is_needless_blank(text[end : end + 2], self.words[old]) else end
        return changed + text[done:]

    @cached_property
    def _by_first(self) -> dict[str, list[str]]:
        """By their first character, the longest first."""
        longer = {kept for kept in self.kept if any(word in kept for word in self.words)}
        by_first: dict[str, list[str]] = {}
        for word in sorted({*self.words, *longer} - {""}, key=len, reverse=True):
            by_first.setdefault(word[0], []).append(word)
        return by_first


def is_latin(character: str) -> bool:
    """Or does a word begin with one that is?"""
    return character[:1].isascii() and character[:1].isalnum()


def is_long_enough(word: str) -> bool:
    """A single character of Chinese is a part of too many words to be found."""
    return len(word) > 1 or is_latin(word)


def _is_alone(text: str, begin: int, word: str) -> bool:
    """Chinese has no boundaries between words: there `kept` has to know what is longer."""
    if not text.startswith(word, begin):
        return False
    before, after = text[:begin][-2:], text[begin + len(word) :][:2]
    return not (is_latin(word) and _is_joined_before(before)) and not (is_latin(word[-1]) and _is_joined_after(after))


def _is_joined_before(before: str) -> bool:
    """Beside another Latin word it is a part of a name: Decision Transformer."""
    last = before[-1:]
    return is_latin(last) or last in _JOINTS_BEFORE or (last == " " and before[0].isascii() and before[0].isalpha())


def _is_joined_after(after: str) -> bool:
    first, second = after[:1], after[1:]
    return (
        is_latin(first)
        or first in _JOINTS
        or (first == "." and is_latin(second))
        or (first == " " and is_latin(second) and second.isalpha())
    )


def _join(before: str, new: str) -> str:
    """Without the blank that stood between Chinese and a Latin word, where there is none any more."""
    needless = not is_latin(new) and before.endswith(" ") and _is_chinese(before[-2:-1])
    return (before[:-1] if needless else before) + new


def _is_needless_blank(after: str, new: str) -> bool:
    return not is_latin(new[-1]) and after[:1] == " " and _is_chinese(after[1:])


def _is_chinese(character: str) -> bool:
    """Its punctuation too."""
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
