"""What all readers ask for, built once in a process and shared by its tasks."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from digests.keywords.bits import list_bits
from digests.keywords.explaining import explain
from digests.keywords.language import Query, find_canonical
from digests.keywords.match import Match, Span
from digests.keywords.query_index import QueryIndex
from digests.keywords.reading import ReadPaper
from digests.papers.paper import ArxivId, Paper

# Yesterday's comes again for those who were late.
_BATCHES: Final = 2
# Some 500 bytes each: what is said to readers more than once is mostly said within minutes.
_MAX_EXPLAINED: Final = 100_000


class StandingQueries:
    """The first task that meets a batch matches it for everybody; the others look up. Not for several threads.

    list_stored  canonical forms as stored, of all who may be asked about; what this version refuses is left out
    """

    def __init__(self, list_stored: Callable[[], Collection[str]]) -> None:
        self._list_stored = list_stored
        self._begin()

    def find(self, queries: Iterable[Query], papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> dict[str, int]:
        """As QueryIndex.match, for some of the readers' queries."""
        return {
            query.canonical: mask
            for met, asked in self._meet(queries, papers, chinese)
            for query in asked
            if (mask := met.masks.get(query.canonical))
        }

    def match(
        self, queries: Iterable[Query], papers: Sequence[Paper], chinese: Mapping[ArxivId, str]
    ) -> dict[str, list[Match]]:
        """As Matcher.match, for some of the readers' queries."""
        return {
            query.canonical: met.explain(query)
            for met, asked in self._meet(queries, papers, chinese)
            for query in asked
            if query.canonical in met.masks
        }

    def _meet(
        self, queries: Iterable[Query], papers: Sequence[Paper], chinese: Mapping[ArxivId, str]
    ) -> "Iterator[tuple[_Met, list[Query]]]":
        asked = list(queries)
        for desk in (self._plain, self._chinese):
            theirs = [query for query in asked if query.has_chinese is desk.is_chinese]
            if theirs:
                met = self._find_met(desk, papers, chinese if desk.is_chinese else {})
                met.add(theirs)
                yield met, theirs

    def _find_met(self, desk: "_Desk", papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> "_Met":
        met = desk.find(papers, chinese)
        if met is None:
            try:
                self._catch_up()
            except BaseException:
                # A time limit may end it anywhere: half of a query would be missed silently.
                self._begin()
                raise
            met = desk.meet(papers, chinese)
        return met

    def _begin(self) -> None:
        # Stored form → canonical form of today, None for one that is refused.
        self._stored: dict[str, str | None] = {}
        self._holders: Counter[str] = Counter()
        # Those with Chinese terms see what was translated meanwhile: of a batch only their newest meeting is of use.
        self._plain = _Desk(is_chinese=False, batches=_BATCHES)
        self._chinese = _Desk(is_chinese=True, batches=1)

    def _catch_up(self) -> None:
        """What was added and removed since the last batch; nothing is built again."""
        stored = set(self._list_stored())
        for text in self._stored.keys() - stored:
            if canonical := self._stored.pop(text):
                self._drop(canonical)
        for text in stored - self._stored.keys():
            query = find_canonical(text)
            self._stored[text] = query.canonical if query else None
            if query:
                self._holders[query.canonical] += 1
                (self._chinese if query.has_chinese else self._plain).add(query)

    def _drop(self, canonical: str) -> None:
        """Two stored forms may mean the same today."""
        self._holders[canonical] -= 1
        if not self._holders[canonical]:
            del self._holders[canonical]
            self._plain.index.remove(canonical)
            self._chinese.index.remove(canonical)


class _Desk:
    """One index, and the last batches that have met it."""

    def __init__(self, *, is_chinese: bool, batches: int) -> None:
        self.is_chinese = is_chinese
        self.index = QueryIndex()
        self._met: deque[_Met] = deque(maxlen=batches)

    def add(self, query: Query) -> None:
        self.index.add(query)
        for met in self._met:
            met.later.add(query.canonical)

    def find(self, papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> "_Met | None":
        return next((met for met in self._met if met.is_of(papers, chinese)), None)

    def meet(self, papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> "_Met":
        for met in self._met:
            met.rest()
        self._met.append(_Met(self.index, papers, chinese))
        return self._met[-1]


class _Met:
    """A batch that all queries have met; `masks` as QueryIndex.match has them. What is added meanwhile meets it alone.

    later  queries that came into the index after it
    """

    def __init__(self, index: QueryIndex, papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> None:
        self._index, self._papers, self._chinese = index, list(papers), dict(chinese)
        self.masks = index.match(papers, chinese)
        self.later: set[str] = set()
        self._added: set[str] = set()
        self._read: dict[int, ReadPaper] = {}
        self._explained: dict[tuple[str, int], tuple[Span, ...]] = {}

    def is_of(self, papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> bool:
        return self._papers == list(papers) and self._chinese == chinese

    def rest(self) -> None:
        """Keep no more than what is needed when somebody asks again: another batch has come."""
        self._read.clear()
        self._explained.clear()

    def add(self, queries: Iterable[Query]) -> None:
        missing = [query for query in queries if not self._has_met(query.canonical)]
        if missing:
            self.masks |= QueryIndex(missing).match(self._papers, self._chinese)
            self._added.update(query.canonical for query in missing)

    def explain(self, query: Query) -> list[Match]:
        numbers = list_bits(self.masks[query.canonical])
        return [Match(self._papers[number].id, query.canonical, self._find_spans(query, number)) for number in numbers]

    def _has_met(self, canonical: str) -> bool:
        return (
            canonical in self.masks
            or canonical in self._added
            or (canonical in self._index and canonical not in self.later)
        )

    def _find_spans(self, query: Query, number: int) -> tuple[Span, ...]:
        spans = self._explained.get((query.canonical, number))
        if spans is None:
            if number not in self._read:
                paper = self._papers[number]
                self._read[number] = ReadPaper(paper, self._chinese.get(paper.id, ""))
            if len(self._explained) >= _MAX_EXPLAINED:
                self._explained.clear()
            spans = explain(query.node, self._read[number]) or ()
            self._explained[query.canonical, number] = spans
        return spans
