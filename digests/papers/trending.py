"""What the community reads: Hugging Face's daily papers in the store."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from digests.clock import Now
from digests.papers.huggingface import DailyPaper, DailyPapers
from digests.papers.paper import ArxivId, Source
from digests.papers.shelf import Stored, store_papers
from digests.store.engine import Store, lots
from digests.store.tables import daily_papers, papers

_KEY: Final = ("paper_id", "listed_on")
_COUNTS: Final = ("upvotes", "comments", "github_repo", "github_stars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A paper on the lists of some days; `listed_on` is the newest of them (UTC), which has the newest counts."""

    paper_id: ArxivId
    listed_on: date
    upvotes: int
    comments: int = 0
    github_repo: str = ""
    github_stars: int | None = None


def store_daily(store: Store, daily: DailyPapers, now: Now, *, on: date | None = None) -> Stored:
    """Store the papers and the counts of their days; the list grows and the counts change all day, so the latest count.

    on  the day that was asked for, where an entry does not say its own; without it such an entry brings its paper only
    """
    stored = store_papers(store, (entry.paper for entry in daily.papers), Source.HF, now)
    listed = ((entry, entry.listed_on or on) for entry in daily.papers)
    # A day that has not come would be the newest until it has.
    last = now().date() + timedelta(days=1)
    rows = {(entry.paper.id, day): _build_row(entry, day) for entry, day in listed if day is not None and day <= last}
    if rows:
        insert = store.insert(daily_papers)
        # Always: `updated_at` says as of when the counts are.
        fresh = {name: insert.excluded[name] for name in (*_COUNTS, "updated_at")}
        upsert = insert.on_conflict_do_update(index_elements=_KEY, set_=fresh)
        with store.writing() as connection:
            connection.execute(upsert, [row | {"updated_at": now()} for _, row in sorted(rows.items())])
    return stored


def load_listed(store: Store, first_on: date, last_on: date) -> list[Listed]:
    """The papers on the lists of these days, each once, the most read first; what was withdrawn is left out."""
    query = (
        select(*(daily_papers.c[name] for name in (*_KEY, *_COUNTS)))
        .join(papers, papers.c.id == daily_papers.c.paper_id)
        .where(daily_papers.c.listed_on.between(first_on, last_on), papers.c.is_withdrawn.is_(False))
        .order_by(daily_papers.c.listed_on)
    )
    with store.reading() as connection:
        newest = {row["paper_id"]: Listed(**row) for row in connection.execute(query).mappings()}
    return sorted(newest.values(), key=lambda one: (-one.upvotes, -one.comments, one.paper_id))


def find_upvotes(store: Store, paper_ids: Collection[ArxivId]) -> dict[ArxivId, int]:
    """As the newest list says that has the paper; those on no list are left out."""
    found: dict[ArxivId, int] = {}
    query = select(daily_papers.c.paper_id, daily_papers.c.upvotes).order_by(daily_papers.c.listed_on)
    with store.reading() as connection:
        for some in lots(sorted(paper_ids)):
            rows = connection.execute(query.where(daily_papers.c.paper_id.in_(some)))
            found |= {ArxivId(row.paper_id): row.upvotes for row in rows}
    return found


def find_read_at(store: Store, first_on: date, last_on: date) -> datetime | None:
    """When a list of these days was last read (aware UTC); None: none of them has a paper here."""
    query = select(func.max(daily_papers.c.updated_at)).where(daily_papers.c.listed_on.between(first_on, last_on))
    with store.reading() as connection:
        read_at: datetime | None = connection.scalar(query)
        return read_at


def find_newest_list(store: Store) -> date | None:
    """The newest day (UTC) of which a list is here."""
    with store.reading() as connection:
        newest: date | None = connection.scalar(select(func.max(daily_papers.c.listed_on)))
        return newest


def _build_row(entry: DailyPaper, listed_on: date) -> dict[str, Any]:
    counts = {name: getattr(entry, name) for name in _COUNTS}
    return {"paper_id": entry.paper.id, "listed_on": listed_on} | counts
