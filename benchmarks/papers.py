"""The recorded listings as papers: JSON lines, and JSON files that hold a list `papers`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from digests.papers.paper import ArxivId, Paper
from digests.settings import load_settings

#: What is matched: the first ones.
PAPERS: Final = 2_600


def find_listings() -> Path:
    """The folder; it may be missing."""
    data = load_settings().recorded_data or Path(__file__).parents[2] / "shared" / "data"
    return data / "listing"


def read_papers(folder: Path) -> list[Paper]:
    """Every paper once, as the first file in the order of paths has it."""
    papers: dict[ArxivId, Paper] = {}
    for path in sorted(folder.glob("*/*.json*")):
        for row in _read_rows(path):
            paper = _build_paper(row)
            papers.setdefault(paper.id, paper)
    return list(papers.values())


def _read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    text = path.read_text("utf-8")
    if path.suffix == ".jsonl":
        yield from map(json.loads, text.splitlines())
    else:
        yield from json.loads(text)["papers"]


def _build_paper(row: Mapping[str, Any]) -> Paper:
    return Paper(
        id=ArxivId(row.get("id") or row["arxiv_id"]),
        title=row["title"],
        abstract=row.get("summary") or row.get("abstract") or "",
        authors=tuple(row["authors"]),
        categories=tuple(row["categories"]),
        comments=row["comment"] or "",
    )
