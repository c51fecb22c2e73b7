"""One tree, and one text, for all queries that mean the same (keywords.md §4)."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from digests.keywords.lexing import CHINESE_OPERATORS, LATIN_OPERATORS
from digests.keywords.match import Field
from digests.keywords.tree import PREFIXES, And, Author, Label, Node, Not, Or, QueryWord, Term
from digests.keywords.words import is_chinese


def build_and(nodes: Iterable[Node]) -> Node:
    unique = _order(inner for node in nodes for inner in (node.nodes if isinstance(node, And) else (node,)))
    return unique[0] if len(unique) == 1 else And(unique)


def build_or(nodes: Iterable[Node]) -> Node:
    unique = _order(inner for node in nodes for inner in (node.nodes if isinstance(node, Or) else (node,)))
    return unique[0] if len(unique) == 1 else Or(unique)


def write(node: Node) -> str:
    match node:
        case And(nodes):
            return " AND ".join(f"({write(inner)})" if isinstance(inner, Or) else write(inner) for inner in nodes)
        case Or(nodes):
            return " OR ".join(map(write, nodes))
        case Not(term):
            return f"NOT {write(term)}"
        case _:
            field = Field.AUTHORS if isinstance(node, Author) else node.field
            return f"{field}:{write_term(node)}" if field else write_term(node)


def write_term(term: Term) -> str:
    """Without its field."""
    if isinstance(term, Label):
        return term.text
    if isinstance(term, Author):
        return f'"{_write_quoted(term.words)}"'
    text = f'"{_write_quoted(term.words)}"' if term.is_quoted else " ".join(_write_bare(term.words))
    return text if term.slack is None else f"{text}~{term.slack}"


def _order(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Each once, by its text, what is denied last."""
    texts = {write(node): node for node in nodes}
    return tuple(texts[text] for text in sorted(texts, key=lambda text: (isinstance(texts[text], Not), text)))


def _write_quoted(words: Iterable[QueryWord]) -> str:
    return " ".join(map(_write_word, words))


def _write_bare(words: Iterable[QueryWord]) -> Iterator[str]:
    """Chinese characters run together. What would read as an operator is kept from it."""
    for are_chinese, run in groupby(map(_write_word, words), key=is_chinese):
        texts = list(run)
        if are_chinese and "".join(texts) not in CHINESE_OPERATORS:
            yield "".join(texts)
        else:
            yield from (f".{text}" if text in LATIN_OPERATORS else text for text in texts)


def _write_word(word: QueryWord) -> str:
    return f"{word.text}*" if word.shape in PREFIXES else word.text
