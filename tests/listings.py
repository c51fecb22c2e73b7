"""Recorded listings as papers: a day is a file of JSON lines, or a JSON object that holds a list `papers`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from digests.papers.paper import ArxivId, Paper


def read_listing(path: Path) -> list[Paper]:
    """Every paper of the day, whatever its kind, in the order of the file."""
    return [_build_paper(row) for row in _read_rows(path)]


def _read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        yield from json.loads(text)["papers"]
    else:
        # Not splitlines(): a JSON string may hold other line breaks than \n.
        yield from (json.loads(line) for line in text.split("\n") if line)


def _build_paper(row: Mapping[str, Any]) -> Paper:
    """The two crawlers have different names for the id and the abstract."""
    return Paper(
        id=ArxivId(row["id"] if "id" in row else row["arxiv_id"]),
        title=row["title"],
        abstract=row["summary"] if "summary" in row else row["abstract"],
        authors=tuple(row["authors"]),
        categories=tuple(row["categories"]),
        comments=row["comment"] or "",
    )
