"""What all readers ask for, built once in a process and shared by its tasks."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from digests.errors import QueryRefused
from digests.keywords.bits import list_bits
from digests.keywords.explaining import explain
from digests.keywords.language import Query, read_canonical
from digests.keywords.match import Match, Span
from digests.keywords.query_index import QueryIndex
from digests.keywords.reading import ReadPaper
from digests.papers.paper import ArxivId, Paper

# Yesterday's comes again for those who were late; each is a reading with and one without the Chinese.
_BATCHES: Final = 4


class StandingQueries:
    """The first task that meets a batch matches it for everybody; the others look up. Not for several threads.

    list_stored  canonical forms as stored, of all who may be asked about; what this version refuses is left out
    """

    def __init__(self, list_stored: Callable[[], Collection[str]]) -> None:
        self._list_stored = list_stored
        self._stored: dict[str, Query | None] = {}
        # Those with Chinese terms see what was translated meanwhile, and are matched again when there is more of it.
        self._plain, self._chinese = QueryIndex(), QueryIndex()
        self._met: deque[_Met] = deque(maxlen=_BATCHES)

    def match(
        self, queries: Iterable[Query], papers: Sequence[Paper], chinese: Mapping[ArxivId, str]
    ) -> dict[str, list[Match]]:
        """As Matcher.match, for some of the readers' queries."""
        asked = list(queries)
        plain = [query for query in asked if not query.has_chinese]
        return {
            **self._match(plain, self._plain, papers, {}),
            **self._match([query for query in asked if query.has_chinese], self._chinese, papers, chinese),
        }

    def _match(
        self, queries: Sequence[Query], index: QueryIndex, papers: Sequence[Paper], chinese: Mapping[ArxivId, str]
    ) -> dict[str, list[Match]]:
        if not queries:
            return {}
        met = next((met for met in self._met if met.is_of(index, papers, chinese)), None)
        if met is None:
            self._catch_up()
            met = _Met(index, papers, chinese)
            self._met.append(met)
        return met.look_up(queries)

    def _catch_up(self) -> None:
        """What was added and removed since the last batch; nothing is built again."""
        stored = set(self._list_stored())
        for text in self._stored.keys() - stored:
            if query := self._stored.pop(text):
                self._index_of(query).remove(query.canonical)
        for text in stored - self._stored.keys():
            self._stored[text] = query = _read(text)
            if query:
                self._index_of(query).add(query)

    def _index_of(self, query: Query) -> QueryIndex:
        return self._chinese if query.has_chinese else self._plain


class _Met:
    """A batch that all queries have met. What is added to the list meanwhile meets it alone."""

    def __init__(self, index: QueryIndex, papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> None:
        self._index, self._papers, self._chinese = index, list(papers), dict(chinese)
        self._masks = index.match(papers, chinese)
        self._known = set(index)
        self._spans: dict[tuple[str, int], tuple[Span, ...]] = {}

    def is_of(self, index: QueryIndex, papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> bool:
        return self._index is index and self._papers == list(papers) and self._chinese == chinese

    def look_up(self, queries: Sequence[Query]) -> dict[str, list[Match]]:
        missing = [query for query in queries if query.canonical not in self._known]
        if missing:
            self._masks |= QueryIndex(missing).match(self._papers, self._chinese)
            self._known.update(query.canonical for query in missing)
        read: dict[int, ReadPaper] = {}
        return {
            query.canonical: [self._explain(query, n, read) for n in list_bits(self._masks[query.canonical])]
            for query in queries
            if query.canonical in self._masks
        }

    def _explain(self, query: Query, number: int, read: dict[int, ReadPaper]) -> Match:
        paper = self._papers[number]
        spans = self._spans.get((query.canonical, number))
        if spans is None:
            if number not in read:
                read[number] = ReadPaper(paper, self._chinese.get(paper.id, ""))
            spans = self._spans[query.canonical, number] = explain(query.node, read[number]) or ()
        return Match(paper.id, query.canonical, spans)


def _read(stored: str) -> Query | None:
    try:
        return read_canonical(stored)
    except QueryRefused:
        return None
