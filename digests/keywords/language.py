"""The keyword language: what a person types, read into a query (docs/keywords.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from digests.errors import QueryRefused
from digests.keywords.canonical import write
from digests.keywords.grammar import read_tree
from digests.keywords.plain import read_plain
from digests.keywords.source import Source, normalise_character
from digests.keywords.tree import And, Node, Not, Or, Phrase, Term

MAX_CHARS: Final = 256

_SEPARATORS: Final = frozenset(",、;\n\r")


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, and what it means: `canonical` is one text for all queries that mean the same."""

    typed: str
    canonical: str
    node: Node

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term, in canonical order, those after NOT too."""
        return tuple(term for term, _ in _walk(self.node))

    @property
    def positive_terms(self) -> tuple[Term, ...]:
        return tuple(term for term, is_positive in _walk(self.node) if is_positive)

    @property
    def has_chinese(self) -> bool:
        """Some term of it looks at translations too."""
        return any(isinstance(term, Phrase) and term.is_chinese for term in self.terms)

    @property
    def needs_translation(self) -> bool:
        """It can hit only papers that have been translated, `扩散策略 AND robot` too."""
        return not _can_hit_english(self.node)


@dataclass(frozen=True, slots=True)
class Typed:
    """One keyword of several; `offset` is where it begins in the whole text."""

    text: str
    offset: int


def parse(text: str) -> Query:
    """The query that `text` is.

    Raises  QueryRefused with the code of a sentence in templates/phrases [refusals]. Nothing else, for any text.
    """
    if len(text) > MAX_CHARS:
        fields = {"max_chars": MAX_CHARS, "chars": len(text)}
        raise QueryRefused("too long", code="refusals.too_long", fields=fields, query=text, position=MAX_CHARS)
    return parse_canonical(text)


def parse_canonical(text: str) -> Query:
    """The same for a stored canonical form, which may be longer than what was typed (`|` is ` OR ` there)."""
    node = read_tree(Source(text))
    return Query(text, write(node), node)


def read_canonical(text: str) -> Query:
    """The same, ten times as fast for plain words and their operators: nine of ten stored queries are such.

    Raises  QueryRefused for what another version of the language stored and this one cannot read.
    """
    node = read_plain(text)
    return parse_canonical(text) if node is None else Query(text, text, node)


def find_canonical(text: str) -> Query | None:
    """As read_canonical; None for what this version refuses."""
    try:
        return read_canonical(text)
    except QueryRefused:
        return None


def split_keywords(text: str) -> list[Typed]:
    """The keywords of `text`, parted by comma, semicolon, 、 or line break outside quotes and brackets."""
    pieces = []
    begin = 0
    for place in [*_find_separators(text), len(text)]:
        piece = text[begin:place]
        if piece.strip():
            pieces.append(Typed(piece.strip(), begin + len(piece) - len(piece.lstrip())))
        begin = place + 1
    return pieces


def _find_separators(text: str) -> Iterator[int]:
    depth, is_quoted, is_escaped = 0, False, False
    for place, typed in enumerate(text):
        character = normalise_character(typed)
        if is_escaped or character == "\\":
            is_escaped = not is_escaped
        elif character == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif character in _SEPARATORS and depth == 0:
            yield place
        else:
            depth = max(0, depth + (character == "(") - (character == ")"))


def _can_hit_english(node: Node) -> bool:
    match node:
        case And(nodes):
            return all(map(_can_hit_english, nodes))
        case Or(nodes):
            return any(map(_can_hit_english, nodes))
        case Phrase():
            return not node.is_chinese
        case _:
            return True


def _walk(node: Node) -> Iterator[tuple[Term, bool]]:
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _walk(inner)
        case Not(term):
            yield term, False
        case _:
            yield node, True
