"""All queries × all papers: every distinct query once, however many people hold it (keywords.md §4, §5)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from digests.keywords.canonical import write_term
from digests.keywords.hits import Hits, find_hits
from digests.keywords.language import Query
from digests.keywords.match import Field, Match, Span
from digests.keywords.tree import And, Node, Not, Or, Term
from digests.papers.paper import ArxivId, Paper

_MAX_SPANS: Final = 20
_FIELD_ORDER: Final = {field: order for order, field in enumerate(Field)}


class Matcher:
    """Queries with the same canonical form are one."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._queries = {query.canonical: query for query in queries}
        self._texts = {term: write_term(term) for query in self._queries.values() for term in query.terms}

    def match(self, papers: Iterable[Paper], chinese: Mapping[ArxivId, str] | None = None) -> dict[str, list[Match]]:
        """Canonical form → matches in the order of `papers`; a query without one is absent.

        chinese  what there is of the Chinese: title, a line break, abstract. Only Chinese terms look at it.
        """
        batch = list(papers)
        evaluation = _Evaluation(find_hits(self._texts, batch, chinese or {}), len(batch))
        found = {
            canonical: [
                Match(batch[number].id, canonical, self._mark(evaluation.find_terms(query.node, number), number))
                for number in evaluation.find_papers(query.node)
            ]
            for canonical, query in self._queries.items()
        }
        return {canonical: matches for canonical, matches in found.items() if matches}

    def _mark(self, terms: Iterable[tuple[Term, Hits]], number: int) -> tuple[Span, ...]:
        spans = {Span(self._texts[term], *place) for term, hits in terms for place in hits[number][:_MAX_SPANS]}
        return tuple(sorted(spans, key=lambda span: (_FIELD_ORDER[span.field], span.start, span.end, span.term)))


def match_one(query: Query, paper: Paper, chinese: str = "") -> Match | None:
    found = Matcher([query]).match([paper], {paper.id: chinese})
    return found[query.canonical][0] if found else None


class _Evaluation:
    """Sets of papers are bits of one integer: AND, OR and NOT over a batch cost nothing."""

    def __init__(self, hits: Mapping[Term, Hits], papers: int) -> None:
        self._hits = hits
        self._papers = papers
        self._masks = {term: sum(1 << number for number in found) for term, found in hits.items()}

    def find_papers(self, node: Node) -> list[int]:
        mask = self._mask(node)
        return [number for number in range(mask.bit_length()) if mask >> number & 1]

    def find_terms(self, node: Node, number: int) -> Iterator[tuple[Term, Hits]]:
        """The positive terms that make the paper match; an alternative that does not hold gives none."""
        if not self._mask(node) >> number & 1 or isinstance(node, Not):
            return
        if isinstance(node, And | Or):
            for inner in node.nodes:
                yield from self.find_terms(inner, number)
        else:
            yield node, self._hits[node]

    def _mask(self, node: Node) -> int:
        match node:
            case And(nodes):
                mask = self._mask(nodes[0])
                for inner in nodes[1:]:
                    mask &= self._mask(inner)
                return mask
            case Or(nodes):
                mask = 0
                for inner in nodes:
                    mask |= self._mask(inner)
                return mask
            case Not(term):
                return (1 << self._papers) - 1 & ~self._masks[term]
            case _:
                return self._masks[node]
