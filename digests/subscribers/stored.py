"""Keywords as stored, read by today's language, which may refuse what an older version of it took."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select

from digests.errors import QueryRefused
from digests.keywords.language import Query, find_canonical, parse, read_canonical
from digests.store.engine import Store
from digests.store.tables import subscriptions
from digests.subscribers.subscriber import Keyword


def list_stored(store: Store) -> list[str]:
    """The distinct keywords of all subscribers, as stored."""
    with store.reading() as connection:
        return list(connection.scalars(select(subscriptions.c.canonical).distinct()))


def read_stored(canonicals: Iterable[str]) -> dict[str, Query]:
    """The queries by their stored form, without those that are refused. A query's own form may be another one today."""
    return {canonical: query for canonical in canonicals if (query := find_canonical(canonical))}


def find_query(keyword: Keyword) -> Query | None:
    """As it was typed, read from its stored form; None where that is refused."""
    query = find_canonical(keyword.canonical)
    return query and replace(query, typed=keyword.typed)


def find_refusal(keyword: Keyword) -> QueryRefused | None:
    """Why the stored keyword is refused, told of what was typed; None where it can be read.

    Where only the stored form is refused, it is told of that: adding the same text again would do.
    """
    try:
        read_canonical(keyword.canonical)
    except QueryRefused as refused:
        return _refuse_typed(keyword.typed) or refused
    return None


def _refuse_typed(typed: str) -> QueryRefused | None:
    try:
        parse(typed)
    except QueryRefused as refused:
        return refused
    return None
