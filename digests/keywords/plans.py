"""Queries of several terms, compiled for sets of papers: bits of an integer, so that AND, OR and NOT are cheap."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from digests.keywords.atoms import Atom, TermAtom, find_atom
from digests.keywords.language import Query
from digests.keywords.tree import And, Node, Not, Or, Term

_COMMON: Final = ("cat:", "pri:")


class _All(NamedTuple):
    steps: tuple["_Step", ...]


class _Any(NamedTuple):
    steps: tuple["_Step", ...]


class _No(NamedTuple):
    atom: Atom


# Atoms stand in it as themselves: of a million queries a third are more than one, and memory counts.
_Step = Atom | _All | _Any | _No


class Plan(NamedTuple):
    """It cannot match a paper that has none of its `triggers`."""

    canonical: str
    step: _Step
    triggers: tuple[Atom, ...]

    def run(self, masks: Mapping[Atom, int], everything: int) -> int:
        """The papers that match, from those that have each atom; `everything` is all of them."""
        return _run(self.step, masks, everything)


class Compiled(NamedTuple):
    """
    plan   the canonical form alone where the query is one atom
    terms  all that it consists of, by name
    """

    plan: Plan | str
    terms: dict[Atom, tuple[Term, TermAtom]]


def compile_query(query: Query) -> Compiled:
    terms: dict[Atom, tuple[Term, TermAtom]] = {}
    step = _compile(query.node, terms)
    plan = query.canonical if isinstance(step, str) else Plan(query.canonical, step, _find_triggers(step))
    return Compiled(plan, terms)


def _compile(node: Node, terms: dict[Atom, tuple[Term, TermAtom]]) -> _Step:
    match node:
        case And(nodes):
            return _All(tuple(_compile(inner, terms) for inner in nodes))
        case Or(nodes):
            return _Any(tuple(_compile(inner, terms) for inner in nodes))
        case Not(term):
            atom = find_atom(term)
            terms[atom.name] = term, atom
            return _No(atom.name)
        case _:
            atom = find_atom(node)
            terms[atom.name] = node, atom
            return atom.name


def _run(step: _Step, masks: Mapping[Atom, int], everything: int) -> int:
    # No match statement: its class patterns take three times as long, and a batch runs hundreds of thousands of steps.
    if isinstance(step, str):
        return masks.get(step, 0)
    if isinstance(step, _No):
        return everything & ~masks.get(step.atom, 0)
    papers = everything if isinstance(step, _All) else 0
    for inner in step.steps:
        theirs = masks.get(inner, 0) if isinstance(inner, str) else _run(inner, masks, everything)
        papers = papers & theirs if isinstance(step, _All) else papers | theirs
    return papers


def _find_triggers(step: _Step) -> tuple[Atom, ...]:
    """Of all that must hold the rarest. What is denied asks for nothing: no atoms."""
    match step:
        case str():
            return (step,)
        case _Any(steps):
            asked = [_find_triggers(inner) for inner in steps]
            return tuple(atom for atoms in asked for atom in atoms) if all(asked) else ()
        case _All(steps):
            asked = [atoms for inner in steps if (atoms := _find_triggers(inner))]
            return min(asked, key=lambda atoms: max(map(_guess_frequency, atoms)), default=())
        case _No():
            return ()


def _guess_frequency(atom: Atom) -> tuple[bool, int, int]:
    """Comparable. More words are rarer, and so is a longer word; a category is in hundreds of papers."""
    return atom.startswith(_COMMON), -atom.count(" "), -len(atom)
