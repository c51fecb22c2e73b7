"""A reader's own renderings of terms, in place of ours: `/term`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, literal, select

from digests.chinese import TRADITIONAL, to_traditional
from digests.errors import InputError
from digests.store.engine import Store
from digests.store.tables import reader_terms
from digests.subscribers.directory import lock
from digests.subscribers.term_texts import TermWish, fold_english, parse_term
from digests.subscribers.typed import make_readable, shorten
from digests.summaries.wording.own_terms import OwnTerm

MAX_TERMS: Final = 50


@dataclass(frozen=True, slots=True)
class TermChange:
    """`term` as it is now, or as it was before it was removed; `before` is what stood for it until now, or empty."""

    term: OwnTerm
    before: str = ""
    is_removed: bool = False


def change_term(store: Store, subscriber_id: int, text: str, now: datetime) -> TermChange:
    """Do what `text` says (term_texts.py).

    Raises  InputError: as parse_term, set_term and remove_term.
    """
    wish = parse_term(text)
    if not wish.chinese:
        return TermChange(remove_term(store, subscriber_id, wish.english), is_removed=True)
    return set_term(store, subscriber_id, wish, now)


def set_term(store: Store, subscriber_id: int, wish: TermWish, now: datetime) -> TermChange:
    """The newer rendering of a term replaces the older one.

    Raises  InputError: `chat.too_many_terms`, `chat.no_such_subscriber`.
    """
    with store.writing() as connection:
        # So that the limit holds against another command of the same person.
        lock(connection, subscriber_id)
        held = {term.english: term.chinese for term in _list(connection, subscriber_id)}
        if wish.english not in held and len(held) >= MAX_TERMS:
            raise InputError("too many terms", code="chat.too_many_terms", fields={"max_terms": MAX_TERMS})
        row = {"subscriber_id": subscriber_id, "english": wish.english, "chinese": wish.chinese, "added_at": now}
        statement = store.insert(reader_terms).values(row)
        key = [reader_terms.c.subscriber_id, reader_terms.c.english]
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_={"chinese": wish.chinese}))
    return TermChange(OwnTerm(wish.english, wish.chinese), before=held.get(wish.english, ""))


def remove_term(store: Store, subscriber_id: int, english_or_number: str) -> OwnTerm:
    """The term of this name, or with this number in the list.

    Raises  InputError: `chat.no_such_term`, `chat.no_such_subscriber`.
    """
    wanted = fold_english(make_readable(english_or_number))
    with store.writing() as connection:
        lock(connection, subscriber_id)
        held = _list(connection, subscriber_id)
        chosen = next((term for term in held if term.english == wanted), None) or _find_numbered(held, wanted)
        if chosen is None:
            raise InputError("no such term", code="chat.no_such_term", fields={"text": shorten(wanted)})
        mine = reader_terms.c.subscriber_id == subscriber_id, reader_terms.c.english == chosen.english
        connection.execute(delete(reader_terms).where(*mine))
    return chosen


def list_terms(store: Store, subscriber_id: int) -> list[OwnTerm]:
    """As they were typed, in the order of adding; the place in it, from 1, is the number that `remove_term` takes."""
    with store.reading() as connection:
        return _list(connection, subscriber_id)


def count_terms(store: Store, subscriber_id: int) -> int:
    with store.reading() as connection:
        query = select(func.count()).where(reader_terms.c.subscriber_id == subscriber_id)
        return connection.scalar(query) or 0


def find_shown(term: OwnTerm, language: str) -> str:
    """What a reader of `language` will see: texts in traditional characters have Taiwan's words."""
    return to_traditional(term.chinese) if language == TRADITIONAL else term.chinese


def copy_terms(connection: Connection, into: int, other: int) -> None:
    """Give `into` the terms of `other` that they have not themselves. More than the limit may be held then."""
    columns = (reader_terms.c.english, reader_terms.c.chinese, reader_terms.c.added_at)
    held = select(reader_terms.c.english).where(reader_terms.c.subscriber_id == into)
    theirs = select(literal(into), *columns).where(
        reader_terms.c.subscriber_id == other, reader_terms.c.english.not_in(held)
    )
    names = ["subscriber_id", *(column.name for column in columns)]
    connection.execute(reader_terms.insert().from_select(names, theirs))


def _list(connection: Connection, subscriber_id: int) -> list[OwnTerm]:
    query = select(reader_terms.c.english, reader_terms.c.chinese).where(reader_terms.c.subscriber_id == subscriber_id)
    rows = connection.execute(query.order_by(reader_terms.c.added_at, reader_terms.c.english))
    return [OwnTerm(row.english, row.chinese) for row in rows]


def _find_numbered(held: Sequence[OwnTerm], wanted: str) -> OwnTerm | None:
    """The length: int() refuses thousands of digits."""
    number = int(wanted) if wanted.isdecimal() and len(wanted) <= 9 else 0
    return held[number - 1] if 1 <= number <= len(held) else None
