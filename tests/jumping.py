"""Where a clock that jumps may land: nobody ticks through days of invented time."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, union_all

from digests.store.engine import Store
from digests.store.tables import catch_ups, politeness, polls

_DAY = timedelta(days=1)


def find_next_asking(store: Store, now: datetime) -> datetime:
    """When the collector has something to ask after `now`: a day later at most."""
    past = select(catch_ups.c.next_at).where(catch_ups.c.closed_at.is_(None))
    # What is due of a host that wants peace is asked when that is over.
    peace = select(politeness.c.next_at).where(politeness.c.host.endswith("/peace"))
    moments = union_all(select(polls.c.next_at), past, peace).subquery()
    with store.reading() as connection:
        coming = connection.scalar(select(func.min(moments.c.next_at)).where(moments.c.next_at > now))
    return min(coming or now + _DAY, now + _DAY)
