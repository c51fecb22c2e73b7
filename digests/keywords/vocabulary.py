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
        self._found: dict[tuple[str | int, ...], tuple[QueryWord, ...]] = {}

    def find(self, word: Word) -> tuple[QueryWord, ...]:
        key = word[:2]
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(dict.fromkeys(self._compare(word)))
        return found

    def _compare(self, word: Word) -> Iterator[QueryWord]:
        yield from self._equal(Shape.FOLDED, word.folded)
        yield from self._equal(Shape.EXACT, word.text)
        yield from self._equal(Shape.ACRONYM, word.cased)
        yield from self._equal(Shape.ACRONYM, word.cased.removesuffix("s"))
        if Shape.PREFIX in self._lengths:
            yield from self._begin(Shape.PREFIX, *find_beginnings(word.text))
        if Shape.EXACT_PREFIX in self._lengths:
            yield from self._begin(Shape.EXACT_PREFIX, word.text)
        if Shape.ACRONYM_PREFIX in self._lengths:
            yield from self._begin(Shape.ACRONYM_PREFIX, word.cased)

    def _equal(self, shape: Shape, text: str) -> Iterator[QueryWord]:
        if found := self._wanted[shape].get(text):
            yield found

    def _begin(self, shape: Shape, *texts: str) -> Iterator[QueryWord]:
        wanted = self._wanted[shape]
        for text in texts:
            for length in self._lengths[shape]:
                if found := wanted.get(text[:length]):
                    yield found
