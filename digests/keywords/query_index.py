"""All standing queries, ready to meet any number of papers at once: what search engines call a percolator.

Time grows with the texts and the hits, not with queries × papers: a query is looked at only when a paper has an atom
without which it cannot match. Sets of papers are bits of one integer, so AND, OR and NOT over a batch cost nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Final, NamedTuple

from digests.keywords.atoms import Atom, TermAtom, find_atom
from digests.keywords.checks import Checks
from digests.keywords.language import Query, read_canonical
from digests.keywords.paper_atoms import Grams, Wanted, read_grams
from digests.keywords.reading import ReadPaper
from digests.keywords.tree import And, Node, Not, Or, Term
from digests.papers.paper import ArxivId, Paper

_COMMON: Final = ("cat:", "pri:")


class _All(NamedTuple):
    steps: tuple["_Step", ...]


class _Any(NamedTuple):
    steps: tuple["_Step", ...]


class _No(NamedTuple):
    atom: Atom


# Atoms stand in it as themselves: of a million queries a third are more than one, and memory counts.
_Step = Atom | _All | _Any | _No


class _Plan(NamedTuple):
    """A query of more than one atom. It cannot match a paper that has none of its `triggers`."""

    canonical: str
    step: _Step
    triggers: tuple[Atom, ...]


# Who asks for an atom: a query that is nothing but it (its canonical form), or a plan in which it stands.
_User = str | _Plan
# The terms of one query, by name.
_Atoms = dict[Atom, tuple[Term, TermAtom]]


class QueryIndex:
    """Queries are added and removed one by one; those with the same canonical form are one."""

    def __init__(self, queries: Iterable[Query] = ()) -> None:
        self._canonicals: set[str] = set()
        self._users: dict[Atom, _User | list[_User]] = {}
        # Gram → atom by start. Not for the empty start, where a gram is the atom.
        self._atoms: dict[str, dict[str, Atom]] = defaultdict(dict)
        self._checks: dict[str, Checks] = defaultdict(Checks)
        self._wanted = Wanted()
        for query in queries:
            self.add(query)

    def __len__(self) -> int:
        return len(self._canonicals)

    def __iter__(self) -> Iterator[str]:
        return iter(self._canonicals)

    def __contains__(self, canonical: object) -> bool:
        return canonical in self._canonicals

    def add(self, query: Query) -> None:
        if query.canonical not in self._canonicals:
            self._canonicals.add(query.canonical)
            atoms: _Atoms = {}
            user = _build_user(query, atoms)
            for term, atom in atoms.values():
                self._add_user(term, atom, user)

    def remove(self, canonical: str) -> None:
        """Nothing happens where it is not here."""
        if canonical in self._canonicals:
            self._canonicals.remove(canonical)
            atoms: _Atoms = {}
            user = _build_user(read_canonical(canonical), atoms)
            for _, atom in atoms.values():
                self._remove_user(atom, user)

    def match(self, papers: Sequence[Paper], chinese: Mapping[ArxivId, str] | None = None) -> dict[str, int]:
        """Canonical form → the papers that match: bit n stands for papers[n]. A query without any is absent.

        chinese  what there is of the Chinese: title, a line break, abstract. Only Chinese terms look at it.
        """
        masks = self._find_masks(papers, chinese or {})
        everything = (1 << len(papers)) - 1
        found: dict[str, int] = {}
        for atom, mask in masks.items():
            for user in self._list_users(atom):
                if isinstance(user, str):
                    found[user] = mask
                elif isinstance(user, _Plan) and atom in user.triggers and user.canonical not in found:
                    found[user.canonical] = _run(user.step, masks, everything)
        return {canonical: mask for canonical, mask in found.items() if mask}

    def _find_masks(self, papers: Sequence[Paper], chinese: Mapping[ArxivId, str]) -> dict[Atom, int]:
        """Each atom that some query asks for and some paper has, with its papers."""
        masks: dict[Atom, int] = defaultdict(int)
        for number, paper in enumerate(papers):
            bit = 1 << number
            for found in read_grams(ReadPaper(paper, chinese.get(paper.id, "")), self._wanted):
                for atom in self._find_atoms(found):
                    masks[atom] |= bit
                for atom in self._checks[found.start].find(found):
                    masks[atom] |= bit
        return masks

    def _find_atoms(self, found: Grams) -> Iterable[Atom]:
        if not found.start:
            return self._users.keys() & found.grams
        atoms = self._atoms[found.start]
        return [atoms[gram] for gram in atoms.keys() & found.grams]

    def _add_user(self, term: Term, atom: TermAtom, user: _User) -> None:
        users = self._users.get(atom.name)
        if users is None:
            # The same string as key and value where it can be: there may be a million.
            self._users[user if user == atom.name else atom.name] = user
            self._begin(term, atom)
        elif isinstance(users, list):
            users.append(user)
        else:
            self._users[atom.name] = [users, user]

    def _remove_user(self, atom: TermAtom, user: _User) -> None:
        users = self._list_users(atom.name)
        users.remove(user)
        if not users:
            del self._users[atom.name]
            self._end(atom)

    def _begin(self, term: Term, atom: TermAtom) -> None:
        self._wanted.add(atom)
        if atom.needs:
            self._checks[atom.start].add(term, atom)
        elif atom.start:
            self._atoms[atom.start][atom.name.removeprefix(atom.start)] = atom.name

    def _end(self, atom: TermAtom) -> None:
        self._wanted.remove(atom)
        if atom.needs:
            self._checks[atom.start].remove(atom)
        elif atom.start:
            del self._atoms[atom.start][atom.name.removeprefix(atom.start)]

    def _list_users(self, name: Atom) -> list[_User]:
        users = self._users[name]
        return users if isinstance(users, list) else [users]


def _build_user(query: Query, atoms: _Atoms) -> _User:
    """Collects what the query consists of in `atoms`."""
    step = _compile(query.node, atoms)
    return query.canonical if isinstance(step, str) else _Plan(query.canonical, step, _find_triggers(step))


def _compile(node: Node, atoms: _Atoms) -> _Step:
    match node:
        case And(nodes):
            return _All(tuple(_compile(inner, atoms) for inner in nodes))
        case Or(nodes):
            return _Any(tuple(_compile(inner, atoms) for inner in nodes))
        case Not(term):
            return _No(_collect(term, atoms))
        case _:
            return _collect(node, atoms)


def _collect(term: Term, atoms: _Atoms) -> Atom:
    atom = find_atom(term)
    atoms[atom.name] = term, atom
    return atom.name


def _run(step: _Step, masks: Mapping[Atom, int], everything: int) -> int:
    match step:
        case str():
            return masks.get(step, 0)
        case _All(steps):
            return reduce(and_, (_run(inner, masks, everything) for inner in steps))
        case _Any(steps):
            return reduce(or_, (_run(inner, masks, everything) for inner in steps))
        case _No(atom):
            return everything & ~masks.get(atom, 0)


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
