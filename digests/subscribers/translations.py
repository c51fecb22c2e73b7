"""Chinese keywords find translated papers only, so the English for them is offered (keywords.md §2.7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from digests.errors import QueryRefused
from digests.keywords.canonical import build_and, build_or, write, write_term
from digests.keywords.language import MAX_CHARS, Query, parse
from digests.keywords.match import Field
from digests.keywords.tree import And, Node, Or, Phrase

#: English phrases by the Chinese term that they mean.
English = Mapping[str, Sequence[str]]

# A comment is never translated.
_TRANSLATED: Final = frozenset({None, Field.TITLE, Field.ABSTRACT})


def list_chinese(query: Query) -> list[str]:
    """The Chinese terms that keep it from papers in English; none where it finds those too."""
    return list(dict.fromkeys(_read_off(phrase) for phrase in _find_closed(query.node)))


def add_english(query: Query, english: English) -> str | None:
    """The keyword with the English beside those terms; None where it would still find no paper in English."""
    phrases = {chinese: dict(filter(None, map(_read_phrase, texts))) for chinese, texts in english.items()}
    node = _open(query.node, {chinese: found.values() for chinese, found in phrases.items()})
    if node == query.node or not _is_open(node):
        return None
    if isinstance(query.node, Phrase) and query.node.field is None:
        # As it was typed, and in this order.
        text = " OR ".join([query.typed, *phrases[_read_off(query.node)]])
    else:
        text = write(node)
    return text if len(text) <= MAX_CHARS else None


def _is_open(node: Node) -> bool:
    """Can a paper in English be a hit?"""
    match node:
        case And(nodes):
            return all(map(_is_open, nodes))
        case Or(nodes):
            return any(map(_is_open, nodes))
        case Phrase():
            return not (node.is_chinese and node.slack is None and node.field in _TRANSLATED)
        case _:
            return True


def _find_closed(node: Node) -> list[Phrase]:
    match node:
        case And(nodes) | Or(nodes) if not _is_open(node):
            return [phrase for inner in nodes for phrase in _find_closed(inner)]
        case Phrase() if not _is_open(node):
            return [node]
        case _:
            return []


def _open(node: Node, english: Mapping[str, Iterable[Phrase]]) -> Node:
    if _is_open(node):
        return node
    match node:
        case And(nodes):
            return build_and(_open(inner, english) for inner in nodes)
        case Or(nodes):
            return build_or(_open(inner, english) for inner in nodes)
        case Phrase():
            beside = english.get(_read_off(node), ())
            return build_or([node, *(replace(phrase, field=node.field) for phrase in beside)])
        case _:
            return node


def _read_phrase(text: str) -> tuple[str, Phrase] | None:
    """What a model says may be no phrase, and then it is nothing to look for."""
    try:
        node = parse(text).node
    except QueryRefused:
        return None
    return (text, node) if isinstance(node, Phrase) and _is_open(node) and node.field is None else None


def _read_off(phrase: Phrase) -> str:
    """The words alone."""
    return write_term(replace(phrase, is_quoted=False))
