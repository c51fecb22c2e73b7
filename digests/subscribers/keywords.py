"""A subscriber's keywords: add, list, remove."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, delete, select

from digests.errors import InputError, QueryRefused
from digests.keywords.language import Query, parse, split_keywords
from digests.store.engine import Store
from digests.store.tables import subscriptions
from digests.subscribers.beginning import begin_now, has_had_digests, look_again
from digests.subscribers.breadth import is_wider_than_an_archive
from digests.subscribers.directory import lock
from digests.subscribers.subscriber import Keyword
from digests.subscribers.typed import make_readable, shorten

# Longer than any list of keywords that could be taken: it bounds the work on a text of any length.
_MAX_TEXT_CHARS: Final = 16_384


@dataclass(frozen=True, slots=True)
class Added:
    keyword: Keyword
    query: Query


@dataclass(frozen=True, slots=True)
class AlreadyHeld:
    """`keyword` is the one on the list that means the same."""

    typed: str
    keyword: Keyword


@dataclass(frozen=True, slots=True)
class Refused:
    typed: str
    error: QueryRefused


@dataclass(frozen=True, slots=True)
class TooWide:
    """Only categories, and more than one archive: taken only when they say that they mean it."""

    typed: str


@dataclass(frozen=True, slots=True)
class NoRoom:
    typed: str


Outcome = Added | AlreadyHeld | Refused | TooWide | NoRoom


@dataclass(frozen=True, slots=True)
class AddResult:
    """What became of each keyword, in the order of typing, how many are held now, and which one went for them."""

    outcomes: tuple[Outcome, ...]
    held: int
    max_keywords: int
    replaced: Keyword | None = None

    @property
    def added(self) -> list[Added]:
        return [outcome for outcome in self.outcomes if isinstance(outcome, Added)]


def add_keywords(
    store: Store,
    subscriber_id: int,
    text: str,
    now: datetime,
    max_keywords: int,
    *,
    takes_wide: bool = False,
    replaces: str = "",
) -> AddResult:
    """Add every keyword of `text` that is one; each other one is answered for itself.

    takes_wide  they were asked and want all of several archives
    replaces    the canonical form of one that goes when any of these can be read
    Raises      InputError: `chat.add_what` (nothing typed), `chat.too_much_text`, `chat.too_many_at_once`,
                `chat.no_such_subscriber`. Then nothing was added.
    """
    queries = [_read(typed, takes_wide=takes_wide) for typed in _split(text, max_keywords)]
    with store.writing() as connection:
        held = {keyword.canonical: keyword for keyword in _load_and_lock(connection, subscriber_id)}
        was_empty, max_held = not held, max_keywords
        replaced = None
        if replaces in held and any(isinstance(query, Query) and query.canonical != replaces for query in queries):
            # Whoever holds more than the limit, since two readers became one, may still exchange.
            max_held = max(max_held, len(held))
            replaced = held.pop(replaces)
            connection.execute(delete(subscriptions).where(subscriptions.c.id == replaced.id))
        adding = _Adding(store, connection, subscriber_id, held, now, max_held)
        outcomes = tuple(adding.add(query) if isinstance(query, Query) else query for query in queries)
        if was_empty and held and not has_had_digests(connection, subscriber_id):
            begin_now(connection, subscriber_id)
        elif any(isinstance(outcome, Added) for outcome in outcomes):
            look_again(connection, subscriber_id)
    return AddResult(outcomes=outcomes, held=len(held), max_keywords=max_keywords, replaced=replaced)


def list_keywords(store: Store, subscriber_id: int) -> list[Keyword]:
    """In the order of adding; the place in it, from 1, is the number that `remove_keyword` takes."""
    with store.reading() as connection:
        return _held(connection, subscriber_id)


def remove_keyword(store: Store, subscriber_id: int, text_or_number: str) -> Keyword:
    """Remove the keyword with this number in the list, or that means the same as this text.

    Raises  InputError: `chat.remove_what`, `chat.no_keywords`, `chat.no_such_number`, `chat.no_such_keyword`.
    """
    wanted = make_readable(text_or_number).strip()
    if not wanted:
        raise InputError("nothing to remove was named", code="chat.remove_what")
    with store.writing() as connection:
        chosen = _choose(_load_and_lock(connection, subscriber_id), wanted)
        connection.execute(delete(subscriptions).where(subscriptions.c.id == chosen.id))
    return chosen


def build_keyword(row: Row[tuple[object, ...]]) -> Keyword:
    return Keyword(id=row.id, typed=row.typed, canonical=row.canonical, added_at=row.added_at)


def _split(text: str, max_keywords: int) -> list[str]:
    if len(text) > _MAX_TEXT_CHARS:
        raise InputError("too much text", code="chat.too_much_text", fields={"max_chars": _MAX_TEXT_CHARS})
    typed = [one.text for one in split_keywords(make_readable(text))]
    if not typed:
        raise InputError("no keyword was typed", code="chat.add_what")
    if len(typed) > max_keywords:
        fields = {"count": len(typed), "max_keywords": max_keywords}
        raise InputError("too many keywords at once", code="chat.too_many_at_once", fields=fields)
    return typed


def _read(typed: str, *, takes_wide: bool) -> Query | Refused | TooWide:
    try:
        query = parse(typed)
    except QueryRefused as error:
        return Refused(typed, error)
    return TooWide(typed) if is_wider_than_an_archive(query) and not takes_wide else query


@dataclass(frozen=True, slots=True)
class _Adding:
    """One transaction of one subscriber; `held` by canonical form, and kept up to date."""

    store: Store
    connection: Connection
    subscriber_id: int
    held: dict[str, Keyword]
    now: datetime
    max_keywords: int

    def add(self, query: Query) -> Outcome:
        if query.canonical in self.held:
            return AlreadyHeld(query.typed, self.held[query.canonical])
        if len(self.held) >= self.max_keywords:
            return NoRoom(query.typed)
        row = self.store.insert(subscriptions).values(
            subscriber_id=self.subscriber_id, canonical=query.canonical, typed=query.typed, added_at=self.now
        )
        keyword = build_keyword(self.connection.execute(row.returning(subscriptions)).one())
        self.held[query.canonical] = keyword
        return Added(keyword, query)


def _choose(held: list[Keyword], wanted: str) -> Keyword:
    if not held:
        raise InputError("no keywords yet", code="chat.no_keywords")
    number = _number(wanted)
    if number is not None and 1 <= number <= len(held):
        return held[number - 1]
    for keyword in _same(held, wanted):
        return keyword
    if number is not None:
        fields = {"number": number, "count": len(held)}
        raise InputError("no such number", code="chat.no_such_number", fields=fields)
    raise InputError("no such keyword", code="chat.no_such_keyword", fields={"text": shorten(wanted)})


def _number(text: str) -> int | None:
    """`2`, also as the list writes it (`2.`) and with a mark (`#2`)."""
    digits = text.removeprefix("#").rstrip(".、")
    # The length: int() refuses thousands of digits.
    return int(digits) if digits.isdecimal() and len(digits) <= 9 else None


def _same(held: list[Keyword], wanted: str) -> Iterator[Keyword]:
    yield from (keyword for keyword in held if keyword.typed == wanted)
    try:
        canonical = parse(wanted).canonical
    except QueryRefused:
        return
    yield from (keyword for keyword in held if keyword.canonical == canonical)


def _load_and_lock(connection: Connection, subscriber_id: int) -> list[Keyword]:
    # So that the limit holds against another command of the same person.
    lock(connection, subscriber_id)
    return _held(connection, subscriber_id)


def _held(connection: Connection, subscriber_id: int) -> list[Keyword]:
    query = select(subscriptions).where(subscriptions.c.subscriber_id == subscriber_id).order_by(subscriptions.c.id)
    return [build_keyword(row) for row in connection.execute(query)]
