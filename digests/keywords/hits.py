"""Term → the papers of a batch that hold it, with the places. Each text is read once for all terms."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from digests.keywords.index import Place, TextIndex
from digests.keywords.match import Field
from digests.keywords.names import NameIndex
from digests.keywords.terms import find_paper_id
from digests.keywords.tree import Author, Label, Phrase, Term
from digests.keywords.vocabulary import Vocabulary
from digests.papers.paper import ArxivId, Paper
from digests.papers.taxonomy import archives_of, canonical_category

#: By the paper's number in the batch; the places in the order of reading.
Hits = Mapping[int, Sequence[Place]]


class _Region(NamedTuple):
    """A stretch of text that no phrase leaves.

    searched  the field that a query names for it; the Chinese of a title is a title
    cut       the text, and where it begins in its field, from a paper and its Chinese
    """

    searched: Field
    field: Field
    cut: Callable[[Paper, str], tuple[str, int]]


#: In the order in which a reader is told of the places. Chinese is the title, a line break and the abstract.
_REGIONS: Final = (
    _Region(Field.TITLE, Field.TITLE, lambda paper, _: (paper.title, 0)),
    _Region(Field.ABSTRACT, Field.ABSTRACT, lambda paper, _: (paper.abstract, 0)),
    _Region(Field.COMMENTS, Field.COMMENTS, lambda paper, _: (paper.comments, 0)),
    _Region(Field.TITLE, Field.CHINESE, lambda _, chinese: (chinese.partition("\n")[0], 0)),
    _Region(Field.ABSTRACT, Field.CHINESE, lambda _, chinese: (chinese.partition("\n")[2], chinese.find("\n") + 1)),
)


def find_hits(terms: Iterable[Term], papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> dict[Term, Hits]:
    distinct = set(terms)
    return {
        **_find_phrases([term for term in distinct if isinstance(term, Phrase)], papers, chinese),
        **_find_authors([term for term in distinct if isinstance(term, Author)], papers),
        **_find_labels([term for term in distinct if isinstance(term, Label)], papers),
    }


def _find_phrases(
    phrases: Sequence[Phrase], papers: Sequence[Paper], chinese: Mapping[ArxivId, str]
) -> dict[Term, Hits]:
    hits: dict[Term, dict[int, list[Place]]] = {phrase: defaultdict(list) for phrase in phrases}
    for region in _REGIONS:
        inside = [phrase for phrase in phrases if _is_searched(region, phrase)]
        index = _build_index(region, inside, papers, chinese)
        for phrase in inside:
            for number, places in index.find(phrase):
                hits[phrase][number].extend(places)
    return dict(hits)


def _is_searched(region: _Region, phrase: Phrase) -> bool:
    if region.field is Field.CHINESE and not phrase.is_chinese:
        return False
    return region.searched is phrase.field or (phrase.field is None and region.searched is not Field.COMMENTS)


def _build_index(
    region: _Region, phrases: Sequence[Phrase], papers: Sequence[Paper], chinese: Mapping[ArxivId, str]
) -> TextIndex:
    index = TextIndex(region.field, Vocabulary(word for phrase in phrases for word in phrase.words))
    for number, paper in enumerate(papers if phrases else ()):
        index.add(number, *region.cut(paper, chinese.get(paper.id, "")))
    return index


def _find_authors(authors: Sequence[Author], papers: Sequence[Paper]) -> dict[Term, Hits]:
    names = NameIndex()
    for number, paper in enumerate(papers if authors else ()):
        names.add(number, paper)
    hits: dict[Term, dict[int, list[Place]]] = {author: defaultdict(list) for author in authors}
    for author in authors:
        for number, place in names.find(author):
            hits[author][number].append(place)
    return dict(hits)


def _find_labels(labels: Sequence[Label], papers: Sequence[Paper]) -> dict[Term, Hits]:
    hits: dict[Term, dict[int, list[Place]]] = {label: defaultdict(list) for label in labels}
    for number, paper in enumerate(papers if labels else ()):
        for label, place in _read_labels(paper):
            if label in hits:
                hits[label][number].append(place)
    return dict(hits)


def _read_labels(paper: Paper) -> Iterator[tuple[Label, Place]]:
    """Everything by which a query can name the paper."""
    yield Label(find_paper_id(paper.id) or paper.id, Field.ID), Place(Field.ID, 0, len(paper.id))
    primary = paper.primary_category
    for text in _category_names(primary):
        yield Label(text, Field.PRIMARY), Place(Field.PRIMARY, 0, len(primary))
    start = 0
    for category in paper.categories:
        for text in _category_names(category):
            yield Label(text, Field.CATEGORY), Place(Field.CATEGORY, start, start + len(category))
        start += len(category) + 1


def _category_names(category: str) -> set[str]:
    return {canonical_category(category), *archives_of(category)}
