"""Text that was rewritten and still knows where each character stood before."""

from collections.abc import Sequence
from typing import NamedTuple


class MappedText(NamedTuple):
    """Character i of `text` was read from [starts[i], ends[i]) of the original; both rise."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def map_unchanged(text: str) -> MappedText:
    return MappedText(text, range(len(text)), range(1, len(text) + 1))


class Rewriting:
    """Builds a MappedText from left to right; what is not added is dropped."""

    def __init__(self, source: MappedText) -> None:
        self._source = source
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []

    def keep(self, start: int, end: int) -> None:
        """Add [start, end) of the source as it is."""
        if start == end:
            return
        self._pieces.append(self._source.text[start:end])
        self._starts.extend(self._source.starts[start:end])
        self._ends.extend(self._source.ends[start:end])

    def put(self, replacement: str, start: int, end: int) -> None:
        """Add `replacement` for [start, end) of the source, at least one character."""
        self._pieces.append(replacement)
        self._starts.extend([self._source.starts[start]] * len(replacement))
        self._ends.extend([self._source.ends[end - 1]] * len(replacement))

    def stretch(self, end: int) -> None:
        """Let what was added last reach to `end` of the source: an accent after its letter."""
        if self._ends:
            self._ends[-1] = self._source.ends[end - 1]

    def finish(self) -> MappedText:
        return MappedText("".join(self._pieces), self._starts, self._ends)
