"""Steps of the ledger's tests: a planned edition of one reader, and what became of its parts."""

from datetime import date, timedelta

from sqlalchemy import select, update

from digests.delivery import editions, ledger
from digests.store.tables import deliveries
from tests.builders import NOON, add_reader

DAY = date(2026, 11, 20)
MINUTE = timedelta(minutes=1)
LEASE_SECONDS = 60
#: A lease after which it is over.
OVER = timedelta(seconds=LEASE_SECONDS + 1)


def plan(store, subscriber_id, target_id, parts=1, slot="daily:2026-11-20", **changes):
    arguments = {
        "subscriber_id": subscriber_id,
        "slot": slot,
        "announced_on": DAY,
        "digest_json": {"nothing": None},
        "paper_ids": ["2601.00001", "2601.00002"],
        "parts": [editions.Planned(target_id, "telegram", n, f"<b>part {n}</b>") for n in range(1, parts + 1)],
        "now": NOON,
    }
    return editions.plan_edition(store, **arguments | changes)


def planned(store, parts=1):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    return plan(store, subscriber_id, target_id, parts), target_id


def claim(store, pair, now=NOON):
    return ledger.claim_next(store, edition_id=pair[0], target_id=pair[1], lease_seconds=LEASE_SECONDS, now=now)


def begin(store, pair, now=NOON):
    """Claim, and let the message leave the house."""
    taken = claim(store, pair, now)
    assert ledger.begin(store, taken, now)
    return taken


def row(store, delivery_id):
    with store.reading() as connection:
        return connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one()


def states(store):
    with store.reading() as connection:
        return list(connection.execute(select(deliveries.c.state).order_by(deliveries.c.id)).scalars())


def change(store, table, **values):
    with store.writing() as connection:
        connection.execute(update(table).values(values))
