"""Terms that no single gram decides: to be looked up in the papers that have all that the term needs."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple

from digests.keywords.atoms import Atom, TermAtom
from digests.keywords.bits import list_bits
from digests.keywords.reading import ReadPaper
from digests.keywords.tree import Phrase, Shape, Term


class Check(NamedTuple):
    """
    name    the term's atom
    needs   atoms, the rarest first
    window  of words that are each another one (`graph`, `graph*` may be the same), so that bits of places decide
    """

    name: Atom
    needs: tuple[Atom, ...]
    term: Term
    window: int | None

    def find(self, papers: Sequence[ReadPaper], masks: Mapping[Atom, int]) -> int:
        """The papers that hold the term, as bits, from those that have each atom."""
        possible = reduce(and_, (masks.get(need, 0) for need in self.needs))
        return sum(1 << number for number in list_bits(possible) if self._is_held(papers[number]))

    def _is_held(self, paper: ReadPaper) -> bool:
        if self.window is None or not isinstance(self.term, Phrase):
            return paper.holds(self.term)
        return paper.has_near(self.term, self.window)


def build_check(term: Term, atom: TermAtom) -> Check:
    return Check(atom.name, tuple(atom.start + need for need in atom.needs), term, _find_window(term))


def _find_window(term: Term) -> int | None:
    if not isinstance(term, Phrase) or term.slack is None:
        return None
    texts = {word.text for word in term.words if word.shape is Shape.FOLDED}
    return len(term.words) + term.slack if len(texts) == len(term.words) else None
