"""Papers that came after readers had had the batches that they are of."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from digests.papers.calendar import CATCH_UP_SPAN
from digests.papers.paper import NEWS, Announced, ArxivId, Kind
from digests.papers.shelf import find_papers
from digests.store.engine import Store
from digests.store.tables import announcements, papers


@dataclass(frozen=True, slots=True)
class Late:
    """A paper of the batch of `announced_on` that was stored at `stored_at` (aware UTC)."""

    announced: Announced
    announced_on: date
    stored_at: datetime

    @property
    def paper_id(self) -> ArxivId:
        return self.announced.paper.id


def find_newest_moment(store: Store, on: date) -> datetime | None:
    """Up to when (aware UTC) all that is here now was stored.

    Exact, where a clock would not be: writers take turns and look at the clock in their turn (shelf.lock_shelf), so
    what is committed later has a later moment, also when it was begun before.
    """
    query = select(func.max(announcements.c.stored_at)).where(announcements.c.announced_on >= on - CATCH_UP_SPAN)
    with store.reading() as connection:
        moment: datetime | None = connection.scalar(query)
        return moment


def load_stored_since(store: Store, moment: datetime, *, first_on: date, last_on: date) -> list[Late]:
    """News of the batches of these dates, both included, that was stored after `moment`; nothing withdrawn."""
    query = select(announcements).where(
        announcements.c.announced_on.between(first_on, last_on), announcements.c.stored_at > moment, _is_news()
    )
    with store.reading() as connection:
        rows = connection.execute(query.order_by(announcements.c.announced_on, announcements.c.paper_id)).all()
    found = find_papers(store, {row.paper_id for row in rows})
    return [
        Late(Announced(found[row.paper_id], Kind(row.kind)), row.announced_on, row.stored_at)
        for row in rows
        if not found[row.paper_id].is_withdrawn
    ]


def find_late_ids(store: Store, first_on: date) -> list[ArxivId]:
    """All that can be late for anybody who is served with `first_on` next: who they are need not be known."""
    before = select(func.max(announcements.c.announced_on)).where(announcements.c.announced_on < first_on)
    begun = select(func.min(announcements.c.stored_at)).where(announcements.c.announced_on == before.scalar_subquery())
    query = select(announcements.c.paper_id).where(
        announcements.c.announced_on >= first_on - CATCH_UP_SPAN,
        announcements.c.announced_on < first_on,
        # Whoever had that batch had what was there of it.
        announcements.c.stored_at > begun.scalar_subquery(),
        _is_news(),
    )
    with store.reading() as connection:
        return [ArxivId(paper_id) for paper_id in connection.scalars(query.distinct())]


def find_replaced(store: Store, first_on: date, last_on: date) -> list[ArxivId]:
    """Papers of which these batches, both included, announced a new version."""
    dates = announcements.c.announced_on.between(first_on, last_on)
    with store.reading() as connection:
        query = select(announcements.c.paper_id).where(dates, ~_is_news()).distinct()
        return [ArxivId(paper_id) for paper_id in connection.scalars(query)]


def find_withdrawn(store: Store, since: date) -> list[ArxivId]:
    """Papers announced since that date, as whatever, that have been withdrawn."""
    query = (
        select(papers.c.id)
        .join(announcements, announcements.c.paper_id == papers.c.id)
        .where(announcements.c.announced_on >= since, papers.c.is_withdrawn)
        .distinct()
        .order_by(papers.c.id)
    )
    with store.reading() as connection:
        return [ArxivId(paper_id) for paper_id in connection.scalars(query)]


def _is_news() -> ColumnElement[bool]:
    return announcements.c.kind.in_(NEWS)
