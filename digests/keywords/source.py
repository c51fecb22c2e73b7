"""A query as typed, and as the grammar reads it."""

import unicodedata
from functools import lru_cache
from typing import Any, Final

from digests.errors import QueryRefused
from digests.keywords.mapped import MappedText, Rewriting, map_unchanged

_SIGNS: Final = {**dict.fromkeys("“”„«»「」", '"'), **dict.fromkeys("‘’", "'"), **dict.fromkeys("–—", "-")}


class Source:
    """`text` is `typed` after NFKC, with one shape for quotes and dashes; the grammar's places count in it."""

    def __init__(self, typed: str) -> None:
        self.typed = typed
        self._read = _normalise(typed)
        self.text = self._read.text

    def refuse(self, code: str, at: int | None = None, **fields: Any) -> QueryRefused:
        """The error for `code` of templates/phrases [refusals]; without a place it concerns the whole."""
        return QueryRefused(
            f"{code}: {self.typed}",
            code=f"refusals.{code}",
            fields=fields,
            query=self.typed,
            position=None if at is None else self._typed_place(at),
        )

    def _typed_place(self, at: int) -> int:
        return self._read.starts[at] if at < len(self.text) else len(self.typed)


def _normalise(typed: str) -> MappedText:
    read = Rewriting(map_unchanged(typed))
    # Character by character, so that places stay known.
    for place, character in enumerate(typed):
        read.put(normalise_character(character), place, place + 1)
    return read.finish()


@lru_cache(maxsize=4096)
def normalise_character(character: str) -> str:
    return "".join(_SIGNS.get(part, part) for part in unicodedata.normalize("NFKC", character))
