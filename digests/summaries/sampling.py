"""Which papers the judge reads: what most people get, and a tenth of the rest for the counts of `quality`."""

import zlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select

from digests.store.engine import Store
from digests.store.tables import announcements, summaries
from digests.summaries.claims import Claimed
from digests.summaries.summary import CHINESE

_ONE_IN: Final = 10
_MOST_READ: Final = 10
_MIN_READERS: Final = 2
#: A batch, and what came late with it.
_LATELY: Final = timedelta(hours=24)


def choose_judged(store: Store, claimed: Claimed, now: datetime) -> bool:
    """Words are in the sample or are not, whoever asks and however often."""
    return zlib.crc32(claimed.words_hash.encode()) % _ONE_IN == 0 or _is_most_read(store, claimed, now)


def _is_most_read(store: Store, claimed: Claimed, now: datetime) -> bool:
    """One of the ten with the most readers of what was announced lately; of equal ones the first row."""
    if claimed.readers < _MIN_READERS:
        return False
    has_more = or_(
        summaries.c.readers > claimed.readers,
        and_(summaries.c.readers == claimed.readers, summaries.c.id < claimed.row_id),
    )
    query = (
        select(func.count(summaries.c.id.distinct()))
        .join(announcements, announcements.c.paper_id == summaries.c.paper_id)
        .where(announcements.c.stored_at > now - _LATELY, summaries.c.language == CHINESE, has_more)
    )
    with store.reading() as connection:
        return (connection.scalar(query) or 0) < _MOST_READ
