"""Is every sentence there, and none too many? The two texts are laid side by side, in order.

Of all ways to pair their sentences, one with one or one with two, the best is taken. A pair can be worth less than
nothing, and then its sentences are better left alone: they are the faults. Likeness by itself finds three of four
sentences that were taken out of recorded translations; together with order and length it finds nearly all
(`make bench-quality`). Two neighbours that changed places count as faults too.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import mul
from statistics import fmean
from typing import Final, NamedTuple

import structlog

from digests.errors import ConfigError
from digests.summaries.checking.embedding import Embedder, Vector, find_embedder
from digests.summaries.checking.sentences import split_chinese, split_english
from digests.summaries.draft import Draft
from digests.summaries.faults import Fault
from digests.summaries.wording.source import CJK, Source

log = structlog.get_logger(__name__)

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d.,]*|⟦")
_CHARS_PER_WORD: Final = 1.95
#: One sentence has nothing to be compared with, and of two the length tells as much.
_MIN_ENGLISH: Final = 3
_MIN_CHINESE: Final = 2
# The time grows with the square: a second for these, and arXiv's limit of 1,920 characters holds twenty.
_MAX_SENTENCES: Final = 100
_MAX_DETAIL_CHARS: Final = 60


class _Counts(NamedTuple):
    """A place in both texts: so many sentences before it. Or a step from one place to another."""

    english: int
    chinese: int


_START: Final = _Counts(0, 0)
_DROPPED: Final = _Counts(1, 0)
_ADDED: Final = _Counts(0, 1)
_STEPS: Final = (_Counts(1, 1), _Counts(1, 2), _Counts(2, 1), _DROPPED, _ADDED)
# Fitted on the pairs whose id has an even SHA-256: what a pair loses that is e times longer or shorter than usual.
_LENGTH_WEIGHT: Final = 0.05


@dataclass(frozen=True)
class SentenceAligner:
    embedder: Embedder

    def find_faults(self, source: Source, draft: Draft) -> tuple[Fault, ...] | None:
        # Of an abstract in Chinese this is one sentence.
        english = split_english(source.abstract.text)
        chinese = split_chinese(draft.fields().get("abstract", ""))
        if not _are_comparable(len(english), len(chinese)):
            return None
        try:
            vectors = self.embedder.embed([*english, *chinese])
        except ConfigError as error:
            # The paper is worth more than this check of it; `doctor` tells the operator.
            log.warning("alignment_failed", reason=str(error))
            return None
        steps = _align(_Text(english, vectors[: len(english)]), _Text(chinese, vectors[len(english) :]))
        dropped = [english[place.english] for place, step in steps if step == _DROPPED]
        added = [chinese[place.chinese] for place, step in steps if step == _ADDED]
        return (
            *(Fault("sentence_dropped", _clip(sentence)) for sentence in dropped),
            *(Fault("sentence_added", _clip(sentence)) for sentence in added),
        )


def find_aligner() -> SentenceAligner | None:
    """None where the extra [align] is not installed. The model is loaded with the first paper."""
    embedder = find_embedder()
    return SentenceAligner(embedder) if embedder else None


@dataclass(frozen=True, slots=True)
class _Piece:
    """One sentence, or two as one; `words` as English would have."""

    vector: Vector
    words: float


class _Text:
    def __init__(self, sentences: Sequence[str], vectors: Sequence[Vector]) -> None:
        self._words = [_count_words(sentence) for sentence in sentences]
        self._vectors = vectors
        # What all sentences of a text have in common tells none of them from another.
        self._common = [fmean(column) for column in zip(*vectors, strict=True)]
        self._pieces = {
            (n, count): self._build(n, count) for count in (1, 2) for n in range(len(sentences) + 1 - count)
        }

    def __len__(self) -> int:
        return len(self._words)

    def piece(self, start: int, count: int) -> _Piece:
        return self._pieces[start, count]

    def _build(self, start: int, count: int) -> _Piece:
        together = [sum(column) for column in zip(*self._vectors[start : start + count], strict=True)]
        length = math.hypot(*together) or 1.0
        vector = [x / length - common for x, common in zip(together, self._common, strict=True)]
        return _Piece(vector, sum(self._words[start : start + count]))


def _align(english: _Text, chinese: _Text) -> list[tuple[_Counts, _Counts]]:
    """The best way through both texts: the places on it, each with the step from there (Needleman and Wunsch)."""
    best = {_START: (0.0, _START)}
    for place in map(_Counts._make, product(range(len(english) + 1), range(len(chinese) + 1))):
        if place != _START:
            best[place] = max(_list_ways(place, best, english, chinese))
    steps = []
    place = _Counts(len(english), len(chinese))
    while place != _START:
        step = best[place][1]
        place = _before(place, step)
        steps.append((place, step))
    return steps[::-1]


def _list_ways(
    place: _Counts, best: Mapping[_Counts, tuple[float, _Counts]], english: _Text, chinese: _Text
) -> Iterator[tuple[float, _Counts]]:
    """Worth and last step of each way to `place`."""
    for step in _STEPS:
        before = _before(place, step)
        if before in best:
            worth = best[before][0]
            if all(step):
                pair = english.piece(before.english, step.english), chinese.piece(before.chinese, step.chinese)
                worth += fmean(step) * _weigh(*pair)
            yield worth, step


def _weigh(english: _Piece, chinese: _Piece) -> float:
    likeness: float = sum(map(mul, english.vector, chinese.vector))
    times = math.log(chinese.words / english.words)
    return likeness - _LENGTH_WEIGHT * min(times * times, 1.0)


def _are_comparable(english: int, chinese: int) -> bool:
    return english >= _MIN_ENGLISH and chinese >= _MIN_CHINESE and max(english, chinese) <= _MAX_SENTENCES


def _before(place: _Counts, step: _Counts) -> _Counts:
    return _Counts(place.english - step.english, place.chinese - step.chinese)


def _count_words(sentence: str) -> float:
    # One more, so that there is no sentence without.
    return 1 + len(_WORD.findall(sentence)) + len(CJK.findall(sentence)) / _CHARS_PER_WORD


def _clip(sentence: str) -> str:
    return sentence if len(sentence) <= _MAX_DETAIL_CHARS else f"{sentence[: _MAX_DETAIL_CHARS - 1]}…"
