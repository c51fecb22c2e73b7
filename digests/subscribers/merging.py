"""Two readers who are one person: whoever proves an address of another reader takes over what is theirs."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, delete, func, literal, select, update

from digests.store.tables import edition_papers, editions, offers, subscribers, subscriptions, targets
from digests.subscribers.beginning import begin_now
from digests.subscribers.reach import gets_digests
from digests.subscribers.terms import copy_terms
from digests.subscribers.trending import copy_trends


def merge(connection: Connection, into: int, other: int) -> None:
    """Give `into` the keywords, terms, addresses and editions of `other`, who is no more. The settings of `into` stay.

    The caller has locked both.
    """
    standing = _find_standing(connection, into, other)
    served_on = standing["served_on"]
    _copy_keywords(connection, into, other)
    copy_trends(connection, into, other)
    copy_terms(connection, into, other)
    _rename_slots(connection, into, other, served_on)
    for table in (targets, editions, edition_papers, offers):
        _move(connection, table, into, other)
    # What hangs on it still (their keywords, the codes that they asked for) goes with it.
    connection.execute(delete(subscribers).where(subscribers.c.id == other))
    if served_on is None:
        begin_now(connection, into)
    else:
        values = standing | {"next_due": None}
        connection.execute(update(subscribers).where(subscribers.c.id == into).values(values))


def _find_standing(connection: Connection, into: int, other: int) -> dict[str, Any]:
    """What both have had: a batch, or a late paper, that one of them was still to get is still to come.

    Without a date: neither gets any, and one of theirs says nothing.
    """
    names = ("served_on", "served_at", "joined_at")
    query = select(*(func.min(subscribers.c[name]).label(name) for name in names), _find_first_beginning()).where(
        subscribers.c.id.in_((into, other)), subscribers.c.served_on.is_not(None), gets_digests()
    )
    standing = dict(connection.execute(query).mappings().one())
    return standing if standing["served_on"] is not None else {"served_on": None}


def _find_first_beginning() -> ColumnElement[date]:
    """None, which is that nothing was there yet, is before every date."""
    everybody, began = func.count(), func.count(subscribers.c.began_on)
    return case((everybody == began, func.min(subscribers.c.began_on))).label("began_on")


def _copy_keywords(connection: Connection, into: int, other: int) -> None:
    """Behind those that are there: the numbers that a person knows stay. More than the limit may be held then."""
    columns = (subscriptions.c.canonical, subscriptions.c.typed, subscriptions.c.added_at)
    held = select(subscriptions.c.canonical).where(subscriptions.c.subscriber_id == into)
    theirs = (
        select(literal(into), *columns)
        .where(subscriptions.c.subscriber_id == other, subscriptions.c.canonical.not_in(held))
        .order_by(subscriptions.c.id)
    )
    names = ["subscriber_id", *(column.name for column in columns)]
    connection.execute(subscriptions.insert().from_select(names, theirs))


def _rename_slots(connection: Connection, into: int, other: int, served_on: date | None) -> None:
    """Free the slots that both have, and those of batches that one of them was still to get.

    Such a batch is composed again, of the papers that neither was sent.
    """
    slots = select(editions.c.slot).where(editions.c.subscriber_id == into)
    _rename(connection, other, and_(editions.c.subscriber_id == other, editions.c.slot.in_(slots)))
    if served_on is not None:
        for owner in (into, other):
            _rename(connection, owner, and_(editions.c.subscriber_id == owner, editions.c.announced_on > served_on))


def _rename(connection: Connection, owner: int, which: ColumnElement[bool]) -> None:
    is_renamed = editions.c.slot.startswith(f"merged:{owner}:", autoescape=True)
    values = {"slot": literal(f"merged:{owner}:") + editions.c.slot}
    connection.execute(update(editions).where(which, ~is_renamed).values(values))


def _move(connection: Connection, table: Table, into: int, other: int) -> None:
    values: dict[str, Any] = {"subscriber_id": into}
    connection.execute(update(table).where(table.c.subscriber_id == other).values(values))
