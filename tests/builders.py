"""Invented things with boring defaults; every argument by keyword."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from digests.papers.paper import ArxivId, Paper
from digests.status import Status
from digests.store.engine import Store
from digests.store.tables import subscribers, targets

#: A Friday, 08:00 in New York.
NOON = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)

_PAPER = Paper(
    id=ArxivId("2601.00001"),
    version=1,
    title="A Study of Boring Defaults",
    authors=("Alice Example", "Bob Sample"),
    abstract="We study boring defaults. They work.",
    categories=("cs.LG", "cs.AI"),
)


_STATUS = Status(
    batches=(),
    readers=0,
    paused=0,
    addresses=0,
    unconfirmed=0,
    keywords=0,
    last_batch_on=None,
    due_now=0,
    next_due_at=None,
    queues=None,
    unwritten={},
    recent_deliveries={},
    recent_reasons=(),
    polls=(),
    heartbeats=(),
)


def make_paper(**changes: Any) -> Paper:
    return replace(_PAPER, **changes)


def make_status(**changes: Any) -> Status:
    """Of an empty house."""
    return replace(_STATUS, **changes)


def add_reader(store: Store, *channels: str) -> tuple[int, list[int]]:
    """A reader with one confirmed target for each of `channels`: (subscriber id, target ids)."""
    with store.writing() as connection:
        reader = {"language": "zh", "timezone": "Asia/Shanghai", "joined_at": NOON}
        (subscriber_id,) = connection.execute(insert(subscribers).values(reader)).inserted_primary_key
        rows = [
            {
                "subscriber_id": subscriber_id,
                "channel": channel,
                "address": _address(channel, subscriber_id),
                "confirmed_at": NOON,
            }
            for channel in channels
        ]
        ids = [connection.execute(insert(targets).values(row)).inserted_primary_key[0] for row in rows]
    return subscriber_id, ids


def _address(channel: str, subscriber_id: int) -> str:
    return f"reader{subscriber_id}@example.net" if channel == "email" else str(1000 + subscriber_id)
