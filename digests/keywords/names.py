"""Authors: whole name parts in order, gaps allowed, the last being the person's last (keywords.md §1)."""

from collections import defaultdict
from collections.abc import Iterator

from digests.keywords.index import Place
from digests.keywords.match import Field
from digests.keywords.tree import PREFIXES, Author, QueryWord
from digests.keywords.words import read_words
from digests.papers.paper import Paper

_SEPARATOR = ", "


class NameIndex:
    """The people of a batch by their last name part. Papers are known by their number in the batch."""

    def __init__(self) -> None:
        self._people: dict[str, list[tuple[int, tuple[str, ...], Place]]] = defaultdict(list)

    def add(self, number: int, paper: Paper) -> None:
        start = 0
        for name in paper.authors:
            parts = tuple(word.text for word in read_words(name))
            if parts:
                self._people[parts[-1]].append((number, parts, Place(Field.AUTHORS, start, start + len(name))))
            start += len(name) + len(_SEPARATOR)

    def find(self, author: Author) -> Iterator[tuple[int, Place]]:
        """In the order of the papers' numbers and of the authors."""
        *others, last = author.words
        if last.shape in PREFIXES:
            people = [one for name, found in self._people.items() if name.startswith(last.text) for one in found]
        else:
            people = self._people.get(last.text, [])
        yield from sorted((number, place) for number, parts, place in people if _stand_in_order(others, parts[:-1]))


def _stand_in_order(wanted: list[QueryWord], parts: tuple[str, ...]) -> bool:
    rest = iter(parts)
    return all(any(_fits(word, part) for part in rest) for word in wanted)


def _fits(word: QueryWord, part: str) -> bool:
    """An initial on either side stands for the part that it begins."""
    if word.shape in PREFIXES or len(word.text) == 1:
        return part.startswith(word.text)
    return part == word.text or (len(part) == 1 and word.text.startswith(part))
