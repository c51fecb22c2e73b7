"""Places of words → stretches of a text in which they stand together. Places and stretches are numbers of words."""

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
    """The place at which the last word of the query is found."""
    taken: dict[_Name, list[int]] = {name: [] for name in counts}
    missing = sum(counts.values())
    for place in inside:
        if _take(place, names, counts, taken, set()):
            missing -= 1
            if not missing:
                return place
    return None


def _take(
    place: int,
    names: Mapping[int, Sequence[_Name]],
    counts: Mapping[_Name, int],
    taken: Mapping[_Name, list[int]],
    tried: set[_Name],
) -> bool:
    """Let `place` count for one of its names, moving other places to another of theirs where that makes room.

    A word of the text that fits two of the query (`graph`, `graph*`) counts for one of them: a bipartite matching,
    grown by one augmenting path for each place.
    """
    for name in names[place]:
        if name in tried:
            continue
        tried.add(name)
        if len(taken[name]) < counts[name]:
            taken[name].append(place)
            return True
        for number, other in enumerate(taken[name]):
            if _take(other, names, counts, taken, tried):
                taken[name][number] = place
                return True
    return False


def _drop_overlaps(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    last = -1
    for start, end in stretches:
        if start > last:
            yield start, end
            last = end
