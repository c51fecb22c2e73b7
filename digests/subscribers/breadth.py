"""Is a keyword so wide that it is asked about before it is taken? (keywords.md §3)"""

from digests.keywords.language import Query
from digests.keywords.match import Field
from digests.keywords.tree import And, Label, Node, Not, Or
from digests.papers.taxonomy import archive_of, find_category


def is_wider_than_an_archive(query: Query) -> bool:
    """Nothing but categories narrows it, and they are a whole archive of several categories and more."""
    labels = _reach(query.node)
    return any(archive_of(other) != label for label in labels if find_category(label) is None for other in labels)


def _reach(node: Node) -> frozenset[str]:
    """The categories and archives that `node` takes whole; empty where words, authors or ids choose."""
    match node:
        case Label(text, Field.CATEGORY | Field.PRIMARY):
            return frozenset({text})
        case Or(nodes):
            return frozenset().union(*(_reach(inner) for inner in nodes))
        case And(nodes):
            # Both must hold, so the narrowest says how much there can be.
            return min((_reach(inner) for inner in nodes if not isinstance(inner, Not)), key=len)
        case _:
            return frozenset()
