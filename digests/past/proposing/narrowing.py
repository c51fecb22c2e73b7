"""What to type instead of a keyword that is too broad: less of the same, never something else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, TypeVar

from digests.keywords.canonical import build_and, build_or, write
from digests.keywords.folding import fold_word
from digests.keywords.language import Query
from digests.keywords.match import Field
from digests.keywords.tree import And, Label, Node, Or, Phrase
from digests.past.proposing.collocations import Gram, build_phrase, can_end, count_topics
from digests.past.proposing.inquiry import Inquiry
from digests.past.proposing.lengthening import count_longer

_MIN_PAPERS: Final = 2
_MIN_STEM: Final = 4
# So often what papers are about is in their titles, of those that have it at all.
_TITLED: Final = 0.3
# What more of the papers are about is another word for the keyword.
_SAME: Final = 0.6
# How frequent a phrase is among the papers read says about how frequent it is among all; so many are counted.
_MAX_COUNTED: Final = 6
_LEEWAY: Final = 1.3
# Of what a keyword may bring: with so much no other is counted, with so much no other kind.
_PLENTY: Final = 0.5
_ENOUGH: Final = 0.3

_Found = TypeVar("_Found", Phrase, Gram)


def find_narrower(inquiry: Inquiry, query: Query) -> Node | None:
    """Of the queries that bring less of the same and are narrow enough, the one that brings most.

    Its words in the title only, its categories as the primary one, longer phrases that hold it; where these bring
    little, also a phrase that must stand in the paper too. What tells of no subject (`the`, an author, a category) has
    no topics: whatever went with it would be another interest.
    """
    fitting: dict[Node, int] = {}
    for build in (_build_fields, _build_longer, _build_joined):
        fitting |= _count_fitting(inquiry, build(inquiry, query))
        if max(fitting.values(), default=0) >= _ENOUGH * inquiry.max_count:
            break
    return max(fitting, key=lambda node: (fitting[node], write(node)), default=None)


def _count_fitting(inquiry: Inquiry, nodes: Iterable[Node]) -> dict[Node, int]:
    fitting = {}
    for node in islice(nodes, _MAX_COUNTED):
        if 0 < (count := inquiry.count(node)) <= inquiry.max_count:
            fitting[node] = count
            if count >= _PLENTY * inquiry.max_count:
                break
    return fitting


def _build_fields(_inquiry: Inquiry, query: Query) -> Iterator[Node]:
    """With one term after the other in a narrower field, then with all of them."""
    node = query.node
    if isinstance(node, And):
        for place, inner in enumerate(node.nodes[: _MAX_COUNTED - 1]):
            yield from (
                build_and([*node.nodes[:place], narrower, *node.nodes[place + 1 :]])
                for narrower in {_narrow(inner)} - {inner}
            )
    if (whole := _narrow(node)) != node:
        yield whole


def _narrow(node: Node) -> Node:
    match node:
        case And(nodes):
            return build_and(map(_narrow, nodes))
        case Or(nodes):
            return build_or(map(_narrow, nodes))
        case Phrase(field=None) if _tells_subject(node):
            return replace(node, field=Field.TITLE)
        case Label(field=Field.CATEGORY):
            return replace(node, field=Field.PRIMARY)
        case _:
            return node


def _build_longer(inquiry: Inquiry, query: Query) -> Sequence[Node]:
    if not isinstance(query.node, Phrase) or not _tells_subject(query.node):
        return []
    counts = count_longer(query.node, inquiry.read_newest(query.node).values())
    return _rank(inquiry, query, counts)


def _build_joined(inquiry: Inquiry, query: Query) -> Iterator[Node]:
    """With what the most of its papers are about, as long as that is not the same."""
    if not any(isinstance(term, Phrase) and _tells_subject(term) for term in query.positive_terms):
        return
    papers = list(inquiry.read_newest(query.node).values())
    own = [fold_word(word.text.lower()) for term in query.terms if isinstance(term, Phrase) for word in term.words]
    topics = {
        gram: count
        for gram, count in count_topics(papers, _TITLED).items()
        if count <= _SAME * len(papers) and not any(_are_kin(word, other) for word in gram for other in own)
    }
    for gram in _rank(inquiry, query, topics):
        yield build_and([query.node, build_phrase(gram)])


def _tells_subject(phrase: Phrase) -> bool:
    return any(can_end(fold_word(word.text.lower())) for word in phrase.words)


def _are_kin(word: str, other: str) -> bool:
    """`agentic` and `agent`"""
    return word == other or (len(other) >= _MIN_STEM and word.startswith(other))


def _rank(inquiry: Inquiry, query: Query, counts: Mapping[_Found, int]) -> list[_Found]:
    """Those that may be narrow enough, the most frequent first."""
    read = max(1, len(inquiry.read_newest(query.node)))
    limit = _LEEWAY * inquiry.max_count * read / max(1, inquiry.count(query.node))
    fitting = [found for found, count in counts.items() if _MIN_PAPERS <= count <= limit]
    return sorted(fitting, key=lambda found: (-counts[found], str(found)))
