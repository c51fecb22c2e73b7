"""Worlds from folders: invented days as TOML, or lists that a crawler took of arXiv's pages, day after day.

*.toml    days as in sandbox/sample
*.jsonl   one paper a line, *.json a list `papers`: what the page showed on the day that is the file's name. A page
          keeps its batch over weekends and holidays, so a list that is the same as the day before is no new batch. A
          batch that the crawler missed is filled with invented papers.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from digests.errors import ConfigError
from digests.papers.calendar import load_calendar
from digests.papers.paper import Announced, Kind
from digests.papers.taxonomy import archive_of, canonical_categories
from sandbox.replay.inventing import build_daily, build_day
from sandbox.replay.world import World
from sandbox.sample import SampleDay, SamplePaper, load_sample

_LISTS: Final = (".jsonl", ".json")
_REPLACED: Final = {Kind.REPLACE, Kind.REPLACE_CROSS}


def load_world(folder: Path, *, missed: int = 30) -> World:
    """The days of the folder, with a list of Hugging Face for them.

    missed  how many papers to invent for a batch that the lists lack
    Raises  ConfigError for a folder without days, or a file that is none.
    """
    days = [load_sample(path) for path in sorted(folder.glob("*.toml"))]
    lists = sorted(path for path in folder.glob("*.json*") if path.suffix in _LISTS)
    days += _fill(list(_read_lists(lists)), missed)
    if not days:
        raise ConfigError(f"{folder} has no days: files that end in .toml, .jsonl or .json.")
    return World(days=tuple(days), daily=build_daily(days, seed=1))


def build_sample(on: date, entries: Iterable[Announced]) -> SampleDay:
    """The day that documents announced; of what they say of a paper, the first new entry or else the first counts."""
    ordered = sorted(entries, key=lambda entry: entry.kind is not Kind.NEW)
    first = {entry.paper.id: entry for entry in reversed(ordered)}
    papers = tuple(_build_announced(entry) for entry in first.values())
    archive = archive_of(papers[0].categories[0]) if papers else "cs"
    return SampleDay(announced_on=on, archive=archive, papers=papers)


def _build_announced(entry: Announced) -> SamplePaper:
    paper = entry.paper
    return SamplePaper(
        id=paper.id,
        version=paper.version or (2 if entry.kind in _REPLACED else 1),
        kind=Kind.REPLACE if entry.kind in _REPLACED else entry.kind,
        title=paper.title,
        authors=paper.authors or ("Unknown",),
        categories=paper.categories,
        comments=paper.comments,
        journal_ref=paper.journal_ref,
        has_html=paper.version is not None,
        abstract=paper.abstract or paper.title,
    )


def _read_lists(paths: Iterable[Path]) -> Iterator[SampleDay]:
    """Each batch once, under the first date on which it was there."""
    before: set[str] = set()
    for path in paths:
        day = _read_list(path)
        ids = {paper.id for paper in day.papers}
        if ids and ids != before:
            yield day
            before = ids


def _read_list(path: Path) -> SampleDay:
    try:
        rows = list(_read_rows(path))
        on = date.fromisoformat(path.stem)
        papers = {row.id: row for row in map(_build_listed, rows)}
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{path} is no recorded list: {error}") from error
    return SampleDay(announced_on=on, archive="cs", papers=tuple(papers.values()))


def _read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        yield from json.loads(text)["papers"]
    else:
        # Not splitlines(): a JSON string may hold other line breaks than \n.
        yield from (json.loads(line) for line in text.split("\n") if line)


def _build_listed(row: Mapping[str, Any]) -> SamplePaper:
    """The crawlers have different names for the id and the abstract, and one of them says no kind."""
    kind = Kind(row.get("announce_type", "new"))
    return SamplePaper(
        id=row["id"] if "id" in row else row["arxiv_id"],
        version=2 if kind in _REPLACED else 1,
        kind=Kind.REPLACE if kind in _REPLACED else kind,
        title=row["title"],
        authors=tuple(row["authors"]) or ("Unknown",),
        categories=canonical_categories(row["categories"]),
        comments=row["comment"] or "",
        abstract=row["summary"] if "summary" in row else row["abstract"],
    )


def _fill(days: list[SampleDay], missed: int) -> Iterator[SampleDay]:
    """A batch that should have been between two lists was missed."""
    for day, following in zip_longest(days, days[1:]):
        yield day
        on = load_calendar().find_next_announced(day.announced_on)
        while following is not None and on < following.announced_on:
            yield build_day(on, papers=missed, seed=on.toordinal())
            on = load_calendar().find_next_announced(on)
