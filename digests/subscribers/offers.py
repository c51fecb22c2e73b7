"""Keywords that we offered to a reader. One tap adds one; a button's data has no room for the keyword itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update

from digests.store.engine import Store
from digests.store.tables import offers
from digests.subscribers.directory import lock

#: The button of an older one says that it is too old.
KEPT: Final = timedelta(days=90)
_MAX_ID_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Offer:
    """`replaces` is the canonical form of the keyword that goes when this one comes; empty where none does."""

    text: str
    replaces: str = ""


def make_offers(
    store: Store, subscriber_id: int, texts: Sequence[str], now_at: datetime, *, replaces: str = ""
) -> list[int]:
    """The number of each of `texts`, in their order. The same offer again keeps its number.

    Raises  InputError `chat.no_such_subscriber`.
    """
    with store.writing() as connection:
        lock(connection, subscriber_id)
        theirs = offers.c.subscriber_id == subscriber_id
        connection.execute(delete(offers).where(theirs, offers.c.offered_at < now_at - KEPT))
        wanted = dict.fromkeys(texts)
        same = select(offers.c.text, offers.c.id).where(
            theirs, offers.c.replaces == replaces, offers.c.text.in_(list(wanted))
        )
        known: dict[str, int] = {row.text: row.id for row in connection.execute(same)}
        connection.execute(update(offers).where(offers.c.id.in_(known.values())).values(offered_at=now_at))
        values = {"subscriber_id": subscriber_id, "replaces": replaces, "offered_at": now_at}
        known |= _insert(connection, ({**values, "text": text} for text in wanted if text not in known))
    return [known[text] for text in texts]


def find_offer(store: Store, subscriber_id: int, offer_id: int) -> Offer | None:
    """None: too old, or another reader's."""
    if not 0 < offer_id < 10**_MAX_ID_DIGITS:
        return None
    mine = select(offers.c.text, offers.c.replaces).where(
        offers.c.id == offer_id, offers.c.subscriber_id == subscriber_id
    )
    with store.reading() as connection:
        row = connection.execute(mine).one_or_none()
    return None if row is None else Offer(row.text, row.replaces)


def _insert(connection: Connection, rows: Iterable[dict[str, object]]) -> dict[str, int]:
    """The new ids by text."""
    values = list(rows)
    if not values:
        return {}
    made = connection.execute(offers.insert().values(values).returning(offers.c.text, offers.c.id))
    return {row.text: row.id for row in made}
