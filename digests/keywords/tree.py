"""A query as a tree: NOT stands at terms only, AND and OR hold two nodes or more, none twice, in canonical order."""

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import NamedTuple

from digests.keywords.match import Field
from digests.keywords.words import is_chinese


class Shape(IntEnum):
    """How a word of a query is compared with the words of a text."""

    #: Unquoted: all steps of keywords.md §2.
    FOLDED = auto()
    #: Quoted: as written, case apart.
    EXACT = auto()
    #: `RAG`: capitals only, `RAGs` too.
    ACRONYM = auto()
    #: `quantiz*`: a beginning, in both spellings.
    PREFIX = auto()
    #: The same in quotes: as written.
    EXACT_PREFIX = auto()
    #: `LLM*`: a beginning in capitals.
    ACRONYM_PREFIX = auto()

    # Enum's own is written in Python, and millions of words are hashed.
    __hash__ = int.__hash__


PREFIXES = frozenset({Shape.PREFIX, Shape.EXACT_PREFIX, Shape.ACRONYM_PREFIX})


class QueryWord(NamedTuple):
    """`text` without the star; in capitals for an acronym, else in small letters."""

    text: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side; with `slack`, in any order inside a window of their number + slack.

    field  TITLE, ABSTRACT or COMMENTS; None is the title or the abstract
    """

    words: tuple[QueryWord, ...]
    field: Field | None = None
    is_quoted: bool = False
    slack: int | None = None

    @property
    def is_chinese(self) -> bool:
        """A Chinese text can hold it, an English one hardly."""
        return any(is_chinese(word.text) for word in self.words)


@dataclass(frozen=True, slots=True)
class Author:
    """Name parts in the order of the name, the family name last."""

    words: tuple[QueryWord, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A category or an archive (CATEGORY, PRIMARY), or a paper's id without version (ID)."""

    text: str
    field: Field


Term = Phrase | Author | Label


@dataclass(frozen=True, slots=True)
class Not:
    term: Term


@dataclass(frozen=True, slots=True)
class And:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    nodes: tuple["Node", ...]


Node = Term | Not | And | Or
