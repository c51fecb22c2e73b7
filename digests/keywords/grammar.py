"""Tokens → a tree. NOT binds tighter than AND, AND tighter than OR, fields tightest (keywords.md §1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from digests.errors import QueryRefused
from digests.keywords.canonical import build_and, build_or
from digests.keywords.lexing import Kind, Token, read_tokens
from digests.keywords.match import Field
from digests.keywords.source import Source
from digests.keywords.terms import LABELS, build_term
from digests.keywords.tree import Node, Not, Term

MAX_TERMS: Final = 32
MAX_NESTING: Final = 8

_OPERATORS: Final = frozenset({Kind.AND, Kind.OR, Kind.NOT})
_STARTS: Final = frozenset({Kind.TEXT, Kind.QUOTED, Kind.FIELD, Kind.OPEN, Kind.NOT, Kind.NEAR})


@dataclass(frozen=True, slots=True)
class _Part:
    """Part of the query, NOT pushed inward.

    is_positive  no paper can be in it without a term that it contains
    culprit      where the first OR branch begins that is not so
    """

    node: Node
    start: int
    is_positive: bool
    culprit: int | None = None


def read_tree(source: Source) -> Node:
    """Raises QueryRefused."""
    return _Reader(source).read()


class _Reader:
    """Recursive descent. What is read under NOT is built denied, so that NOT ends up at the terms."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tokens = read_tokens(source)
        self._next = 0
        self._terms = 0
        self._nesting = 0

    def read(self) -> Node:
        if not self._tokens:
            raise self._source.refuse("empty")
        whole = self._read_or(None, denied=False)
        if self._next < len(self._tokens):
            raise self._source.refuse("closed_group", self._tokens[self._next].start)
        if not whole.is_positive:
            code = "nothing_positive" if whole.culprit is None else "branch_without_positive"
            raise self._source.refuse(code, whole.culprit)
        return whole.node

    def _read_or(self, field: Field | None, *, denied: bool) -> _Part:
        parts = [self._read_and(field, denied=denied)]
        while self._take(Kind.OR):
            parts.append(self._read_and(field, denied=denied))
        return _all_of(parts) if denied else _any_of(parts)

    def _read_and(self, field: Field | None, *, denied: bool) -> _Part:
        parts = [self._read_not(field, denied=denied)]
        while self._take(Kind.AND) or self._peek() in _STARTS:
            parts.append(self._read_not(field, denied=denied))
        return _any_of(parts, denied=True) if denied else _all_of(parts)

    def _read_not(self, field: Field | None, *, denied: bool) -> _Part:
        start = self._tokens[self._next].start if self._next < len(self._tokens) else 0
        while self._take(Kind.NOT):
            denied = not denied
        part = self._read_operand(field, denied=denied)
        return _Part(part.node, start, part.is_positive, part.culprit)

    def _read_operand(self, field: Field | None, *, denied: bool) -> _Part:
        if self._peek() in {None, Kind.CLOSE, Kind.AND, Kind.OR}:
            raise self._miss_operand()
        token = self._advance()
        if token.kind is Kind.NEAR:
            raise self._source.refuse("near_place", token.start)
        if token.kind is Kind.OPEN:
            return self._read_group(token, field, denied=denied)
        if token.kind is Kind.FIELD:
            return self._read_field(token, field, denied=denied)
        return self._read_term(token, field, denied=denied)

    def _read_group(self, opened: Token, field: Field | None, *, denied: bool) -> _Part:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self._source.refuse("too_deep", opened.start, max_nesting=MAX_NESTING)
        part = self._read_or(field, denied=denied)
        if not self._take(Kind.CLOSE):
            raise self._source.refuse("open_group", opened.start)
        if self._peek() is Kind.NEAR:
            raise self._source.refuse("near_place", self._tokens[self._next].start)
        self._nesting -= 1
        return part

    def _read_field(self, token: Token, outer: Field | None, *, denied: bool) -> _Part:
        if outer is not None:
            raise self._source.refuse("field_in_field", token.start, field=token.text)
        if self._peek() not in {Kind.TEXT, Kind.QUOTED, Kind.OPEN, Kind.FIELD}:
            raise self._source.refuse("empty_field", token.end, field=token.text)
        return self._read_operand(Field(token.text), denied=denied)

    def _read_term(self, first: Token, field: Field | None, *, denied: bool) -> _Part:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._source.refuse("too_many_terms", first.start, max_terms=MAX_TERMS)
        term = self._build_term(first, field)
        return _Part(Not(term) if denied else term, first.start, is_positive=not denied)

    def _build_term(self, first: Token, field: Field | None) -> Term:
        """The run of words that `first` begins; for a category or an id one token of it."""
        last = first
        while first.kind is Kind.TEXT and field not in LABELS and self._peek() is Kind.TEXT:
            last = self._advance()
        near = self._advance() if self._peek() is Kind.NEAR else None
        return build_term(self._source, first, last, near, field)

    def _miss_operand(self) -> QueryRefused:
        """Nothing to read where something must stand: at the end, before `)`, or before AND and OR."""
        before = self._tokens[self._next - 1] if self._next else None
        here = self._tokens[self._next] if self._next < len(self._tokens) else None
        if before is not None and before.kind in _OPERATORS:
            return self._miss_right(before, here)
        if here is not None and here.kind in _OPERATORS:
            return self._source.refuse("no_left", here.start, operator=self._written(here))
        if before is None:
            return self._source.refuse("closed_group", 0 if here is None else here.start)
        return self._source.refuse("open_group" if here is None else "empty_group", before.start)

    def _miss_right(self, operator: Token, here: Token | None) -> QueryRefused:
        if here is not None and here.kind in _OPERATORS:
            first, second = self._written(operator), self._written(here)
            return self._source.refuse("two_operators", here.start, first=first, second=second)
        return self._source.refuse("no_right", operator.end, operator=self._written(operator))

    def _written(self, token: Token) -> str:
        return self._source.text[token.start : token.end]

    def _peek(self) -> Kind | None:
        return self._tokens[self._next].kind if self._next < len(self._tokens) else None

    def _advance(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _take(self, kind: Kind) -> bool:
        if self._peek() is not kind:
            return False
        self._next += 1
        return True


def _any_of(parts: Sequence[_Part], *, denied: bool = False) -> _Part:
    if len(parts) == 1:
        return parts[0]
    without = [part for part in parts if not part.is_positive]
    # What was typed as AND under a NOT has no branches to point at: the NOT is the place.
    culprit = None if denied else next((part.start if part.culprit is None else part.culprit for part in without), None)
    return _Part(build_or([part.node for part in parts]), parts[0].start, not without, culprit)


def _all_of(parts: Sequence[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    is_positive = any(part.is_positive for part in parts)
    culprit = None if is_positive else next((part.culprit for part in parts if part.culprit is not None), None)
    return _Part(build_and([part.node for part in parts]), parts[0].start, is_positive, culprit)
