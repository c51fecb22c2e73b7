"""What a person may have meant by a word that no stored paper has.

Calibrated on the 3,961 recorded papers and their 22 thousand words. Slips (a letter lost, doubled, exchanged with its
neighbour or with one beside it on the keyboard) in words of five letters or more: of 100 words with one slip 95 are put
right and 3 put wrong, with two 40 and 4. Of 100 rare words that are right (those of one paper, taken out) 11 are taken
for a slip, 1 or 2 of them for a word further away than one slip. Beside other words it is fewer: the whole must have
been announced too.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import product
from math import log10
from string import ascii_lowercase
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA, Prefix

from digests.errors import QueryRefused
from digests.keywords.folding import fold_word
from digests.keywords.language import Query, parse
from digests.keywords.match import Field
from digests.keywords.tree import Phrase, QueryWord, Shape
from digests.keywords.words import read_words
from digests.past.proposing.inquiry import Inquiry
from digests.past.search import Past

_MIN_CHARS: Final = 5
_MIN_CHARS_FOR_TWO: Final = 9
_MIN_PAPERS: Final = 3
# Of all papers, so many have a word that is taken for the right one; for two slips, or one in the first letter, more.
_SHARE: Final = 1 / 2000
_SHARE_FOR_MORE: Final = 1 / 300
# A word of one or two papers may be their slip; then the right one is so many times as frequent.
_MAX_SLIPS: Final = 2
_TIMES_AS_FREQUENT: Final = 100
# One slip less is worth as much as being 30 times as frequent.
_SLIP_WEIGHT: Final = 1.5
_MAX_MISSING: Final = 4
_MIN_PART: Final = 3
_MAX_EACH: Final = 3
_MAX_REWRITTEN: Final = 8

_PLAIN: Final = frozenset({Shape.FOLDED, Shape.EXACT})
_BEGINNINGS: Final = frozenset({Shape.PREFIX, Shape.EXACT_PREFIX})


class _Meant(NamedTuple):
    cost: float
    text: str


class _Floor(NamedTuple):
    """In how many papers a word must be, one slip away and further."""

    near: int
    far: int


def respell(inquiry: Inquiry, query: Query) -> list[Query]:
    """What was typed with other words for those that no paper has, the likeliest first; all else stands as typed."""
    meant = {word: found for word in _list_words(query) if (found := _find_meant(inquiry, word))}
    if not 0 < len(meant) <= _MAX_MISSING:
        return []
    choices = sorted(product(*meant.values()), key=lambda choice: (sum(each.cost for each in choice), choice))
    texts = (_rewrite(query.typed, dict(zip(meant, choice, strict=True))) for choice in choices[:_MAX_REWRITTEN])
    return [rewritten for text in dict.fromkeys(texts) if (rewritten := _parse(text))]


def _list_words(query: Query) -> list[QueryWord]:
    """Of titles and abstracts."""
    phrases = [term for term in query.positive_terms if isinstance(term, Phrase) and term.field != Field.COMMENTS]
    return sorted({word for phrase in phrases for word in phrase.words})


def _parse(text: str) -> Query | None:
    try:
        return parse(text)
    except QueryRefused:
        return None


def _rewrite(typed: str, meant: Mapping[QueryWord, _Meant]) -> str:
    texts = {word.text: found.text for word, found in meant.items()}
    for word in reversed(read_words(typed)):
        better = texts.get(word.text) or texts.get(word.folded)
        # `co:` is a field.
        if better and typed[word.end : word.end + 1] != ":":
            typed = typed[: word.start] + better + typed[word.end :]
    return typed


def _find_meant(inquiry: Inquiry, word: QueryWord) -> list[_Meant]:
    """Nothing where the word is all right, or nothing is near."""
    text, past = word.text, inquiry.past
    if len(text) < _MIN_CHARS or not (text.isalpha() and text.isascii()):
        return []
    if word.shape in _BEGINNINGS:
        return [] if inquiry.count(Phrase((word,))) else _find_beginnings(inquiry, text)
    papers = past.count_word(fold_word(text))
    if word.shape not in _PLAIN or papers > _MAX_SLIPS:
        return []
    floor = _build_floor(inquiry, papers)
    near = _find_near(text, past.find_words(text[0]), floor)
    return near or _find_first(past, text, floor) or _find_two(past, text, floor)


def _build_floor(inquiry: Inquiry, papers: int = 0) -> _Floor:
    """`papers` have the word as it was typed."""
    least = max(_MIN_PAPERS, papers * _TIMES_AS_FREQUENT)
    return _Floor(max(least, int(inquiry.seen * _SHARE)), max(least, int(inquiry.seen * _SHARE_FOR_MORE)))


def _find_near(text: str, words: Mapping[str, int], floor: _Floor) -> list[_Meant]:
    """Words with the same first letter: most slips come later."""
    frequent = [word for word, papers in words.items() if papers >= floor.near]
    max_slips = 2 if len(text) >= _MIN_CHARS_FOR_TWO else 1
    found = process.extract(text, frequent, scorer=OSA.distance, score_cutoff=max_slips, limit=None)
    near = [
        _Meant(_SLIP_WEIGHT * slips - log10(words[word]), word)
        for word, slips, _ in found
        if slips == 1 or (words[word] >= floor.far and not _has_other_ending(text, word))
    ]
    return sorted(near)[:_MAX_EACH]


def _has_other_ending(text: str, word: str) -> bool:
    """`quantizer` is no slip of `quantized`."""
    return Prefix.similarity(text, word) >= min(len(text), len(word)) - 2


def _find_first(past: Past, text: str, floor: _Floor) -> list[_Meant]:
    """Words of which the first letter was lost, exchanged, or is one too much."""
    others = {text[1] + text[0] + text[2:], text[1:]}
    others.update(letter + rest for letter in ascii_lowercase for rest in (text, text[1:]))
    return _choose({other: past.count_word(other) for other in others}, floor.far)


def _find_two(past: Past, text: str, floor: _Floor) -> list[_Meant]:
    """Two words without a blank between them."""
    parts = [(text[:place], text[place:]) for place in range(_MIN_PART, len(text) - _MIN_PART + 1)]
    counts = {" ".join(part): min(past.count_word(fold_word(word)) for word in part) for part in parts}
    return _choose(counts, floor.far)


def _choose(counts: Mapping[str, int], least: int) -> list[_Meant]:
    return sorted(_Meant(-log10(papers), text) for text, papers in counts.items() if papers >= least)[:_MAX_EACH]


def _find_beginnings(inquiry: Inquiry, text: str) -> list[_Meant]:
    counts = Counter[str]()
    for word, papers in inquiry.past.find_words(text[0]).items():
        counts.update(dict.fromkeys({word[: len(text) + more] for more in (-1, 0, 1)}, papers))
    return _find_near(text, counts, _build_floor(inquiry))
