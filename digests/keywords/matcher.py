"""Some queries × some papers, with the reasons (keywords.md §5)."""

from collections.abc import Iterable, Mapping

from digests.keywords.bits import list_bits
from digests.keywords.explaining import explain
from digests.keywords.language import Query
from digests.keywords.match import Match
from digests.keywords.query_index import QueryIndex
from digests.keywords.reading import ReadPaper
from digests.papers.paper import ArxivId, Paper


class Matcher:
    """Queries with the same canonical form are one."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._queries = {query.canonical: query for query in queries}
        self._index = QueryIndex(self._queries.values())

    def match(self, papers: Iterable[Paper], chinese: Mapping[ArxivId, str] | None = None) -> dict[str, list[Match]]:
        """Canonical form → matches in the order of `papers`; a query without one is absent.

        chinese  what there is of the Chinese: title, a line break, abstract. Only Chinese terms look at it.
        """
        batch, chinese = list(papers), chinese or {}
        read = [ReadPaper(paper, chinese.get(paper.id, "")) for paper in batch]
        found = self._index.match(batch, chinese)
        return {
            canonical: [self._explain(canonical, batch[n], read[n]) for n in list_bits(found[canonical])]
            for canonical in self._queries
            if canonical in found
        }

    def _explain(self, canonical: str, paper: Paper, read: ReadPaper) -> Match:
        return Match(paper.id, canonical, explain(self._queries[canonical].node, read) or ())
