"""An answer beside the paper it was asked about, in the forms in which the checks read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from digests.summaries.draft import Draft, NotesDraft
from digests.summaries.wording.glossary import Glossary
from digests.summaries.wording.masking import PLACEHOLDER, unmask
from digests.summaries.wording.source import Source

WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_WORDS: Final = re.compile(r"[^\W\d_]+")
#: In every English text.
COMMON: Final = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "has", "in", "is", "it", "of", "on", "or",
    "that", "the", "this", "to", "we", "which", "with",
})  # fmt: skip
# English abstracts have 30 such words in a hundred, French and Spanish ones two or three ("a", "on").
_MIN_ENGLISH_SHARE: Final = 0.1
_MIN_WORDS: Final = 8
_SIGN: Final = re.compile(r"\$?\s*\\(times|pm|sim|%)\s*\$?")
_SIGNS: Final = {"times": "×", "pm": "±", "sim": "~", "%": "%"}


@dataclass(frozen=True)
class Case:
    source: Source
    draft: Draft
    glossary: Glossary

    @cached_property
    def fields(self) -> dict[str, str]:
        return self.draft.fields()

    @property
    def title(self) -> str:
        return self.fields.get("title", "")

    @property
    def abstract(self) -> str:
        return self.fields.get("abstract", "")

    @cached_property
    def translated(self) -> tuple[tuple[str, str], ...]:
        """(English, Chinese) of what must say the same, as `read` reads them."""
        pairs = ((self.source.title.text, self.title), (self.source.abstract.text, self.abstract))
        return tuple((self.read(english), self.read(chinese)) for english, chinese in pairs if chinese)

    @cached_property
    def english(self) -> str:
        """The whole paper as `read` reads it: the numbers in a formula are no quantities that must be there."""
        return self.read(self._source_text)

    @cached_property
    def known(self) -> str:
        """The whole paper with its formulas and links: all that a summary may have its names and numbers from."""
        return self.shown(self._source_text)

    @cached_property
    def counted(self) -> str:
        """`known` with the signs of its numbers as a text has them."""
        return _SIGN.sub(lambda sign: _SIGNS[sign[1]], self.known)

    @cached_property
    def chinese(self) -> str:
        return self.read("\n".join(self.fields.values()))

    @property
    def is_chinese(self) -> bool:
        """Chinese is what was asked for."""
        return not isinstance(self.draft, NotesDraft)

    @cached_property
    def is_from_english(self) -> bool:
        """False for an abstract in French or already in Chinese: English words say nothing about it."""
        words = [word.lower() for word in _WORDS.findall(self.english)]
        common = sum(word in COMMON for word in words)
        return not self.source.is_chinese and (len(words) < _MIN_WORDS or common >= _MIN_ENGLISH_SHARE * len(words))

    @property
    def _source_text(self) -> str:
        return f"{self.source.title.text}\n{self.source.abstract.text}"

    def shown(self, text: str) -> str:
        return unmask(text, self.source.title, self.source.abstract)

    def read(self, text: str) -> str:
        r"""Without what is masked, except for the signs that belong to a number: `5⟦1⟧` where ⟦1⟧ is `$\times$`."""
        return PLACEHOLDER.sub(self._sign, text)

    def _sign(self, match: re.Match[str]) -> str:
        sign = _SIGN.fullmatch(self.shown(match[0]))
        return _SIGNS[sign[1]] if sign else " "

    def short_fields(self) -> Iterator[tuple[str, str]]:
        yield from ((name, text) for name, text in self.fields.items() if name != "abstract")
