"""A paper as a model sees it."""

from dataclasses import dataclass

from digests.papers.paper import Paper
from digests.summaries.wording.masking import Masked, mask


@dataclass(frozen=True, slots=True)
class Source:
    """One numbering over title and abstract."""

    title: Masked
    abstract: Masked


def build_source(paper: Paper) -> Source:
    title = mask(paper.title)
    return Source(title, mask(paper.abstract, first=title.numbers.stop))
