"""Canonical forms of plain words, read without the grammar: a worker starts with a million of them."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from digests.errors import QueryRefused
from digests.keywords.canonical import write
from digests.keywords.grammar import MAX_TERMS, read_tree
from digests.keywords.match import Field
from digests.keywords.source import Source
from digests.keywords.tree import And, Node, Not, Or, Phrase, QueryWord, Term

# Everything else (quotes, brackets, Chinese, names, categories) is the grammar's.
_PLAIN: Final = re.compile(r"[a-z0-9]+\*?|[A-Z]{2,5}")
_FIELDS: Final = {"": None, **{str(field): field for field in (Field.TITLE, Field.ABSTRACT, Field.COMMENTS)}}
_SLACKS: Final = {"": None, **{str(slack): slack for slack in range(1, 21)}}


class _NotPlain(Exception):
    """Never leaves the module."""


def read_plain(text: str) -> Node | None:
    """What the grammar makes of a canonical form; None where it has to be asked, also for the error."""
    try:
        return _join(text, " OR ", Or, _read_branch)
    except _NotPlain:
        return None


def _read_branch(text: str) -> Node:
    node = _join(text, " AND ", And, _read_operand)
    nodes = node.nodes if isinstance(node, And) else (node,)
    if all(isinstance(inner, Not) for inner in nodes):
        # The grammar says what is wrong with it.
        raise _NotPlain
    return node


def _join(text: str, sign: str, kind: Callable[[tuple[Node, ...]], Node], read: Callable[[str], Node]) -> Node:
    parts = text.split(sign)
    if len(parts) > MAX_TERMS:
        raise _NotPlain
    return read(text) if len(parts) == 1 else kind(tuple(map(read, parts)))


def _read_operand(text: str) -> Node:
    return Not(_read_term(text[4:])) if text.startswith("NOT ") else _read_term(text)


def _read_term(text: str) -> Term:
    field, colon, rest = text.rpartition(":")
    written, _, slack = rest.partition("~")
    if field not in _FIELDS or slack not in _SLACKS or bool(field) is not bool(colon):
        raise _NotPlain
    words = tuple(map(_read_word, written.split(" ")))
    if _may_be_shouted(words) or (slack and len(words) == 1):
        raise _NotPlain
    return Phrase(words, _FIELDS[field], slack=_SLACKS[slack])


def _may_be_shouted(words: Iterable[QueryWord]) -> bool:
    """Capitals side by side are read together."""
    return sum(word.text.isupper() for word in words) > 1


@lru_cache(maxsize=65_536)
def _read_word(text: str) -> QueryWord:
    """Asks the grammar what it makes of the word alone, so that another version's folding is noticed."""
    if not _PLAIN.fullmatch(text):
        raise _NotPlain
    try:
        node = read_tree(Source(text))
    except QueryRefused as error:
        raise _NotPlain from error
    if not isinstance(node, Phrase) or write(node) != text:
        raise _NotPlain
    return node.words[0]
