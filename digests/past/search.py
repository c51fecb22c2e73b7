"""The past as it can be asked: for any query of the language the papers of each stored announcement that it hits."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import reduce

from sqlalchemy import ColumnElement, Connection, func, select

from digests.keywords.bits import list_bits
from digests.keywords.language import Query
from digests.keywords.match import Field
from digests.keywords.terms import find_paper_id
from digests.keywords.tree import And, Author, Label, Node, Not, Or, Phrase, Term
from digests.papers.paper import ArxivId
from digests.past.index import DAYS, find_since
from digests.past.lookup import Wanted, begins, load_places, want_author, want_label, want_scope, want_word
from digests.past.masks import Masks, drop_empty, intersect, subtract, unite
from digests.past.places import build_mask, find_mask
from digests.past.postings import Region
from digests.store.engine import Store
from digests.store.tables import past_days, past_words


class Past:
    """A window of days as they were indexed when it was opened. What a term finds is kept for the next query.

    A paper announced more than once (new, then cross-listed) counts on the first of these days.
    """

    def __init__(self, store: Store, days: Mapping[date, Sequence[ArxivId]]) -> None:
        self._store = store
        self._ids = {on: days[on] for on in sorted(days) if days[on]}
        self._counted = _find_first(self._ids)
        self._found: dict[Term, Masks] = {}

    @property
    def dates(self) -> tuple[date, ...]:
        """Oldest first; a day on which nothing was new is none."""
        return tuple(self._ids)

    def list_ids(self, on: date, mask: int) -> list[ArxivId]:
        """In the order of their numbers."""
        return [self._ids[on][number] for number in list_bits(mask)]

    def list_newest(self, masks: Masks, max_papers: int) -> list[ArxivId]:
        """The newest of these papers first."""
        newest: list[ArxivId] = []
        for on in sorted(masks, reverse=True):
            newest += sorted(self.list_ids(on, masks[on]), reverse=True)
            if len(newest) >= max_papers:
                break
        return newest[:max_papers]

    def find(self, query: Query) -> dict[date, int]:
        """The papers that the query hits: just as the matcher says, who knows nothing of the Chinese."""
        with self._store.reading() as connection:
            return intersect(self._find(connection, query.node), self._counted)

    def find_scope(self, scope: Sequence[str] | None) -> dict[date, int]:
        """The papers of these archives and categories, cross-listed or not; None: all."""
        if scope is None:
            return dict(self._counted)
        with self._store.reading() as connection:
            found = [self._load_mask(connection, wanted) for name in scope for wanted in want_scope(name)]
        return intersect(unite(*found), self._counted)

    def find_words(self, beginning: str) -> dict[str, int]:
        """Folded words of titles and abstracts that begin so, and how many papers have them, summed over the days."""
        return self._count_words(begins(past_words.c.word, beginning))

    def count_word(self, word: str) -> int:
        """The same for one folded word."""
        return self._count_words(past_words.c.word == word).get(word, 0)

    def _count_words(self, condition: ColumnElement[bool]) -> dict[str, int]:
        query = (
            select(past_words.c.word, func.sum(past_words.c.papers))
            .where(past_words.c.announced_on.in_(self.dates), past_words.c.region == Region.TEXT, condition)
            .group_by(past_words.c.word)
        )
        with self._store.reading() as connection:
            return {word: int(papers) for word, papers in connection.execute(query)}

    def _find(self, connection: Connection, node: Node) -> Masks:
        match node:
            case And(nodes):
                return reduce(intersect, (self._find(connection, inner) for inner in nodes))
            case Or(nodes):
                return unite(*(self._find(connection, inner) for inner in nodes))
            case Not(term):
                return subtract(self._counted, self._find(connection, term))
            case _:
                if node not in self._found:
                    self._found[node] = self._find_term(connection, node)
                return self._found[node]

    def _find_term(self, connection: Connection, term: Term) -> Masks:
        match term:
            case Author():
                return self._load_mask(connection, want_author(term))
            case Label(text, Field.ID):
                return drop_empty({on: _find_id(text, ids) for on, ids in self._ids.items()})
            case Label():
                return self._load_mask(connection, want_label(term))
            case Phrase():
                return self._find_phrase(connection, term)

    def _find_phrase(self, connection: Connection, phrase: Phrase) -> Masks:
        region = Region.COMMENTS if phrase.field is Field.COMMENTS else Region.TEXT
        places = {
            word: load_places(connection, self.dates, want_word(word, region)) for word in dict.fromkeys(phrase.words)
        }
        return drop_empty(
            {on: find_mask(phrase, [places[word].get(on, ()) for word in phrase.words]) for on in self.dates}
        )

    def _load_mask(self, connection: Connection, wanted: Wanted) -> Masks:
        return {on: build_mask(places) for on, places in load_places(connection, self.dates, wanted).items()}


def open_past(store: Store, now_at: datetime, days: int = DAYS) -> Past:
    """What is indexed of the last `days` days; see index_past."""
    query = select(past_days.c.announced_on, past_days.c.papers).where(
        past_days.c.announced_on >= find_since(now_at, days)
    )
    with store.reading() as connection:
        return Past(store, {row.announced_on: row.papers for row in connection.execute(query)})


def _find_first(days: Mapping[date, Sequence[ArxivId]]) -> dict[date, int]:
    """The papers of each day, oldest first, that no day before had."""
    seen: set[ArxivId] = set()
    first = {}
    for on, ids in days.items():
        again = seen.intersection(ids)
        first[on] = sum(1 << number for number, paper_id in enumerate(ids) if paper_id in again) ^ ((1 << len(ids)) - 1)
        seen.update(ids)
    return first


def _find_id(text: str, ids: Sequence[ArxivId]) -> int:
    # Only old ids are written in several ways.
    same = (paper_id == text or ("/" in paper_id and find_paper_id(paper_id) == text) for paper_id in ids)
    return sum(1 << number for number, is_same in enumerate(same) if is_same)
