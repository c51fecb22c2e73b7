"""Where the phrases of the queries stand in the texts of a batch: each text is read once for all queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from digests.keywords.match import Field
from digests.keywords.sequences import Stretch, find_adjacent, find_near
from digests.keywords.tree import Phrase, QueryWord
from digests.keywords.vocabulary import Vocabulary
from digests.keywords.words import Word, read_words

_MAX_PLACES: Final = 20


class Place(NamedTuple):
    """Code points of the field's original text."""

    field: Field
    start: int
    end: int


class TextIndex:
    """One text of every paper: the titles, or the abstracts … Papers are known by their number in the batch."""

    def __init__(self, field: Field, vocabulary: Vocabulary) -> None:
        self._field = field
        self._vocabulary = vocabulary
        self._where: dict[QueryWord, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._texts: dict[int, tuple[tuple[Word, ...], int]] = {}

    def add(self, paper: int, text: str, offset: int = 0) -> None:
        """`offset` is where `text` begins in its field."""
        words = read_words(text)
        self._texts[paper] = words, offset
        find = self._vocabulary.find
        for place, word in enumerate(words):
            for wanted in find(word):
                self._where[wanted][paper].append(place)

    def find(self, phrase: Phrase) -> Iterator[tuple[int, list[Place]]]:
        """The papers that hold `phrase`, with the first places."""
        where = [self._where.get(word, {}) for word in phrase.words]
        rarest, *others = sorted(where, key=len)
        for paper in sorted(set(rarest).intersection(*others)):
            stretches = _find_stretches(phrase, [places[paper] for places in where])
            if stretches:
                yield paper, [self._place(paper, stretch) for stretch in stretches[:_MAX_PLACES]]

    def _place(self, paper: int, stretch: Stretch) -> Place:
        words, offset = self._texts[paper]
        return Place(self._field, words[stretch[0]].start + offset, words[stretch[1]].end + offset)


def _find_stretches(phrase: Phrase, places: Sequence[Iterable[int]]) -> list[Stretch]:
    if phrase.slack is None:
        return find_adjacent(places)
    return find_near(
        dict(zip(phrase.words, places, strict=True)), Counter(phrase.words), len(phrase.words) + phrase.slack
    )
