"""Terms that no single gram decides, waiting for the texts in which they are worth looking up."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from digests.keywords.atoms import Atom, TermAtom
from digests.keywords.paper_atoms import Grams
from digests.keywords.reading import ReadText
from digests.keywords.tree import Phrase, Shape, Term


class Check(NamedTuple):
    """
    window  of a term that holds wherever all its needs, as folded words, stand in so many words; None where only the
            term itself can say
    """

    name: Atom
    needs: tuple[str, ...]
    term: Term
    window: int | None

    def is_held(self, found: Grams) -> bool:
        if self.window is not None and isinstance(found.holder, ReadText):
            return found.holder.has_near(self.needs, self.window)
        return found.grams.issuperset(self.needs) and found.holder.holds(self.term)


class Checks:
    """Those of one start, by the first two grams that they need.

    A common word may come first in thousands of checks; most miss their second gram, and cost no more than that.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, dict[str, dict[Atom, Check]]] = {}

    def add(self, term: Term, atom: TermAtom) -> None:
        first, second = _key(atom.needs)
        check = Check(atom.name, atom.needs, term, _find_window(term, atom.needs))
        self._waiting.setdefault(first, {}).setdefault(second, {})[atom.name] = check

    def remove(self, atom: TermAtom) -> None:
        first, second = _key(atom.needs)
        by_second = self._waiting[first]
        del by_second[second][atom.name]
        if not by_second[second]:
            del by_second[second]
        if not by_second:
            del self._waiting[first]

    def find(self, found: Grams) -> Iterator[Atom]:
        """The names of the terms that stand there."""
        for first in self._waiting.keys() & found.grams:
            for second, checks in self._waiting[first].items():
                if second in found.grams:
                    yield from (check.name for check in checks.values() if check.is_held(found))


def _key(needs: tuple[str, ...]) -> tuple[str, str]:
    return needs[0], needs[:2][-1]


def _find_window(term: Term, needs: Sequence[str]) -> int | None:
    if not isinstance(term, Phrase) or term.slack is None:
        return None
    # A word of a text may be two words of a query (`graph`, `graph*`), and a word twice in it needs two of a text.
    is_plain = all(word.shape is Shape.FOLDED for word in term.words) and len(needs) == len(term.words)
    return len(term.words) + term.slack if is_plain else None
