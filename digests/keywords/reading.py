"""One paper as the language sees it: texts as words, people, labels; where a term stands in it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from digests.keywords.bits import list_bits
from digests.keywords.fitting import fits
from digests.keywords.match import Field
from digests.keywords.names import find_people
from digests.keywords.sequences import Stretch, find_adjacent, find_near
from digests.keywords.terms import find_paper_id
from digests.keywords.tree import Author, Label, Phrase, QueryWord, Shape, Term
from digests.keywords.words import Word, read_shapes, read_words
from digests.papers.paper import Paper
from digests.papers.taxonomy import archives_of, canonical_category

_MAX_PLACES: Final = 20


class Place(NamedTuple):
    """Code points of the field's original text."""

    field: Field
    start: int
    end: int


class Region(NamedTuple):
    """A stretch of a paper's text that no phrase leaves.

    searched  the field that a query names for it; the Chinese of a title is a title
    offset    where `text` begins in `field`
    """

    searched: Field
    field: Field
    text: str
    offset: int = 0

    def may_hold(self, phrase: Phrase) -> bool:
        if self.field is Field.CHINESE and not phrase.is_chinese:
            return False
        return self.searched is phrase.field or (phrase.field is None and self.searched is not Field.COMMENTS)


def cut_regions(paper: Paper, chinese: str) -> Iterator[Region]:
    """In the order in which a reader is told of the places. `chinese` is the title, a line break, the abstract."""
    yield Region(Field.TITLE, Field.TITLE, paper.title)
    yield Region(Field.ABSTRACT, Field.ABSTRACT, paper.abstract)
    if paper.comments:
        yield Region(Field.COMMENTS, Field.COMMENTS, paper.comments)
    if chinese:
        title, _, abstract = chinese.partition("\n")
        yield Region(Field.TITLE, Field.CHINESE, title)
        yield Region(Field.ABSTRACT, Field.CHINESE, abstract, len(title) + 1)


def read_labels(paper: Paper) -> Iterator[tuple[Label, Place]]:
    """Everything by which a query can name the paper: its id, its categories and their archives."""
    yield Label(find_paper_id(paper.id) or paper.id, Field.ID), Place(Field.ID, 0, len(paper.id))
    primary = paper.primary_category
    for text in _category_names(primary):
        yield Label(text, Field.PRIMARY), Place(Field.PRIMARY, 0, len(primary))
    start = 0
    for category in paper.categories:
        for text in _category_names(category):
            yield Label(text, Field.CATEGORY), Place(Field.CATEGORY, start, start + len(category))
        start += len(category) + 1


class ReadPaper:
    """Reads a text when it is first asked for."""

    def __init__(self, paper: Paper, chinese: str = "") -> None:
        self.authors = paper.authors
        self.texts = [ReadText(region) for region in cut_regions(paper, chinese)]
        self._paper = paper

    @cached_property
    def labels(self) -> Mapping[Label, list[Place]]:
        labels = defaultdict(list)
        for label, place in read_labels(self._paper):
            labels[label].append(place)
        return labels

    def holds(self, term: Term) -> bool:
        match term:
            case Phrase():
                return any(text.holds(term) for text in self.texts if text.region.may_hold(term))
            case Author():
                return any(find_people(term, self.authors))
            case Label():
                return term in self.labels

    def has_near(self, phrase: Phrase, window: int) -> bool:
        """Do all its words, each another one, stand within so many? For words that are compared as folded."""
        folded = [word.text for word in phrase.words]
        return any(text.has_near(folded, window) for text in self.texts if text.region.may_hold(phrase))

    def find(self, term: Term) -> list[Place]:
        """The first places of `term`, in the order of reading; none where the paper does not hold it."""
        match term:
            case Phrase():
                return [place for text in self.texts if text.region.may_hold(term) for place in text.find(term)]
            case Author():
                return [Place(Field.AUTHORS, start, end) for start, end in find_people(term, self.authors)]
            case Label():
                return self.labels.get(term, [])


class ReadText:
    """The shapes of its words decide whether a term stands in it; where they are in the text is read when asked for."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self._starts: dict[int, dict[str, int]] = defaultdict(dict)

    @cached_property
    def shapes(self) -> tuple[list[str], list[str]]:
        """The words, cased and folded."""
        return read_shapes(self.region.text)

    @cached_property
    def _words(self) -> tuple[Word, ...]:
        return read_words(self.region.text)

    def holds(self, phrase: Phrase) -> bool:
        if phrase.slack is not None:
            return bool(self.find(phrase))
        # Where one word stands the others are looked at, and nowhere else.
        anchor = next((n for n, word in enumerate(phrase.words) if word.shape is Shape.FOLDED), 0)
        starts = (place - anchor for place in self._find_word(phrase.words[anchor]))
        return any(self._stands_at(start, phrase.words) for start in starts)

    def has_near(self, folded: Iterable[str], window: int) -> bool:
        starts = -1
        for word in folded:
            starts &= self._find_starts(word, window)
            if not starts:
                return False
        return True

    def find(self, phrase: Phrase) -> list[Place]:
        places = []
        for word in phrase.words:
            found = self._find_word(word)
            if not found:
                return []
            places.append(found)
        if phrase.slack is None:
            stretches = find_adjacent(places)
        else:
            by_word = dict(zip(phrase.words, places, strict=True))
            stretches = find_near(by_word, Counter(phrase.words), len(phrase.words) + phrase.slack)
        return [self._place(stretch) for stretch in stretches[:_MAX_PLACES]]

    def _place(self, stretch: Stretch) -> Place:
        first, last = self._words[stretch[0]], self._words[stretch[1]]
        return Place(self.region.field, first.start + self.region.offset, last.end + self.region.offset)

    def _find_word(self, wanted: QueryWord) -> Sequence[int]:
        text, shape = wanted
        if shape is Shape.FOLDED:
            return list(list_bits(self._places.get(text, 0)))
        return [place for place, word in enumerate(self.shapes[0]) if fits(wanted, word)]

    def _stands_at(self, start: int, words: Sequence[QueryWord]) -> bool:
        cased, folded = self.shapes
        if start < 0 or start + len(words) > len(cased):
            return False
        for place, wanted in enumerate(words, start):
            if wanted.shape is Shape.FOLDED:
                if folded[place] != wanted.text:
                    return False
            elif not fits(wanted, cased[place]):
                return False
        return True

    def _find_starts(self, folded: str, window: int) -> int:
        """The places, as bits, where a window that takes the word in can begin."""
        starts = self._starts[window].get(folded)
        if starts is None:
            starts = self._starts[window][folded] = _spread(self._places.get(folded, 0), window)
        return starts

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Of every folded word, as bits."""
        places: dict[str, int] = defaultdict(int)
        bit = 1
        for word in self.shapes[1]:
            places[word] |= bit
            bit <<= 1
        return places


def _spread(places: int, window: int) -> int:
    width = 1
    while width < window:
        step = min(width, window - width)
        places |= places >> step
        width += step
    return places


def _category_names(category: str) -> set[str]:
    return {canonical_category(category), *archives_of(category)}
