"""One query, one paper: does it match, and why (keywords.md §5)."""

from collections.abc import Sequence
from typing import Final

from digests.keywords.canonical import write_term
from digests.keywords.match import Field, Span
from digests.keywords.reading import Place, ReadPaper
from digests.keywords.tree import And, Node, Not, Or, Term

_ORDER: Final = {field: order for order, field in enumerate(Field)}

_Reason = tuple[Term, Sequence[Place]]


def explain(node: Node, paper: ReadPaper) -> tuple[Span, ...] | None:
    """The places of the terms that make the paper match, title first; None where it does not.

    What stands after NOT is not among them, nor what stands in an alternative that fails.
    """
    reasons = _find_reasons(node, paper)
    if reasons is None:
        return None
    places = {
        (_ORDER[field], start, end, write_term(term), field) for term, found in reasons for field, start, end in found
    }
    return tuple(Span(text, field, start, end) for _, start, end, text, field in sorted(places))


def _find_reasons(node: Node, paper: ReadPaper) -> list[_Reason] | None:
    match node:
        case And(nodes):
            return _find_all(nodes, paper)
        case Or(nodes):
            held = [reasons for inner in nodes if (reasons := _find_reasons(inner, paper)) is not None]
            return [reason for reasons in held for reason in reasons] if held else None
        case Not(term):
            return None if paper.find(term) else []
        case _:
            places = paper.find(node)
            return [(node, places)] if places else None


def _find_all(nodes: Sequence[Node], paper: ReadPaper) -> list[_Reason] | None:
    found: list[_Reason] = []
    for node in nodes:
        reasons = _find_reasons(node, paper)
        if reasons is None:
            return None
        found += reasons
    return found
