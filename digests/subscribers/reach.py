"""Who gets digests, as SQL: whoever is counted, found due, merged or read is the same person everywhere."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, true

from digests.store.tables import subscribers, subscriptions, targets


def gets_digests(channels: Collection[str] | None = None) -> ColumnElement[bool]:
    """Of a row of `subscribers`: not paused, with a keyword, and with somewhere to send to; nobody else is served.

    channels  those that are open; None: all
    """
    is_open = true() if channels is None else targets.c.channel.in_(channels)
    return and_(
        # As the partial index ix_subscribers_next_due has it, or a tick reads every reader.
        subscribers.c.paused_at.is_(None),
        exists().where(subscriptions.c.subscriber_id == subscribers.c.id),
        exists().where(targets.c.subscriber_id == subscribers.c.id, is_wanted(), is_open),
    )


def is_wanted() -> ColumnElement[bool]:
    """Of a row of `targets`: a proved address where its reader wants digests."""
    return and_(targets.c.confirmed_at.is_not(None), targets.c.gone_at.is_(None), targets.c.muted_at.is_(None))
