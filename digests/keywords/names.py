"""Authors: whole name parts in order, gaps allowed, the last being the person's last (keywords.md §1)."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from digests.keywords.tree import PREFIXES, Author, QueryWord
from digests.keywords.words import read_shapes

_SEPARATOR: Final = ", "


@lru_cache(maxsize=65_536)
def read_name(name: str) -> tuple[str, ...]:
    """The parts of a person's name, in small letters."""
    return tuple(word.lower() for word in read_shapes(name)[0])


def find_people(author: Author, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each person who is meant stands in the names joined by ", "."""
    start = 0
    for name in names:
        if is_meant(author, read_name(name)):
            yield start, start + len(name)
        start += len(name) + len(_SEPARATOR)


def is_meant(author: Author, parts: Sequence[str]) -> bool:
    *others, last = author.words
    if not parts:
        return False
    is_last = parts[-1].startswith(last.text) if last.shape in PREFIXES else parts[-1] == last.text
    return is_last and _stand_in_order(others, parts[:-1])


def _stand_in_order(wanted: Sequence[QueryWord], parts: Sequence[str]) -> bool:
    rest = iter(parts)
    return all(any(_fits(word, part) for part in rest) for word in wanted)


def _fits(word: QueryWord, part: str) -> bool:
    """An initial on either side stands for the part that it begins."""
    if word.shape in PREFIXES or len(word.text) == 1:
        return part.startswith(word.text)
    return part == word.text or (len(part) == 1 and word.text.startswith(part))
