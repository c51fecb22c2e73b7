"""A paper as a model sees it."""

import re
from dataclasses import dataclass
from typing import Final

from digests.keywords.words import HAN
from digests.papers.paper import Paper
from digests.summaries.wording.masking import PLACEHOLDER, Masked, mask

CJK: Final = re.compile(f"[{HAN}]")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Source:
    """One numbering over title and abstract."""

    title: Masked
    abstract: Masked

    @property
    def is_chinese(self) -> bool:
        """The paper is written in Chinese already: there is nothing to translate."""
        text = PLACEHOLDER.sub("", self.abstract.text or self.title.text)
        return len(CJK.findall(text)) > len(_LETTER.findall(text)) / 2


def build_source(paper: Paper) -> Source:
    title = mask(paper.title)
    return Source(title, mask(paper.abstract, first=title.numbers.stop))
