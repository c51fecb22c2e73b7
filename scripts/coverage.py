#!/usr/bin/env python3
"""Every recorded answer read and stored, beside what regular expressions find in its raw text.

    .venv/bin/python scripts/coverage.py > docs/coverage.md

Needs the recorded data (PAPERPOST_RECORDED_DATA or ../shared/data); tests/adapters/test_real_coverage.py compares.
"""

import gzip
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select

from digests.errors import SourceMalformed
from digests.papers.gate import Fault, judge
from digests.papers.huggingface import DailyPapers
from digests.papers.paper import Announcement
from digests.papers.shelf import store_announcement, store_papers
from digests.papers.trending import store_daily
from digests.papers.wire import Document, read_wire
from digests.settings import load_settings
from digests.store.engine import Store, open_store
from digests.store.migrate import migrate
from digests.store.tables import papers


@dataclass(frozen=True, slots=True)
class Marks:
    """How a kind of file looks in its raw text: an entry's beginning, and the id that stands once in each."""

    entry: str
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """
    counted       entries, by regular expression
    read          entries that our reader gave
    counted_ids   distinct papers, by regular expression
    stored_ids    papers in a database that was empty before
    """

    file: str
    counted: int
    read: int
    counted_ids: frozenset[str]
    stored_ids: frozenset[str]
    broken: int
    remark: str

    @property
    def differs(self) -> bool:
        return self.counted != self.read + self.broken or self.counted_ids != self.stored_ids


FOLDERS: Final = {
    "arxiv-list": Marks(r"<dt>", r'<a href ="/abs/([^"]+)"'),
    "arxiv-rss": Marks(r"<(?:item|entry)>", r">oai:arXiv\.org:([^<]+?)v\d+</(?:guid|id)>"),
    "arxiv-oai": Marks(r"<record>", r"<identifier>oai:arXiv\.org:([^<]+)</identifier>"),
    "arxiv-api": Marks(r"<entry>", r"<id>https?://arxiv\.org/abs/([^<]+?)(?:v\d+)?</id>"),
    "hf-daily": Marks(r'"paper":\s*\{', r'"paper":\s*\{\s*"id":\s*"([^"]+)"'),
}
_FAULTS: Final = {
    Fault.EMPTY: "no entries, which proves nothing: not taken for a whole batch",
    Fault.SHORT: "fewer entries than its headings say: not taken for a whole batch",
    Fault.GAP: "one of several pages: the batch is not whole without the others",
    Fault.REPEATED: "a paper twice: not taken for a whole batch",
}
_NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
_HEAD: Final = """\
# Coverage

Every recorded answer of arXiv's listing pages, feeds, OAI-PMH and API and of Hugging Face's daily papers, with what
PaperPost makes of it. `.venv/bin/python scripts/coverage.py > docs/coverage.md` made this page from the recorded data
(`PAPERPOST_RECORDED_DATA`, or `../shared/data`); a test makes it again and compares. Do not edit.

- **counted**: entries, and distinct ids, that regular expressions find in the raw text. They share no code with our
  readers.
- **read**: entries that our reader gave. **broken**: entries that it reported as unreadable.
- **stored**: papers in a database that was empty before, compared with the ids counted one by one, not by their number.
- **remark**: why something is not taken, in the source's own words where it gives a reason.
"""


def find_recorded() -> Path:
    return load_settings().recorded_data or Path(__file__).parents[2] / "shared" / "data"


def read_all(recorded: Path) -> dict[str, list[Row]]:
    return {folder: list(read_rows(recorded, folder)) for folder in FOLDERS}


def build_page(rows: Mapping[str, list[Row]]) -> str:
    """docs/coverage.md."""
    parts = [_HEAD]
    for folder, found in rows.items():
        parts.append(f"## {folder}\n\n| file | counted | read | broken | ids counted | stored | remark |")
        parts.append("| --- | --: | --: | --: | --: | --: | --- |")
        parts += [_build_line(row) for row in found]
        parts.append("")
    return "\n".join([*parts, _build_end([row for found in rows.values() for row in found])])


def read_rows(recorded: Path, folder: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as temporary:
        empty = Path(temporary) / "empty.db"
        store = open_store(f"sqlite:///{empty}")
        migrate(store)
        store.close()
        for path in sorted((recorded / folder).iterdir()):
            if path.name != "index.json":
                shutil.copyfile(empty, empty.with_name("papers.db"))
                yield _read_row(path, FOLDERS[folder], f"sqlite:///{empty.with_name('papers.db')}")


def _read_row(path: Path, marks: Marks, url: str) -> Row:
    payload = path.read_bytes()
    text = (gzip.decompress(payload) if path.suffix == ".gz" else payload).decode()
    counted = len(re.findall(marks.entry, text))
    counted_ids = frozenset(re.findall(marks.id, text))
    try:
        document = read_wire(payload)
    except SourceMalformed as error:
        return Row(path.name, counted, 0, counted_ids, frozenset(), 0, f"refused: {error}")
    read, broken = len(_find_entries(document)), len(document.broken)
    return Row(path.name, counted, read, counted_ids, _store(url, document), broken, _describe(document))


def _find_entries(document: Document) -> tuple[object, ...]:
    return document.entries if isinstance(document, Announcement) else document.papers


def _store(url: str, document: Document) -> frozenset[str]:
    store = open_store(url)
    try:
        _store_document(store, document)
    except SourceMalformed:
        # Without a date, and without entries: an empty Atom feed.
        return frozenset()
    finally:
        with store.reading() as connection:
            stored = frozenset(connection.scalars(select(papers.c.id)))
        store.close()
    return stored


def _store_document(store: Store, document: Document) -> None:
    if isinstance(document, Announcement):
        store_announcement(store, document, lambda: _NOW)
    elif isinstance(document, DailyPapers):
        store_daily(store, document, lambda: _NOW)
    else:
        store_papers(store, document.papers, document.source, lambda: _NOW)


def _describe(document: Document) -> str:
    if isinstance(document, Announcement):
        fault = judge(document).fault
        return _FAULTS.get(fault, f"not taken for whole: {fault}") if fault else ""
    if isinstance(document, DailyPapers):
        return "a full page: more may follow on the next" if document.may_be_cut else ""
    if document.next_token:
        return "goes on with a resumption token"
    return "" if document.papers else "an answer without papers"


def _build_line(row: Row) -> str:
    remark = row.remark.replace("|", "\\|")
    ids = f"{len(row.counted_ids):,} | {len(row.stored_ids):,}"
    return f"| {row.file} | {row.counted:,} | {row.read:,} | {row.broken:,} | {ids} | {remark} |"


def _build_end(rows: list[Row]) -> str:
    counted, read = sum(row.counted for row in rows), sum(row.read for row in rows)
    different = frozenset[str]().union(*(row.stored_ids for row in rows))
    lines = [f"- {row.file}: {row.counted} counted, {row.read} read; {row.remark}" for row in rows if row.differs]
    return (
        f"## All of it\n\n{len(rows)} files, {counted:,} entries counted, {read:,} read, {len(different):,} different "
        f"papers.\nCounted and not stored (the API gives an error as an entry):\n\n" + "\n".join([*lines, ""])
    )


if __name__ == "__main__":
    sys.stdout.write(build_page(read_all(find_recorded())))
