"""A reader's own renderings of terms, in place of ours: `/term`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, literal, select

from digests.chinese import TRADITIONAL, to_traditional
from digests.errors import InputError
from digests.store.engine import Store
from digests.store.tables import reader_terms
from digests.subscribers.directory import lock
from digests.subscribers.term_texts import TermWish, fold_english, parse_term
from digests.subscribers.typed import make_readable, shorten, simplify
from digests.summaries.own_terms.term import OwnTerm, are_names_of_one, foresee

MAX_TERMS: Final = 50


@dataclass(frozen=True, slots=True)
class TermChange:
    """`term` as it is now, or as it was before it was removed; `before` is what stood for it until now, or empty."""

    term: OwnTerm
    before: str = ""
    is_removed: bool = False


def change_term(store: Store, subscriber_id: int, text: str, now: datetime) -> TermChange:
    """Do what `text` says (term_texts.py). Whoever asks for the word that is ours has none of their own.

    Raises  InputError: `chat.term_ours`; as parse_term, set_term and remove_term.
    """
    wish = parse_term(text)
    if wish.chinese and not _is_ours(wish):
        return set_term(store, subscriber_id, wish, now)
    held = list_terms(store, subscriber_id)
    if wish.chinese and not _find_named(held, wish.english):
        raise InputError(
            "ours already", code="chat.term_ours", fields={"english": wish.english, "chinese": wish.chinese}
        )
    return TermChange(remove_term(store, subscriber_id, wish.english), is_removed=True)


def set_term(store: Store, subscriber_id: int, wish: TermWish, now: datetime) -> TermChange:
    """The newer rendering of a term takes the place of the older one, under whichever of its names that was given.

    Raises  InputError: `chat.too_many_terms`, `chat.no_such_subscriber`.
    """
    with store.writing() as connection:
        # So that the limit holds against another command of the same person.
        lock(connection, subscriber_id)
        held = _list(connection, subscriber_id)
        older = _find_named(held, wish.english)
        if not older and len(held) >= MAX_TERMS:
            raise InputError("too many terms", code="chat.too_many_terms", fields={"max_terms": MAX_TERMS})
        theirs = _rows_of(subscriber_id, older)
        added_at = connection.scalar(select(func.min(reader_terms.c.added_at)).where(theirs)) or now
        connection.execute(delete(reader_terms).where(theirs))
        row = {"subscriber_id": subscriber_id, "english": wish.english, "chinese": wish.chinese, "added_at": added_at}
        connection.execute(reader_terms.insert().values(row))
    return TermChange(OwnTerm(wish.english, wish.chinese), before=older[0].chinese if older else "")


def remove_term(store: Store, subscriber_id: int, english_or_number: str) -> OwnTerm:
    """The term of this name, or with this number in the list.

    Raises  InputError: `chat.no_such_term`, `chat.no_such_subscriber`.
    """
    wanted = fold_english(make_readable(english_or_number))
    with store.writing() as connection:
        lock(connection, subscriber_id)
        held = _list(connection, subscriber_id)
        chosen = _find_named(held, wanted) or _find_numbered(held, wanted)
        if not chosen:
            raise InputError("no such term", code="chat.no_such_term", fields={"text": shorten(wanted)})
        connection.execute(delete(reader_terms).where(_rows_of(subscriber_id, chosen)))
    return chosen[0]


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
    held = _list(connection, into)
    missing = [term for term in _list(connection, other) if not _find_named(held, term.english)]
    theirs = select(literal(into), *columns).where(_rows_of(other, missing))
    names = ["subscriber_id", *(column.name for column in columns)]
    connection.execute(reader_terms.insert().from_select(names, theirs))


def _list(connection: Connection, subscriber_id: int) -> list[OwnTerm]:
    query = select(reader_terms.c.english, reader_terms.c.chinese).where(reader_terms.c.subscriber_id == subscriber_id)
    rows = connection.execute(query.order_by(reader_terms.c.added_at, reader_terms.c.english))
    return [OwnTerm(row.english, row.chinese) for row in rows]


def _is_ours(wish: TermWish) -> bool:
    return simplify(wish.chinese) == foresee(OwnTerm(wish.english, wish.chinese)).rendering


def _rows_of(subscriber_id: int, terms: Sequence[OwnTerm]) -> ColumnElement[bool]:
    names = [term.english for term in terms]
    return and_(reader_terms.c.subscriber_id == subscriber_id, reader_terms.c.english.in_(names))


def _find_named(held: Sequence[OwnTerm], wanted: str) -> list[OwnTerm]:
    """Under whichever of its names; one is first that has this very name. Readers of before may hold several."""
    named = [term for term in held if are_names_of_one(term.english, wanted)]
    return sorted(named, key=lambda term: term.english != wanted)


def _find_numbered(held: Sequence[OwnTerm], wanted: str) -> list[OwnTerm]:
    """The length: int() refuses thousands of digits."""
    number = int(wanted) if wanted.isdecimal() and len(wanted) <= 9 else 0
    return [held[number - 1]] if 1 <= number <= len(held) else []
