"""The text between two operators → one term."""

import re
from collections.abc import Sequence
from typing import Final

from digests.keywords.lexing import Kind, Token
from digests.keywords.match import Field
from digests.keywords.source import Source
from digests.keywords.tree import Author, Label, Phrase, QueryWord, Shape, Term
from digests.keywords.words import Word, find_acronym, find_shouted, is_chinese, is_in_capitals, read_words
from digests.papers.identifier import read_identifier
from digests.papers.taxonomy import find_archive, find_category

LABELS: Final = frozenset({Field.CATEGORY, Field.PRIMARY, Field.ID})

MIN_PREFIX_CHARS: Final = 3
_MIN_NEAR_WORDS: Final = 2
_MAX_SLACK: Final = 20

_PASTED: Final = re.compile(r"(arXiv:|https?://(www\.|export\.)?arxiv\.org/(abs|pdf|html)/)", re.IGNORECASE)

# A word, and whether a star follows it.
_Read = tuple[Word, bool]


def build_term(source: Source, first: Token, last: Token, near: Token | None, field: Field | None) -> Term:
    """The term that stands from `first` to `last`: a run of words, or one pair of quotes. Raises QueryRefused."""
    is_quoted = first.kind is Kind.QUOTED
    start, end = (first.start + 1, first.end - 1) if is_quoted else (first.start, last.end)
    if near and (field in LABELS or field is Field.AUTHORS):
        raise source.refuse("near_place", near.start)
    if field in LABELS:
        return _build_label(source, start, end, field)
    words = _read_query_words(source, start, end)
    if not words:
        raise source.refuse("empty_phrase", first.start)
    if field is Field.AUTHORS:
        return _build_author(words, source.text.find(",", start, end) - start)
    if near:
        return _build_near(words, field, is_quoted=is_quoted, slack=_read_slack(source, near, len(words)))
    return _build_phrase(words, field, is_quoted=is_quoted)


def _build_phrase(words: Sequence[_Read], field: Field | None, *, is_quoted: bool) -> Phrase:
    shouted = set(find_shouted([word.cased for word, _ in words]))
    shapes = [_shape(read, is_quoted=is_quoted, is_shouted=place in shouted) for place, read in enumerate(words)]
    return Phrase(tuple(shapes), field, is_quoted)


def _build_near(words: Sequence[_Read], field: Field | None, *, is_quoted: bool, slack: int) -> Phrase:
    """Order means nothing here, neither for the canonical form nor for what stands beside a word in capitals."""
    loud = [place for place, (word, _) in enumerate(words) if is_in_capitals(word.cased)]
    shouted = {loud[place] for place in find_shouted([words[place][0].cased for place in loud])}
    shapes = [_shape(read, is_quoted=is_quoted, is_shouted=place in shouted) for place, read in enumerate(words)]
    # Chinese characters next to each other are one word to the reader, and may read as an operator.
    if not any(is_chinese(shape.text) for shape in shapes):
        shapes.sort(key=lambda shape: (shape.text, shape.shape.value))
    return Phrase(tuple(shapes), field, is_quoted, slack)


def _read_slack(source: Source, near: Token, words: int) -> int:
    # The length: int() refuses thousands of digits.
    slack = int(near.text) if 0 < len(near.text) <= 2 else 0
    if not 1 <= slack <= _MAX_SLACK:
        raise source.refuse("near_distance", near.start, max_distance=_MAX_SLACK)
    if words < _MIN_NEAR_WORDS:
        raise source.refuse("near_needs_words", near.start)
    return slack


def _build_author(words: Sequence[_Read], comma: int) -> Author:
    """`LeCun, Yann` is turned round; `comma` is negative for none."""
    turned = sorted(words, key=lambda read: read[0].start < comma)
    return Author(
        tuple(QueryWord(word.text, Shape.EXACT_PREFIX if starred else Shape.EXACT) for word, starred in turned)
    )


def _build_label(source: Source, start: int, end: int, field: Field) -> Label:
    text = source.text[start:end].strip()
    found = find_paper_id(text) if field is Field.ID else _find_category(text)
    if found is None:
        raise source.refuse("unknown_id" if field is Field.ID else "unknown_category", start, text=text)
    return Label(found, field)


def _find_category(text: str) -> str | None:
    """`cs`, `cs.*` and `CS` are one archive, `cs.NA` and `math.na` one category."""
    if text.endswith(".*"):
        return find_archive(text.removesuffix(".*"))
    return find_archive(text) or find_category(text)


def find_paper_id(text: str) -> str | None:
    """Without version and, for an old one, without the subject class: `math.GT/0309136` is `math/0309136`."""
    read = read_identifier(_PASTED.sub("", text))
    if read is None:
        return None
    archive, slash, number = read[0].partition("/")
    return archive.partition(".")[0] + slash + number if slash else read[0]


def _read_query_words(source: Source, start: int, end: int) -> list[_Read]:
    text = source.text[start:end]
    words = read_words(text)
    stars = {place for place, character in enumerate(text) if character == "*"}
    ends = {word.end for word in words}
    for place in sorted(stars):
        if place not in ends or text[place + 1 : place + 2].isalnum():
            raise source.refuse("star_place", start + place)
    for word in words:
        if word.end in stars and sum(map(str.isalnum, word.text)) < MIN_PREFIX_CHARS:
            prefix = text[word.start : word.end]
            raise source.refuse("short_prefix", start + word.start, prefix=prefix, min_chars=MIN_PREFIX_CHARS)
    return [(word, word.end in stars) for word in words]


def _shape(read: _Read, *, is_quoted: bool, is_shouted: bool) -> QueryWord:
    word, is_prefix = read
    acronym = None if is_shouted else find_acronym(word.cased)
    if is_prefix:
        if acronym == word.cased:
            return QueryWord(acronym, Shape.ACRONYM_PREFIX)
        return QueryWord(word.text, Shape.EXACT_PREFIX if is_quoted else Shape.PREFIX)
    if acronym:
        return QueryWord(word.cased if is_quoted else acronym, Shape.ACRONYM)
    if is_quoted:
        return QueryWord(word.text, Shape.EXACT)
    return QueryWord(word.folded, Shape.FOLDED)
