"""What docs/keywords.md can show. `teaches` is what both of its halves have in common."""

from dataclasses import dataclass

from digests.keywords.language import parse
from digests.papers.paper import ArxivId, Paper
from tests.builders import make_paper


@dataclass(frozen=True)
class Hit:
    language: str
    query: str
    fields: tuple[tuple[str, str], ...]
    is_hit: bool

    @property
    def teaches(self) -> object:
        """Each half writes the operators of its language."""
        return parse(self.query).canonical, self.fields, self.is_hit

    @property
    def chinese(self) -> str:
        return dict(self.fields).get("chinese", "")

    @property
    def paper(self) -> Paper:
        given = dict(self.fields)
        return make_paper(
            id=ArxivId(given.get("id", "2601.00001")),
            title=given.get("title", ""),
            abstract=given.get("abstract", ""),
            comments=given.get("comments", ""),
            authors=tuple(given["authors"].split(", ")) if "authors" in given else (),
            categories=tuple(given.get("categories", "").split()),
        )


@dataclass(frozen=True)
class Same:
    language: str
    query: str
    other: str
    is_same: bool

    @property
    def teaches(self) -> object:
        return self.query, self.other, self.is_same


@dataclass(frozen=True)
class Split:
    language: str
    message: str
    keywords: tuple[str, ...]

    @property
    def teaches(self) -> object:
        return self.message, self.keywords


@dataclass(frozen=True)
class Refusal:
    """`answer` is in the language of its half."""

    language: str
    query: str
    answer: str

    @property
    def teaches(self) -> object:
        return self.query


@dataclass(frozen=True)
class Limits:
    language: str
    numbers: tuple[int, ...]

    @property
    def teaches(self) -> object:
        return self.numbers


@dataclass(frozen=True)
class Code:
    """The two halves may mention different things in their sentences."""

    language: str
    text: str
    teaches: None = None


Example = Hit | Same | Split | Refusal | Limits | Code
