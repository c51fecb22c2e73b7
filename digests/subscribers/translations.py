"""Chinese keywords find and deny translated papers only, so the English for them is offered (keywords.md §2.7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from digests.errors import QueryRefused
from digests.keywords.canonical import build_and, build_or, write, write_term
from digests.keywords.folding import fold_word
from digests.keywords.language import MAX_CHARS, Query, parse
from digests.keywords.match import Field
from digests.keywords.tree import And, Node, Not, Or, Phrase

#: English phrases by the Chinese term that they mean.
English = Mapping[str, Sequence[str]]

# A comment is never translated.
_TRANSLATED: Final = frozenset({None, Field.TITLE, Field.ABSTRACT})


class ChineseTerm(NamedTuple):
    """
    text       the words alone
    is_denied  it stands after NOT
    is_alone   no English phrase stands beside it that may be its translation
    """

    text: str
    is_denied: bool
    is_alone: bool


def list_chinese(query: Query) -> list[ChineseTerm]:
    """The Chinese terms that English can stand beside."""
    return list(dict.fromkeys(_find_chinese(query.node)))


def add_english(query: Query, english: English) -> str | None:
    """The keyword with the English beside those terms.

    None where there is none to add, or it would still find no paper in English.
    """
    phrases = _read_english(english)
    node = _open(query.node, phrases)
    if node == query.node or not _is_open(node):
        return None
    if isinstance(query.node, Phrase) and query.node.field is None:
        # As it was typed, and in this order.
        text = " OR ".join([query.typed, *phrases[_read_off(query.node)]])
    else:
        text = write(node)
    return text if len(text) <= MAX_CHARS else None


def list_undenied(query: Query, english: English) -> list[str]:
    """The Chinese after NOT, without English, that keeps no paper away which is not translated."""
    phrases = _read_english(english)
    if not _is_open(_open(query.node, phrases)):
        return []
    denied = (term for term in list_chinese(query) if term.is_denied and term.is_alone)
    return [term.text for term in denied if not phrases.get(term.text)]


#: By the Chinese term, as texts and as read.
_Phrases = Mapping[str, Mapping[str, Phrase]]


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


def _find_chinese(node: Node, beside: Sequence[Phrase] = ()) -> Iterator[ChineseTerm]:
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                if not _is_kept(node, inner):
                    yield from _find_chinese(inner, _list_beside(node, inner))
        case Not(Phrase() as term) if not _is_open(term):
            yield ChineseTerm(_read_off(term), True, not beside)
        case Phrase() if not _is_open(node):
            yield ChineseTerm(_read_off(node), False, not beside)


def _open(node: Node, english: _Phrases, beside: Sequence[Phrase] = ()) -> Node:
    match node:
        case And(nodes) | Or(nodes):
            build = build_and if isinstance(node, And) else build_or
            return build(
                inner if _is_kept(node, inner) else _open(inner, english, _list_beside(node, inner)) for inner in nodes
            )
        case Not(Phrase() as term):
            return build_and([node, *map(Not, _translate(term, english, beside))])
        case Phrase():
            return build_or([node, *_translate(node, english, beside)])
        case _:
            return node


def _is_kept(parent: And | Or, node: Node) -> bool:
    """`机器人 AND 抓取` beside `robot AND grasping` is taken for the same in Chinese."""
    return (
        isinstance(parent, Or)
        and isinstance(node, And)
        and not _is_open(node)
        and any(isinstance(other, And | Phrase) and _is_open(other) for other in parent.nodes)
    )


def _list_beside(parent: And | Or, node: Node) -> list[Phrase]:
    """What would be its English: in an OR the other phrases, in an AND the others that are denied."""
    if isinstance(node, Not):
        others = [other.term for other in parent.nodes if isinstance(parent, And) and isinstance(other, Not)]
    else:
        others = [other for other in parent.nodes if isinstance(parent, Or) and isinstance(other, Phrase)]
    return [other for other in others if isinstance(other, Phrase) and not other.is_chinese]


def _translate(term: Phrase, english: _Phrases, beside: Sequence[Phrase]) -> list[Phrase]:
    """Nothing where one of them is there already."""
    if _is_open(term):
        return []
    phrases = [replace(phrase, field=term.field) for phrase in english.get(_read_off(term), {}).values()]
    are_known = any(_covers(other, phrase) for other in beside for phrase in phrases)
    return [] if are_known else phrases


def _covers(short: Phrase, long: Phrase) -> bool:
    """`grasping` finds `robot grasping` too; quotes and capitals aside."""
    wanted, words = ([fold_word(word.text.lower()) for word in phrase.words] for phrase in (short, long))
    places = range(len(words) - len(wanted) + 1)
    return short.field in {None, long.field} and any(words[start : start + len(wanted)] == wanted for start in places)


def _read_english(english: English) -> _Phrases:
    return {chinese: dict(filter(None, map(_read_phrase, texts))) for chinese, texts in english.items()}


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
