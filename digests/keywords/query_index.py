"""All standing queries, ready to meet any number of papers at once: what search engines call a percolator.

Time grows with the texts and the hits, not with queries × papers: a query is looked at only when a paper has an atom
without which it cannot match.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from digests.keywords.atom_table import AtomTable
from digests.keywords.atoms import Atom, TermAtom
from digests.keywords.checks import Check, build_check
from digests.keywords.language import Query, read_canonical
from digests.keywords.plans import Plan, compile_query
from digests.keywords.reading import ReadPaper
from digests.keywords.tree import Term
from digests.papers.paper import ArxivId, Paper


class QueryIndex:
    """Queries are added and removed one by one; those with the same canonical form are one."""

    def __init__(self, queries: Iterable[Query] = ()) -> None:
        self._canonicals: set[str] = set()
        self._table = AtomTable()
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
            plan, terms = compile_query(query)
            for term, atom in terms.values():
                self._add_term(term, atom, plan)

    def remove(self, canonical: str) -> None:
        """Nothing happens where it is not here."""
        if canonical in self._canonicals:
            self._canonicals.remove(canonical)
            plan, terms = compile_query(read_canonical(canonical))
            for term, atom in terms.values():
                self._remove_term(term, atom, plan)

    def match(self, papers: Sequence[Paper], chinese: Mapping[ArxivId, str] | None = None) -> dict[str, int]:
        """Canonical form → the papers that match: bit n stands for papers[n]. A query without any is absent.

        chinese  what there is of the Chinese: title, a line break, abstract. Only Chinese terms look at it.
        """
        chinese = chinese or {}
        read = [ReadPaper(paper, chinese.get(paper.id, "")) for paper in papers]
        meeting = _Meeting(self._table, self._table.find_masks(read))
        meeting.look_up(read)
        return meeting.run(everything=(1 << len(papers)) - 1)

    def _add_term(self, term: Term, atom: TermAtom, user: str | Plan) -> None:
        if not atom.needs:
            self._table.add_gram(atom.start, atom.name.removeprefix(atom.start), user)
        elif self._table.add(atom.name, user):
            for need in atom.needs:
                self._table.add_gram(atom.start, need, build_check(term, atom))

    def _remove_term(self, term: Term, atom: TermAtom, user: str | Plan) -> None:
        if not atom.needs:
            self._table.remove_gram(atom.start, atom.name.removeprefix(atom.start), user)
        elif self._table.remove(atom.name, user):
            for need in atom.needs:
                self._table.remove_gram(atom.start, need, build_check(term, atom))


class _Meeting:
    """One batch before all queries: `masks` are the papers of each atom, and grow."""

    def __init__(self, table: AtomTable, masks: dict[Atom, int]) -> None:
        self._table, self._masks = table, masks
        self._found: dict[str, int] = {}
        self._plans: dict[str, Plan] = {}
        self._checks: list[Check] = []
        for atom, mask in masks.items():
            self._ask(atom, mask)

    def look_up(self, papers: Sequence[ReadPaper]) -> None:
        held = {check.name: mask for check in self._checks if (mask := check.find(papers, self._masks))}
        self._masks |= held
        for atom, mask in held.items():
            self._ask(atom, mask)

    def run(self, *, everything: int) -> dict[str, int]:
        for canonical, plan in self._plans.items():
            if mask := plan.run(self._masks, everything):
                self._found[canonical] = mask
        return self._found

    def _ask(self, atom: Atom, mask: int) -> None:
        for user in self._table.list_users(atom):
            if isinstance(user, str):
                self._found[user] = mask
            elif isinstance(user, Check):
                if atom == user.needs[0]:
                    self._checks.append(user)
            elif atom in user.triggers:
                self._plans[user.canonical] = user
