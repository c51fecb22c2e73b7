"""Which grams a paper has, as far as some query wants them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import Final, NamedTuple

from digests.keywords.atoms import MAX_GRAM, spell_person, start_of
from digests.keywords.folding import find_beginnings
from digests.keywords.match import Field
from digests.keywords.names import read_name
from digests.keywords.reading import ReadPaper, ReadText
from digests.keywords.terms import MIN_PREFIX_CHARS
from digests.keywords.words import HAN, find_acronym

_CHINESE: Final = re.compile(f"[{HAN}]")
_AUTHOR: Final = start_of(Field.AUTHORS)
_STEM_WORDS: Final = 2
# As long as a query can be.
_MAX_PREFIX_CHARS: Final = 256
# Some days' worth of distinct words; new ones never end.
_MAX_KNOWN: Final = 200_000


class Grams(NamedTuple):
    """What stands in a text, or among the names and labels of a paper, behind one start."""

    start: str
    grams: set[str]


class Spellings(NamedTuple):
    """How queries write a word of a text, besides its plain shape.

    alone      grams of this one word: acronyms, beginnings
    in_phrase  acronyms that stand beside other words
    """

    alone: tuple[str, ...]
    in_phrase: tuple[str, ...]


class Wanted:
    """What kinds of grams there are among those of all queries, so that nothing else is made of a text."""

    def __init__(self) -> None:
        self._starts: Counter[str] = Counter()
        #: The first two words of longer grams.
        self.stems: Counter[str] = Counter()
        self._prefixes: Counter[str] = Counter()
        self._acronyms: Counter[str] = Counter()
        self._known: tuple[dict[str, Spellings], ...] = ({}, {})

    def add(self, start: str, gram: str, change: int = 1) -> None:
        _count(self._starts, start, change)
        words = gram.split(" ")
        if len(words) > _STEM_WORDS:
            _count(self.stems, " ".join(words[:_STEM_WORDS]), change)
        for word in words:
            if word.endswith("*"):
                _count(self._prefixes, word, change)
                self._known = ({}, {})
        if len(words) > 1 and not gram.islower():
            for word in words:
                _count(self._acronyms, word, change)
            self._known = ({}, {})

    def remove(self, start: str, gram: str) -> None:
        self.add(start, gram, -1)

    def has(self, start: str) -> bool:
        return start in self._starts

    def find_spellings(self, cased: str, is_quoted: bool) -> Spellings:
        """Every distinct word is compared once."""
        known = self._known[is_quoted]
        found = known.get(cased)
        if found is None:
            if len(known) >= _MAX_KNOWN:
                known.clear()
            acronyms = spell_acronym(cased, is_quoted)
            alone = (*acronyms, *self._find_prefixes(cased, is_quoted))
            found = known[cased] = Spellings(alone, tuple(one for one in acronyms if one in self._acronyms))
        return found

    def _find_prefixes(self, cased: str, is_quoted: bool) -> Iterator[str]:
        if not self._prefixes:
            return
        small = cased.lower()
        for beginning in {cased, small} if is_quoted else {cased, *find_beginnings(small)}:
            for length in range(MIN_PREFIX_CHARS, min(len(beginning), _MAX_PREFIX_CHARS) + 1):
                if (prefix := f"{beginning[:length]}*") in self._prefixes:
                    yield prefix


@lru_cache(maxsize=65_536)
def spell_acronym(cased: str, is_quoted: bool) -> tuple[str, ...]:
    """How a query can write this word of a text in capitals."""
    acronym = find_acronym(cased)
    if acronym is None:
        return ()
    # A quoted `GANs` keeps its s; a text's `GANs` is a `GAN` in both.
    return tuple(dict.fromkeys((acronym, cased))) if is_quoted else (acronym,)


def read_grams(paper: ReadPaper, wanted: Wanted) -> Iterator[Grams]:
    yield from _read_labels(paper, wanted)
    if wanted.has(_AUTHOR):
        yield Grams(_AUTHOR, set(_read_people(paper.authors, wanted)))
    for text in paper.texts:
        searched = text.region.searched
        fields = [searched] if searched is Field.COMMENTS else [None, searched]
        for is_quoted in (False, True):
            starts = [start for field in fields if wanted.has(start := start_of(field, is_quoted=is_quoted))]
            grams = _read_text(text, wanted, is_quoted) if starts else set()
            for start in starts:
                yield Grams(start, grams)


def _read_labels(paper: ReadPaper, wanted: Wanted) -> Iterator[Grams]:
    for field in (Field.ID, Field.CATEGORY, Field.PRIMARY):
        if wanted.has(start := start_of(field)):
            yield Grams(start, {label.text for label in paper.labels if label.field is field})


def _read_people(names: Sequence[str], wanted: Wanted) -> Iterator[str]:
    for name in names:
        if parts := read_name(name):
            *others, last = parts
            for spelled in (last, *wanted.find_spellings(last, True).alone):
                yield spelled
                yield from (spell_person(spelled, part) for part in others)


def _read_text(text: ReadText, wanted: Wanted, is_quoted: bool) -> set[str]:
    cased, folded = text.shapes
    plain = [word.lower() for word in cased] if is_quoted else folded
    spelled = {word: wanted.find_spellings(word, is_quoted) for word in set(cased)}
    acronyms = {word: found.in_phrase for word, found in spelled.items() if found.in_phrase}
    others = {place: acronyms[word] for place, word in enumerate(cased) if word in acronyms} if acronyms else {}
    grams = _build_grams(plain, others, wanted)
    grams.update(*(found.alone for found in spelled.values() if found.alone))
    # Only Chinese terms look at a translation.
    return set(filter(_CHINESE.search, grams)) if text.region.field is Field.CHINESE else grams


def _build_grams(plain: Sequence[str], others: Mapping[int, tuple[str, ...]], wanted: Wanted) -> set[str]:
    """The words, all neighbours, and of longer sequences those that begin as some query does.

    others  acronyms by their places: each neighbour is taken in all its spellings
    """
    pairs = list(map(" ".join, pairwise(plain)))
    grams = {*plain, *pairs}
    begun = [(place, pair) for place, pair in enumerate(pairs) if pair in wanted.stems]
    if others:
        spelled = [(place, pair) for place, pair in _spell_pairs(plain, others) if pair not in grams]
        grams.update(pair for _, pair in spelled)
        begun += [(place, pair) for place, pair in spelled if pair in wanted.stems]
    for size in range(_STEM_WORDS + 1, MAX_GRAM + 1):
        begun = [
            (place, f"{gram} {word}")
            for place, gram in begun
            if place + size <= len(plain)
            for word in (plain[place + size - 1], *others.get(place + size - 1, ()))
        ]
        grams.update([gram for _, gram in begun])
    return grams


def _spell_pairs(plain: Sequence[str], others: Mapping[int, tuple[str, ...]]) -> Iterator[tuple[int, str]]:
    for start in sorted({start for place in others for start in (place - 1, place) if 0 <= start < len(plain) - 1}):
        first, second = ((plain[place], *others.get(place, ())) for place in (start, start + 1))
        yield from ((start, f"{one} {other}") for one, other in product(first, second))


def _count(counter: Counter[str], key: str, change: int) -> None:
    counter[key] += change
    if not counter[key]:
        del counter[key]
