"""The one dictionary in which queries and papers meet: atom → who asks for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from digests.keywords.atoms import Atom
from digests.keywords.checks import Check
from digests.keywords.paper_atoms import Grams, Wanted, read_grams
from digests.keywords.plans import Plan
from digests.keywords.reading import ReadPaper

#: A query that is nothing but the atom (its canonical form), a plan in which it stands, a check that needs it.
User = str | Plan | Check


class AtomTable:
    def __init__(self) -> None:
        # A list only where there are several: most have one.
        self._users: dict[Atom, User | list[User]] = {}
        # Gram → atom by start. Not for the empty start, where a gram is the atom.
        self._atoms: dict[str, dict[str, Atom]] = defaultdict(dict)
        self._wanted = Wanted()

    def add_gram(self, start: str, gram: str, user: User) -> None:
        """The atom `start` + `gram`, which is looked for in papers from now on."""
        atom = start + gram
        if self.add(atom, user):
            self._wanted.add(start, gram)
            if start:
                self._atoms[start][gram] = atom

    def remove_gram(self, start: str, gram: str, user: User) -> None:
        if self.remove(start + gram, user):
            self._wanted.remove(start, gram)
            if start:
                del self._atoms[start][gram]

    def add(self, atom: Atom, user: User) -> bool:
        """Whether nobody asked for it before."""
        users = self._users.get(atom)
        if isinstance(users, list):
            users.append(user)
        elif users is None:
            # The same string as key and value where it can be: there may be a million.
            self._users[user if isinstance(user, str) and user == atom else atom] = user
        else:
            self._users[atom] = [users, user]
        return users is None

    def remove(self, atom: Atom, user: User) -> bool:
        """Whether nobody asks for it any more."""
        users = list(self.list_users(atom))
        users.remove(user)
        if users:
            self._users[atom] = users
        else:
            del self._users[atom]
        return not users

    def list_users(self, atom: Atom) -> Sequence[User]:
        users = self._users[atom]
        return users if isinstance(users, list) else (users,)

    def find_masks(self, papers: Iterable[ReadPaper]) -> dict[Atom, int]:
        """Each atom that a paper has and somebody asks for, with its papers: bit n is the paper number n."""
        masks: dict[Atom, int] = defaultdict(int)
        for number, paper in enumerate(papers):
            bit = 1 << number
            for found in read_grams(paper, self._wanted):
                for atom in self._find_atoms(found):
                    masks[atom] |= bit
        return masks

    def _find_atoms(self, found: Grams) -> Iterable[Atom]:
        if not found.start:
            return self._users.keys() & found.grams
        atoms = self._atoms[found.start]
        return [atoms[gram] for gram in atoms.keys() & found.grams]
