"""How many of Hugging Face's readers liked a paper."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select

from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.store.tables import daily_papers

# SQLite takes 32,766 parameters a statement.
_MAX_IDS: Final = 5_000


def find_upvotes(store: Store, paper_ids: Collection[ArxivId]) -> dict[ArxivId, int]:
    """As the newest list says that has the paper; those on no list are left out."""
    ids, found = sorted(paper_ids), dict[ArxivId, int]()
    query = select(daily_papers.c.paper_id, daily_papers.c.upvotes).order_by(daily_papers.c.listed_on)
    with store.reading() as connection:
        for start in range(0, len(ids), _MAX_IDS):
            some = query.where(daily_papers.c.paper_id.in_(ids[start : start + _MAX_IDS]))
            found |= {ArxivId(row.paper_id): row.upvotes for row in connection.execute(some)}
    return found
