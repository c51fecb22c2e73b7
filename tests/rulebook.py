"""What keywords.md says of one query and one paper, read word by word: slow, and with no code of the matcher's."""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import combinations
from typing import NamedTuple

from digests.keywords.folding import find_beginnings
from digests.keywords.match import Field
from digests.keywords.tree import And, Author, Label, Node, Not, Or, Phrase, QueryWord, Shape, Term
from digests.keywords.words import read_words
from digests.papers.paper import Paper


def holds(node: Node, paper: Paper, chinese: str = "") -> bool:
    match node:
        case And(nodes):
            return all(holds(inner, paper, chinese) for inner in nodes)
        case Or(nodes):
            return any(holds(inner, paper, chinese) for inner in nodes)
        case Not(term):
            return not fits_paper(term, paper, chinese)
        case _:
            return fits_paper(node, paper, chinese)


def fits_paper(term: Term, paper: Paper, chinese: str) -> bool:
    match term:
        case Label(text, Field.ID):
            return text == paper.id.partition("v")[0]
        case Label(text, Field.PRIMARY):
            return bool(paper.categories) and text in names_of(paper.categories[0])
        case Label(text):
            return any(text in names_of(category) for category in paper.categories)
        case Author(words):
            return any(is_named(words, [part.text for part in read_words(name)]) for name in paper.authors)
        case Phrase():
            return any(stands_in(term, text) for text in texts_for(term, paper, chinese))


def texts_for(phrase: Phrase, paper: Paper, chinese: str) -> list[str]:
    """A Chinese title is a title, a Chinese abstract an abstract; only what has a Chinese character looks there."""
    title, _, abstract = chinese.partition("\n")
    is_chinese = any("\u3400" <= word.text[0] <= "\u9fff" for word in phrase.words)
    in_chinese = {Field.TITLE: [title], Field.ABSTRACT: [abstract]} if is_chinese and chinese else {}
    searched = {
        Field.TITLE: [paper.title, *in_chinese.get(Field.TITLE, [])],
        Field.ABSTRACT: [paper.abstract, *in_chinese.get(Field.ABSTRACT, [])],
        Field.COMMENTS: [paper.comments],
    }
    fields = [phrase.field] if phrase.field else [Field.TITLE, Field.ABSTRACT]
    return [text for field in fields for text in searched[field]]


def stands_in(phrase: Phrase, text: str) -> bool:
    places = []
    for wanted in phrase.words:
        places.append(places_of(wanted, text))
        if not places[-1]:
            return False
    if phrase.slack is None:
        return any(all(start + n in where for n, where in enumerate(places)) for start in places[0])
    window = len(places) + phrase.slack
    return any(
        can_be_chosen([[p for p in where if start <= p < start + window] for where in places])
        for start in sorted(set().union(*places))
    )


def can_be_chosen(places: Sequence[Sequence[int]]) -> bool:
    """One place of each, none twice."""
    if not places:
        return True
    first, *others = sorted(places, key=len)
    return any(can_be_chosen([[p for p in where if p != chosen] for where in others]) for chosen in first)


def places_of(wanted: QueryWord, text: str) -> list[int]:
    columns, (typed, shape) = read_columns(text), wanted
    match shape:
        case Shape.FOLDED:
            return find_all(typed, columns.folded)
        case Shape.EXACT:
            return find_all(typed, columns.small)
        case Shape.ACRONYM:
            return [*find_all(typed, columns.cased), *find_all(f"{typed}s", columns.cased)]
        case Shape.PREFIX:
            return [n for n, word in enumerate(columns.small) if any(b.startswith(typed) for b in beginnings(word))]
        case Shape.EXACT_PREFIX:
            return [n for n, word in enumerate(columns.small) if word.startswith(typed)]
        case Shape.ACRONYM_PREFIX:
            return [n for n, word in enumerate(columns.cased) if word.startswith(typed)]


def find_all(wanted: str, words: Sequence[str]) -> list[int]:
    return [n for n, word in enumerate(words) if word == wanted] if wanted in words else []


class Columns(NamedTuple):
    cased: list[str]
    small: list[str]
    folded: list[str]


@lru_cache(maxsize=65_536)
def read_columns(text: str) -> Columns:
    words = read_words(text)
    return Columns([word.cased for word in words], [word.text for word in words], [word.folded for word in words])


beginnings = lru_cache(maxsize=65_536)(find_beginnings)


def is_named(wanted: Sequence[QueryWord], parts: Sequence[str]) -> bool:
    """The last is the last; the others stand before it in this order, with gaps."""
    *others, last = wanted
    if not parts or not is_part(last, parts[-1], can_be_initial=False):
        return False
    return any(
        all(is_part(word, part, can_be_initial=True) for word, part in zip(others, chosen, strict=True))
        for chosen in combinations(parts[:-1], len(others))
    )


def is_part(wanted: QueryWord, part: str, *, can_be_initial: bool) -> bool:
    text, shape = wanted
    if shape is Shape.EXACT_PREFIX:
        return part.startswith(text)
    is_initial = can_be_initial and 1 in {len(text), len(part)} and part[0] == text[0]
    return part == text or is_initial


@cache
def names_of(category: str) -> frozenset[str]:
    """The category itself, and every archive in which arXiv lists it under one name or another."""
    table = (resources.files("digests.papers") / "taxonomy.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in table if not line.startswith("#")]
    canonical = {row[0]: row[2] for row in rows}.get(category, category)
    aliases = [row[0] for row in rows if row[1] == "alias" and row[2] == canonical]
    return frozenset({canonical, *(name.split(".")[0] for name in [canonical, *aliases])})
