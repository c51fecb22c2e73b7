"""Which words of the queries a word of a text is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from digests.keywords.folding import find_beginnings
from digests.keywords.tree import QueryWord, Shape
from digests.keywords.words import Word


class Vocabulary:
    """The distinct words of all queries. Every distinct word of the texts is compared with them once."""

    def __init__(self, words: Iterable[QueryWord]) -> None:
        self._wanted: dict[Shape, dict[str, QueryWord]] = defaultdict(dict)
        for word in words:
            self._wanted[word.shape][word.text] = word
        self._lengths = {shape: {len(text) for text in texts} for shape, texts in self._wanted.items()}
        self._found: dict[tuple[str, str], tuple[QueryWord, ...]] = {}

    def find(self, word: Word) -> tuple[QueryWord, ...]:
        key = (word.cased, word.folded)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(dict.fromkeys(self._compare(word)))
        return found

    def _compare(self, word: Word) -> Iterator[QueryWord]:
        yield from self._equal(Shape.FOLDED, word.folded)
        yield from self._equal(Shape.EXACT, word.text)
        yield from self._equal(Shape.ACRONYM, word.cased)
        yield from self._equal(Shape.ACRONYM, word.cased.removesuffix("s"))
        yield from self._beginning(Shape.EXACT_PREFIX, [word.text])
        yield from self._beginning(Shape.ACRONYM_PREFIX, [word.cased])
        if Shape.PREFIX in self._lengths:
            yield from self._beginning(Shape.PREFIX, find_beginnings(word.text))

    def _equal(self, shape: Shape, text: str) -> Iterator[QueryWord]:
        if found := self._wanted[shape].get(text):
            yield found

    def _beginning(self, shape: Shape, texts: Iterable[str]) -> Iterator[QueryWord]:
        beginnings = {text[:length] for text in texts for length in self._lengths.get(shape, ())}
        yield from (self._wanted[shape][text] for text in beginnings & self._wanted[shape].keys())
