"""Places of words → stretches of a text in which they stand together. Places and stretches are numbers of words."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

#: First and last word.
Stretch = tuple[int, int]

_Name = TypeVar("_Name", bound=Hashable)


def find_adjacent(places: Sequence[Iterable[int]]) -> list[Stretch]:
    """Where a word of places[0] is followed by one of places[1] and so on; no word of the text is used twice."""
    first, *others = places
    if not others:
        return [(place, place) for place in first]
    starts = set(first)
    for distance, following in enumerate(others, 1):
        starts.intersection_update([place - distance for place in following])
    return list(_drop_overlaps((start, start + len(others)) for start in sorted(starts)))


def find_near(places: Mapping[_Name, Iterable[int]], counts: Mapping[_Name, int], window: int) -> list[Stretch]:
    """The tightest stretches of at most `window` words that hold each word as often as `counts` says."""
    names: dict[int, list[_Name]] = {}
    for name, where in places.items():
        for place in where:
            names.setdefault(place, []).append(name)
    stretches: list[Stretch] = []
    ordered = sorted(names)
    for number, start in enumerate(ordered):
        inside = (place for place in ordered[number : number + window] if place < start + window)
        end = _find_end(inside, names, counts)
        if end is None:
            continue
        if stretches and stretches[-1][1] == end:
            # The same end from further left is wider than it must be.
            stretches.pop()
        stretches.append((start, end))
    return list(_drop_overlaps(stretches))


def _find_end(inside: Iterable[int], names: Mapping[int, Sequence[_Name]], counts: Mapping[_Name, int]) -> int | None:
    missing, needed = Counter(counts), sum(counts.values())
    for used, place in enumerate(inside, 1):
        missing.subtract(name for name in names[place] if name in missing)
        # A word of the text that two words of the query fit (`graph`, `graph*`) counts for one of them.
        if used >= needed and max(missing.values()) <= 0:
            return place
    return None


def _drop_overlaps(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    last = -1
    for start, end in stretches:
        if start > last:
            yield start, end
            last = end
