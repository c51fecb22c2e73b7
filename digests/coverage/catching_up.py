"""How far the batches of the past are."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, func, select

from digests.store.tables import catch_ups


@dataclass(frozen=True, kw_only=True)
class CatchUpStatus:
    """Batches of the past that are fetched.

    pending    still to come; `done` others since the oldest of these are here
    late       of these, readers' digests wait for them
    oldest_on  arXiv's date of the oldest that is still to come
    given_up   neither /catchup nor OAI-PMH had them
    fault      why the next one is not here yet, where asking has failed
    """

    pending: int = 0
    late: int = 0
    done: int = 0
    given_up: int = 0
    oldest_on: date | None = None
    fault: str = ""


def count_catch_ups(connection: Connection) -> CatchUpStatus:
    is_open = catch_ups.c.closed_at.is_(None)
    is_given_up = ~is_open & (catch_ups.c.fault != "")
    oldest = connection.scalar(select(func.min(catch_ups.c.announced_on)).where(is_open))
    done = select(func.count()).where(~is_open, ~is_given_up, catch_ups.c.announced_on >= (oldest or date.max))
    failing = select(catch_ups.c.fault).where(is_open, catch_ups.c.fault != "").order_by(catch_ups.c.rank).limit(1)
    return CatchUpStatus(
        pending=_count(connection, select(func.count()).where(is_open)),
        late=_count(connection, select(func.count()).where(is_open, catch_ups.c.is_late)),
        done=_count(connection, done),
        given_up=_count(connection, select(func.count()).where(is_given_up)),
        oldest_on=oldest,
        fault=connection.scalar(failing) or "",
    )


def _count(connection: Connection, query: Select[int]) -> int:
    return connection.scalar(query) or 0
