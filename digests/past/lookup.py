"""Which rows hold a word of a query, and which of their forms it means (the shapes of keywords.tree)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, select

from digests.keywords.fitting import fits
from digests.keywords.folding import fold_word
from digests.keywords.match import Field
from digests.keywords.names import is_meant
from digests.keywords.tree import PREFIXES, Author, Label, QueryWord, Shape
from digests.papers.taxonomy import find_category
from digests.past.postings import Region, cut, unpack_places
from digests.store.tables import past_beginnings, past_words

# Behind every word that begins in the same way.
_LAST: Final = "\U0010ffff"

_WRITTEN: Final = {Region.TEXT, Region.COMMENTS}

#: Of each day, every place at which the word stands.
Places = Mapping[date, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    words      rows to read
    beginning  instead, the beginning of the rows' words or of some of their forms
    fits       which forms of such a row; None: all
    """

    region: Region
    words: frozenset[str] = frozenset()
    beginning: str | None = None
    fits: Callable[[str], bool] | None = None


def want_word(word: QueryWord, region: Region) -> Wanted:
    text = cut(word.text)
    if word.shape in PREFIXES:
        return Wanted(region, beginning=text.lower(), fits=partial(fits, word))
    if word.shape is Shape.FOLDED:
        return Wanted(region, frozenset({text}))
    written = {text, f"{text}s"} if word.shape is Shape.ACRONYM else {text}
    words = frozenset(folded for each in written for folded in _find_folded(each.lower()))
    return Wanted(region, words, fits=partial(fits, word))


def want_author(author: Author) -> Wanted:
    last = author.words[-1]
    is_theirs = None if len(author.words) == 1 else lambda form: is_meant(author, form.split(" "))
    if last.shape in PREFIXES:
        return Wanted(Region.NAME, beginning=cut(last.text), fits=is_theirs)
    return Wanted(Region.NAME, frozenset({cut(last.text)}), fits=is_theirs)


def want_label(label: Label) -> Wanted:
    """Of a category or an archive; an id is no word."""
    region = Region.PRIMARY if label.field is Field.PRIMARY else Region.CATEGORY
    return Wanted(region, frozenset({label.text}))


def want_scope(name: str) -> Iterator[Wanted]:
    """As digests count it: a category, or all categories of an archive by their canonical names."""
    if find_category(name):
        yield Wanted(Region.CATEGORY, frozenset({name}))
    yield Wanted(Region.CATEGORY, beginning=f"{name}.")


def begins(word: Column[str], beginning: str) -> ColumnElement[bool]:
    """A range is what the index answers. No BETWEEN: SQLAlchemy puts a COLLATE there that PostgreSQL cannot read."""
    return and_(word >= beginning, word < beginning + _LAST)


def load_places(connection: Connection, dates: Sequence[date], wanted: Wanted) -> Places:
    found: dict[date, list[int]] = defaultdict(list)
    for condition in _find_rows(connection, dates, wanted):
        for row in connection.execute(_select(dates, wanted, condition)):
            places = unpack_places(row.places)
            found[row.announced_on] += places if wanted.fits is None else _pick(places, row.forms, wanted.fits)
    return found


def _find_rows(connection: Connection, dates: Sequence[date], wanted: Wanted) -> list[ColumnElement[bool]]:
    if wanted.beginning is None:
        return [past_words.c.word.in_(wanted.words)]
    shown = begins(past_words.c.word, wanted.beginning)
    hidden = select(past_beginnings.c.word).where(
        past_beginnings.c.announced_on.in_(dates), begins(past_beginnings.c.beginning, wanted.beginning)
    )
    words = {word for word in connection.scalars(hidden.distinct()) if not word.startswith(wanted.beginning)}
    return [shown, past_words.c.word.in_(words)] if words and wanted.region in _WRITTEN else [shown]


def _select(dates: Sequence[date], wanted: Wanted, condition: ColumnElement[bool]) -> Select[Any]:
    where = past_words.c.announced_on.in_(dates), past_words.c.region == wanted.region, condition
    return select(past_words.c.announced_on, past_words.c.forms, past_words.c.places).where(*where)


def _pick(places: Sequence[int], forms: Mapping[str, int], is_meant_form: Callable[[str], bool]) -> list[int]:
    picked: list[int] = []
    start = 0
    for form, count in forms.items():
        if is_meant_form(form):
            picked += places[start : start + count]
        start += count
    return picked


def _find_folded(text: str) -> set[str]:
    """Every word as which a text's word may have been filed, however its capitals stand: see keywords.words."""
    return {cut(fold_word(text)), cut(text.removesuffix("s"))}
