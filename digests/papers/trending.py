"""What the community reads: Hugging Face's daily papers in the store."""

from datetime import date
from typing import Any, Final

from sqlalchemy import or_

from digests.clock import Now
from digests.papers.huggingface import DailyPaper, DailyPapers
from digests.papers.paper import Source
from digests.papers.shelf import Stored, store_papers
from digests.store.engine import Store
from digests.store.tables import daily_papers

_KEY: Final = ("paper_id", "listed_on")
_COUNTS: Final = ("upvotes", "comments", "github_repo", "github_stars")


def store_daily(store: Store, daily: DailyPapers, now: Now) -> Stored:
    """Store the papers and the counts of their days; the list grows and the counts change all day, so the latest count.

    An entry that does not say its day brings its paper only.
    """
    stored = store_papers(store, (entry.paper for entry in daily.papers), Source.HF, now)
    rows = {(entry.paper.id, day): _build_row(entry, day) for entry in daily.papers if (day := entry.listed_on)}
    if rows:
        insert = store.insert(daily_papers)
        changed = or_(*(daily_papers.c[name].is_distinct_from(insert.excluded[name]) for name in _COUNTS))
        fresh = {name: insert.excluded[name] for name in (*_COUNTS, "updated_at")}
        upsert = insert.on_conflict_do_update(index_elements=_KEY, set_=fresh, where=changed)
        with store.writing() as connection:
            connection.execute(upsert, [row | {"updated_at": now()} for _, row in sorted(rows.items())])
    return stored


def _build_row(entry: DailyPaper, listed_on: date) -> dict[str, Any]:
    counts = {name: getattr(entry, name) for name in _COUNTS}
    return {"paper_id": entry.paper.id, "listed_on": listed_on} | counts
