"""The texts of papers as proposals read them."""

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from digests.keywords.words import Word, read_words

HYPHENS: Final = frozenset("-\u2010\u2011")
# Between two words of a phrase, blanks aside; anything else ends a thought.
_JOINTS: Final = frozenset({"", *HYPHENS})


class Passage:
    """A title or an abstract; it is read when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return read_words(self.text)

    @cached_property
    def runs(self) -> tuple[tuple[Word, ...], ...]:
        """Words that only blanks and hyphens part: `large language models (LLMs) and` are two runs."""
        return tuple(self._split())

    def find_gap(self, place: int) -> str:
        """What stands between the word number `place` and the next."""
        return self.text[self.words[place].end : self.words[place + 1].start]

    def _split(self) -> Iterator[tuple[Word, ...]]:
        start = 0
        for place in range(1, len(self.words) + 1):
            if place == len(self.words) or self.find_gap(place - 1).strip() not in _JOINTS:
                yield self.words[start:place]
                start = place


#: A paper's title and abstract.
Passages = tuple[Passage, Passage]
