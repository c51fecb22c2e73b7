"""Atoms: strings that a paper either has or has not, so that all queries meet all papers in a dictionary.

Every term is an atom. Most are found by reading: `diffusion policy` is the n-gram of two words, and a text's atoms are
all its n-grams, words and beginnings. What no n-gram decides (words near each other, beginnings inside a phrase, long
phrases, names of several parts) is looked up in the texts that have the grams that the term needs.

An atom is a gram behind a start that says where it counts: `world model` and `"world model` (quoted: no folding) in
title or abstract, `ti:world model` in the title alone, `quantiz*`, `au:lecun`, `cat:cs.LG`.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from digests.keywords.canonical import write
from digests.keywords.match import Field
from digests.keywords.tree import PREFIXES, Author, Label, Phrase, QueryWord, Term
from digests.keywords.words import is_chinese

#: Words. Longer n-grams cost every text more than they spare: few phrases that people type are longer.
MAX_GRAM: Final = 4

Atom = str


class TermAtom(NamedTuple):
    """
    name   the atom: `start` and a gram; where there are `needs`, any text that nothing else has
    needs  grams without which no text holds the term, the rarest first; empty where reading finds `name`
    """

    name: Atom
    start: str
    needs: tuple[str, ...] = ()


def find_atom(term: Term) -> TermAtom:
    match term:
        case Label(_, field):
            return TermAtom(write(term), start_of(field))
        case Author(words):
            return _find_author_atom(words)
        case Phrase():
            return _find_phrase_atom(term)


def start_of(field: Field | None, *, is_quoted: bool = False) -> str:
    return (f"{field}:" if field else "") + ('"' if is_quoted else "")


def spell_person(last: str, part: str) -> str:
    """What a name is known by: the family name, and the initial of some other part."""
    return f"{last} {part[0]}"


def _find_author_atom(words: Sequence[QueryWord]) -> TermAtom:
    start, last = start_of(Field.AUTHORS), _spell(words[-1])
    if len(words) == 1:
        return TermAtom(start + last, start)
    # A part that fits, whole or as an initial, begins with the same letter.
    return TermAtom(write(Author(tuple(words))), start, (spell_person(last, words[0].text),))


def _find_phrase_atom(phrase: Phrase) -> TermAtom:
    start = start_of(phrase.field, is_quoted=phrase.is_quoted)
    words = phrase.words
    if len(words) == 1 or (phrase.slack is None and not any(word.shape in PREFIXES for word in words)):
        if len(words) <= MAX_GRAM:
            return TermAtom(start + " ".join(map(_spell, words)), start)
        return TermAtom(write(phrase), start, (_find_beginning(phrase),))
    # Of a translation only what is Chinese is read.
    asked = [word for word in words if is_chinese(word.text)] if phrase.is_chinese else words
    grams = map(_spell, asked) if phrase.slack is not None or phrase.is_chinese else _cut_at_prefixes(asked)
    # A longer one is a rarer one.
    return TermAtom(write(phrase), start, tuple(sorted(dict.fromkeys(grams), key=len, reverse=True)))


def _cut_at_prefixes(words: Sequence[QueryWord]) -> Iterator[str]:
    """`graph neural net*` → `graph neural`, `net*`."""
    for is_prefix, run in groupby(words, key=lambda word: word.shape in PREFIXES):
        spelled = [_spell(word) for word in run]
        yield from spelled if is_prefix else (" ".join(spelled[:MAX_GRAM]),)


def _find_beginning(phrase: Phrase) -> str:
    """The first gram, from where the Chinese begins if there is any."""
    first = next((place for place, word in enumerate(phrase.words) if is_chinese(word.text)), 0)
    return " ".join(map(_spell, phrase.words[first : first + MAX_GRAM]))


def _spell(word: QueryWord) -> str:
    return f"{word.text}*" if word.shape in PREFIXES else word.text
