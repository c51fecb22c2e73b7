"""One day's papers → the rows in which its words are found again; pure."""

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from digests.keywords.folding import find_beginnings
from digests.keywords.match import Field
from digests.keywords.names import read_name
from digests.keywords.reading import read_labels
from digests.keywords.words import read_shapes
from digests.papers.paper import Paper

#: Where in a paper's text the abstract begins; the words of the title stand before it, and a gap that no phrase spans.
ABSTRACT_PLACE: Final = 1 << 12
#: A place is `paper number << PAPER_SHIFT | place in its text`.
PAPER_SHIFT: Final = 16
#: arXiv's biggest day had some 2,500.
MAX_PAPERS: Final = 1 << 16
# More than any query has. PostgreSQL's indexes take 2,704 bytes a row.
_MAX_CHARS: Final = 600
# As much as the longest phrase of 256 characters, and the widest window.
_GAP: Final = 512


class Region(StrEnum):
    """What kind of word a row is about."""

    #: Of titles and abstracts.
    TEXT = "text"
    COMMENTS = "comments"
    #: The last part of a name; its forms are whole names.
    NAME = "name"
    #: Categories and their archives.
    CATEGORY = "category"
    PRIMARY = "primary"


class Posting(NamedTuple):
    """One word of one day.

    papers  how many have it
    forms   every way in which it is written, and how often
    places  packed, in the order of `forms`
    """

    region: Region
    word: str
    papers: int
    forms: Mapping[str, int]
    places: bytes


_Occurrence = tuple[str, str, int]
_Forms = dict[str, list[int]]


def build_postings(papers: Sequence[Paper]) -> Iterator[Posting]:
    """Every word of every region, in order; a paper's number is its place in `papers`."""
    for region, read in _READERS.items():
        words: dict[str, _Forms] = defaultdict(lambda: defaultdict(list))
        for number, paper in enumerate(papers[:MAX_PAPERS]):
            first = number << PAPER_SHIFT
            for word, form, place in read(paper):
                words[word][form].append(first + place)
        for word in sorted(words):
            yield _build_posting(region, word, words[word])


def find_hidden_beginnings(posting: Posting) -> set[str]:
    """The beginnings of its forms that are not beginnings of the word itself: `policies` of `policy`."""
    if posting.region not in {Region.TEXT, Region.COMMENTS}:
        return set()
    texts = {form.lower() for form in posting.forms}
    return {start for text in texts for start in find_beginnings(text) if not posting.word.startswith(start)}


def unpack_places(packed: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(packed) // 4}I", packed)


def cut(word: str) -> str:
    return word[:_MAX_CHARS]


def _build_posting(region: Region, word: str, forms: _Forms) -> Posting:
    places = [place for found in forms.values() for place in found]
    numbers = {place >> PAPER_SHIFT for place in places}
    packed = struct.pack(f"<{len(places)}I", *places)
    return Posting(region, word, len(numbers), {form: len(found) for form, found in forms.items()}, packed)


def _read_text(paper: Paper) -> Iterator[_Occurrence]:
    """What no arXiv title or abstract is long enough for is left out."""
    yield from _place(paper.title, 0, ABSTRACT_PLACE - _GAP)
    yield from _place(paper.abstract, ABSTRACT_PLACE, (1 << PAPER_SHIFT) - _GAP)


def _read_comments(paper: Paper) -> Iterator[_Occurrence]:
    yield from _place(paper.comments, 0, (1 << PAPER_SHIFT) - _GAP)


def _place(text: str, start: int, end: int) -> Iterator[_Occurrence]:
    cased, folded = read_shapes(text)
    for place, word, form in zip(range(start, end), folded, cased, strict=False):
        yield cut(word), cut(form), place


def _read_names(paper: Paper) -> Iterator[_Occurrence]:
    """Once a name, however many people of the paper have it."""
    for parts in {read_name(name): None for name in paper.authors}:
        if parts:
            yield cut(parts[-1]), " ".join(parts), 0


def _read_categories(paper: Paper) -> Iterator[_Occurrence]:
    yield from _read_labels(paper, Field.CATEGORY)


def _read_primary(paper: Paper) -> Iterator[_Occurrence]:
    yield from _read_labels(paper, Field.PRIMARY)


def _read_labels(paper: Paper, field: Field) -> Iterator[_Occurrence]:
    for text in {label.text for label, _ in read_labels(paper) if label.field is field}:
        yield text, "", 0


_READERS: Final = {
    Region.TEXT: _read_text,
    Region.COMMENTS: _read_comments,
    Region.NAME: _read_names,
    Region.CATEGORY: _read_categories,
    Region.PRIMARY: _read_primary,
}
