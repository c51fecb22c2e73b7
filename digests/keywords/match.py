"""What the matcher says about one paper and one query."""

from dataclasses import dataclass
from enum import StrEnum

from digests.papers.paper import ArxivId


class Field(StrEnum):
    """Where a term looks; the values are the language's own field names."""

    TITLE = "ti"
    ABSTRACT = "abs"
    COMMENTS = "co"
    AUTHORS = "au"
    CATEGORY = "cat"
    PRIMARY = "pri"
    ID = "id"
    #: The Chinese title and abstract, for purely Chinese terms in the second pass (keywords.md §2.7).
    CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a positive term of the query stands.

    term        as the canonical form writes it, without its field
    start, end  code points of the field's original text, LaTeX and accents included; for authors of the
                names joined by ", ", for categories of the ids joined by " "
    """

    term: str
    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """One query hit one paper. `spans` is ordered: title first, then by place; never empty."""

    paper_id: ArxivId
    canonical: str
    spans: tuple[Span, ...]
