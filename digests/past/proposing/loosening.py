"""What to type instead of a phrase that brought nothing although its words occur: the same, asked less strictly."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from digests.keywords.canonical import build_and, build_or
from digests.keywords.folding import fold_word
from digests.keywords.language import Query
from digests.keywords.tree import And, Node, Or, Phrase, QueryWord, Shape, Term
from digests.past.proposing.inquiry import Inquiry

_SLACK: Final = 5
_MAX_PHRASES: Final = 6
_MAX_WORDS: Final = 6


def loosen(inquiry: Inquiry, query: Query) -> Iterator[Node]:
    """The phrases that brought nothing, the first few, one after the other in steps, the strictest first."""
    phrases = [term for term in query.positive_terms if isinstance(term, Phrase)]
    for phrase in [phrase for phrase in phrases[:_MAX_PHRASES] if not inquiry.count(phrase)]:
        yield from (replace_term(query.node, phrase, looser) for looser in _loosen_phrase(phrase) if looser != phrase)


def _loosen_phrase(phrase: Phrase) -> Iterator[Node]:
    bare = replace(phrase, words=tuple(map(_take_quotes, phrase.words)), is_quoted=False)
    yield bare
    yield replace(bare, words=tuple(map(_take_capitals, bare.words)))
    if 1 < len(bare.words) <= _MAX_WORDS:
        yield from (replace(bare, words=words, slack=None) for words in _join(bare.words))
        yield replace(bare, slack=max(_SLACK, phrase.slack or 0))
        yield build_and(replace(bare, words=(word,), slack=None) for word in bare.words)
    yield replace(bare, field=None)


def _take_quotes(word: QueryWord) -> QueryWord:
    match word.shape:
        case Shape.EXACT:
            return QueryWord(fold_word(word.text), Shape.FOLDED)
        case Shape.EXACT_PREFIX:
            return QueryWord(word.text, Shape.PREFIX)
        case Shape.ACRONYM:
            return QueryWord(word.text.removesuffix("s"), Shape.ACRONYM)
        case _:
            return word


def _take_capitals(word: QueryWord) -> QueryWord:
    match word.shape:
        case Shape.ACRONYM:
            return QueryWord(fold_word(word.text.lower()), Shape.FOLDED)
        case Shape.ACRONYM_PREFIX:
            return QueryWord(word.text.lower(), Shape.PREFIX)
        case _:
            return word


def _join(words: tuple[QueryWord, ...]) -> Iterator[tuple[QueryWord, ...]]:
    """`multi modal` is `multimodal` to some."""
    for place, (one, other) in enumerate(pairwise(words)):
        if one.shape is other.shape is Shape.FOLDED:
            yield *words[:place], QueryWord(one.text + other.text, Shape.FOLDED), *words[place + 2 :]


def replace_term(node: Node, term: Term, by: Node) -> Node:
    """Where it is not denied."""
    match node:
        case And(nodes):
            return build_and(replace_term(inner, term, by) for inner in nodes)
        case Or(nodes):
            return build_or(replace_term(inner, term, by) for inner in nodes)
        case _:
            return by if node == term else node
