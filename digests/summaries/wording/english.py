"""Words of an English text, as a person would find them: in any number, and with a blank or a hyphen between."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

_GAP: Final = r"[\s\u2010-\u2015-]+"
_JOINTS: Final = re.compile(_GAP)
# An acronym is no word: RAG is not a rag. Two capitals make one.
_ACRONYM: Final = re.compile(r"[A-Z].*[A-Z]")
_SIBILANTS: Final = ("s", "x", "z", "ch", "sh")


class EnglishWords:
    """Any of some words or phrases. Acronyms keep their case, other words may stand at the beginning of a sentence."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple(words)

    def are_in(self, text: str) -> bool:
        return bool(self._words) and bool(self._pattern.search(text))

    def find(self, text: str) -> Iterator[slice]:
        return (slice(*found.span()) for found in self._pattern.finditer(text))

    def are_all_of(self, text: str) -> bool:
        """Is `text` one of them, in whatever case?"""
        return bool(self._whole.fullmatch(text))

    def are_inside(self, text: str) -> bool:
        """Is one of them a part of `text`, and not all of it?"""
        return self.are_in(text) and not self.are_all_of(text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # The longest first: an alternation takes what it meets first.
        words = sorted(self._words, key=len, reverse=True)
        cased = (_build_pattern(word) if _ACRONYM.search(word) else f"(?i:{_build_pattern(word)})" for word in words)
        return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(cased)})(?![A-Za-z0-9])")

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_build_pattern, self._words)), re.IGNORECASE)


class TypedWords:
    """What a reader typed, folded: found as it stands, in whatever case. No regular expression is made of it."""

    def __init__(self, folded: str) -> None:
        self._folded = folded

    def find(self, text: str) -> Iterator[slice]:
        folded = text.lower()
        # Few capitals, İ is one, have two small letters: then places would not be the same.
        begin = folded.find(self._folded) if self._folded and len(folded) == len(text) else -1
        while begin >= 0:
            end = begin + len(self._folded)
            end += folded[end : end + 1] == "s"
            if not (text[begin - 1 : begin].isalnum() if begin else False) and not text[end : end + 1].isalnum():
                yield slice(begin, end)
            begin = folded.find(self._folded, begin + 1)

    def are_all_of(self, text: str) -> bool:
        return text.lower() in {self._folded, f"{self._folded}s"}


def _build_pattern(phrase: str) -> str:
    *before, last = (part for part in _JOINTS.split(phrase) if part)
    return _GAP.join([*map(re.escape, before), _with_plural(last)])


def _with_plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return re.escape(word[:-1]) + "(?:y|ies)"
    return re.escape(word) + ("(?:es)?" if word.endswith(_SIBILANTS) else "s?")
