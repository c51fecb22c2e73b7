"""Places of words in all texts of a day → the papers in which they stand as a phrase says."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from digests.keywords.match import Field
from digests.keywords.sequences import find_near
from digests.keywords.tree import Phrase
from digests.past.postings import ABSTRACT_PLACE, PAPER_SHIFT

_IN_TEXT = (1 << PAPER_SHIFT) - 1


def find_mask(phrase: Phrase, places: Sequence[Sequence[int]]) -> int:
    """The papers of a day; `places` are those of the phrase's words, in its order."""
    if not all(places):
        return 0
    if phrase.slack is None:
        return build_mask(_keep_field(_find_starts(places), phrase.field))
    inside = [list(_keep_field(found, phrase.field)) for found in places]
    return build_mask(_find_near(phrase, inside, len(phrase.words) + phrase.slack))


def build_mask(places: Iterable[int]) -> int:
    mask = 0
    for number in {place >> PAPER_SHIFT for place in places}:
        mask |= 1 << number
    return mask


def _find_starts(places: Sequence[Sequence[int]]) -> Collection[int]:
    """Where the first word of a phrase stands: from the rarest word on, so that frequent ones are only walked along."""
    if len(places) == 1:
        return places[0]
    rarest, *others = sorted(range(len(places)), key=lambda word: len(places[word]))
    starts = {place - rarest for place in places[rarest]}
    for word in others:
        starts = {place - word for place in {start + word for start in starts}.intersection(places[word])}
    return starts


def _find_near(phrase: Phrase, places: Sequence[Sequence[int]], window: int) -> Iterator[int]:
    """A place of the rarest word in every paper that holds all words in a window; no window spans two texts."""
    ordered = [sorted(found) for found in places]
    last = -1
    for place in min(ordered, key=len):
        if place >> PAPER_SHIFT != last:
            around = [_cut_around(place, found, window) for found in ordered]
            if all(around) and (_are_close(place, around, window) or _stand_near(phrase, around, window)):
                last = place >> PAPER_SHIFT
                yield place


def _cut_around(place: int, found: Sequence[int], window: int) -> Sequence[int]:
    return found[bisect_left(found, place - window + 1) : bisect_left(found, place + window)]


def _are_close(place: int, around: Sequence[Sequence[int]], window: int) -> bool:
    """Are already the nearest ones a stretch? Among frequent words they are, and nothing else need be tried."""
    nearest = {min(found, key=lambda other: abs(other - place)) for found in around}
    return len(nearest) == len(around) and max(nearest) - min(nearest) < window


def _stand_near(phrase: Phrase, around: Sequence[Sequence[int]], window: int) -> bool:
    return bool(find_near(dict(zip(phrase.words, around, strict=True)), Counter(phrase.words), window))


def _keep_field(places: Collection[int], field: Field | None) -> Iterable[int]:
    if field is Field.TITLE:
        return (place for place in places if place & _IN_TEXT < ABSTRACT_PLACE)
    if field is Field.ABSTRACT:
        return (place for place in places if place & _IN_TEXT >= ABSTRACT_PLACE)
    return places
