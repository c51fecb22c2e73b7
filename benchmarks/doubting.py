"""The checks as a summary meets them, with and without the aligner, and how long they take."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from judged_pairs import Pair

from digests.summaries.checking.aligning import SentenceAligner
from digests.summaries.checking.embedding import Embedder, Vector
from digests.summaries.checking.fidelity import find_faults
from digests.summaries.faults import Fault
from digests.summaries.wording.glossary import load_glossary

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Doubts:
    """What a reader would be told of."""

    by_checks: frozenset[Fault]
    by_aligner: frozenset[Fault]

    @property
    def all(self) -> frozenset[Fault]:
        return self.by_checks | self.by_aligner


class Doubter:
    """`check_seconds` and `align_seconds` have one entry for each pair, of the wall clock."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._aligner = SentenceAligner(_Remembering(embedder)) if embedder else None
        self._glossary = load_glossary()
        self.check_seconds: list[float] = []
        self.align_seconds: list[float] = []

    @property
    def is_aligning(self) -> bool:
        return self._aligner is not None

    def doubt(self, pair: Pair, *, with_aligner: bool = True) -> Doubts:
        source, draft = pair.source, pair.draft
        by_checks = _measure(lambda: find_faults(source, draft, self._glossary), self.check_seconds)
        aligner = self._aligner if with_aligner else None
        by_aligner = _measure(lambda: aligner.find_faults(source, draft) or (), self.align_seconds) if aligner else ()
        return Doubts(_told(by_checks), _told(by_aligner))


class _Remembering:
    """A mutant has one sentence that is new."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vector] = {}

    def embed(self, sentences: Sequence[str]) -> Sequence[Vector]:
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return [self._known[sentence] for sentence in sentences]


def _told(faults: Iterable[Fault]) -> frozenset[Fault]:
    return frozenset(fault for fault in faults if not fault.is_harmless)


def _measure(work: Callable[[], _T], seconds: list[float]) -> _T:
    started = time.perf_counter()
    result = work()
    seconds.append(time.perf_counter() - started)
    return result
