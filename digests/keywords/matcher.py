"""All queries × all papers: every distinct query once, however many people hold it (keywords.md §4, §5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Final

from digests.keywords.canonical import write_term
from digests.keywords.hits import Hits, find_hits
from digests.keywords.index import Place
from digests.keywords.language import Query
from digests.keywords.match import Field, Match, Span
from digests.keywords.tree import And, Node, Not, Or, Term
from digests.papers.paper import ArxivId, Paper

_ORDER: Final = {field: order for order, field in enumerate(Field)}


class Matcher:
    """Queries with the same canonical form are one."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._queries = {query.canonical: query for query in queries}

    def match(self, papers: Iterable[Paper], chinese: Mapping[ArxivId, str] | None = None) -> dict[str, list[Match]]:
        """Canonical form → matches in the order of `papers`; a query without one is absent.

        chinese  what there is of the Chinese: title, a line break, abstract. Only Chinese terms look at it.
        """
        batch = list(papers)
        terms = (term for query in self._queries.values() for term in query.terms)
        evaluation = _Evaluation(find_hits(terms, batch, chinese or {}), len(batch))
        found: dict[str, list[Match]] = {}
        for canonical, query in self._queries.items():
            for number, spans in evaluation.run(query.node):
                found.setdefault(canonical, []).append(Match(batch[number].id, canonical, spans))
        return found


class _Evaluation:
    """Sets of papers are bits of one integer: AND, OR and NOT over a batch cost nothing."""

    def __init__(self, hits: Mapping[Term, Hits], papers: int) -> None:
        self._hits = hits
        self._all = (1 << papers) - 1
        self._masks = {term: sum(1 << number for number in found) for term, found in hits.items()}

    def run(self, node: Node) -> Iterator[tuple[int, tuple[Span, ...]]]:
        """The numbers of the papers that match, with the places of the terms that make them match."""
        mask = self._mask(node)
        reasons = [(write_term(term), self._hits[term], mask) for term, mask in self._find_reasons(node, mask)]
        for number in _bits(mask):
            yield number, _mark((text, hits[number]) for text, hits, mask in reasons if mask >> number & 1)

    def _find_reasons(self, node: Node, mask: int) -> Iterator[tuple[Term, int]]:
        """The positive terms, with the papers of `mask` in which they count: not where their alternative fails."""
        mask &= self._mask(node)
        if isinstance(node, And | Or):
            for inner in node.nodes:
                yield from self._find_reasons(inner, mask)
        elif not isinstance(node, Not):
            yield node, mask

    def _mask(self, node: Node) -> int:
        match node:
            case And(nodes):
                return reduce(and_, map(self._mask, nodes))
            case Or(nodes):
                return reduce(or_, map(self._mask, nodes))
            case Not(term):
                return self._all & ~self._masks[term]
            case _:
                return self._masks[node]


def _bits(mask: int) -> Iterator[int]:
    """The numbers of the set bits, rising."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _mark(found: Iterable[tuple[str, Sequence[Place]]]) -> tuple[Span, ...]:
    places = {(_ORDER[field], start, end, text, field) for text, places in found for field, start, end in places}
    return tuple(Span(text, field, start, end) for _, start, end, text, field in sorted(places))
