"""A long page and a feed read, known papers stored once more: beside what people use instead. `make bench`.

Wall clock, medians of five, each in a process of its own; the peak is all of its memory, Python and modules with it.
The page is arXiv's recorded one of 2,000 entries (PAPERPOST_RECORDED_DATA or ../shared/data), where that is missing one
of the sandbox's; the feed is the sandbox's. Others do less than PaperPost does: they give the text as it stands, and
notice no fault; the row by row knows no batch and merges nothing.
Goals: the page in 1.5 s and 300 MB; 3,000 known papers stored again in 2 s on SQLite.
"""

import gzip
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.util import find_spec
from itertools import cycle, islice

from measuring import find_peak_mb, run_alone
from papers import find_listings

from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Paper, Source
from digests.papers.shelf import store_announcement
from digests.papers.wire import read_document, read_wire
from digests.store.engine import open_store
from digests.store.migrate import migrate
from sandbox.arxiv_pages import render_feed, render_listing
from sandbox.sample import SampleDay, load_sample

PAGE_ENTRIES = 2_000
KNOWN_PAPERS = 3_000
RUNS = 5
TODAY = date(2026, 4, 24)
RECORDED = "STRESS_cs_new_5days_skip0_show2000.html.gz"


@dataclass(frozen=True, slots=True)
class Run:
    """`found` are papers."""

    found: int
    seconds: float
    peak_mb: float


def read_with_us(payload: bytes) -> int:
    return len(read_wire(payload).entries)


def read_with_beautiful_soup(payload: bytes) -> int:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(payload, "lxml")
    papers = []
    for term, details in zip(page.select("#dlpage dl dt"), page.select("#dlpage dl dd"), strict=True):
        texts = [details.select_one(part) for part in (".list-title", ".list-authors", ".list-subjects", "p.mathjax")]
        papers.append((term.select_one('a[title="Abstract"]')["id"], *(text and text.get_text() for text in texts)))
    return len(papers)


def read_with_lxml(payload: bytes) -> int:
    from lxml import html

    page = html.document_fromstring(payload)
    papers = []
    for details in page.xpath('//div[@id="dlpage"]//dl/dd'):
        (name,) = details.xpath('preceding-sibling::dt[1]//a[@title="Abstract"]/@id')
        papers.append((name, *(node.text_content() for node in details.xpath(".//div[@class] | .//p"))))
    return len(papers)


def read_with_feedparser(payload: bytes) -> int:
    import feedparser

    return len(feedparser.parse(payload).entries)


def store_with_us(folder: str) -> float:
    """Seconds of the second time."""
    store = open_store(f"sqlite:///{folder}/papers.db")
    migrate(store)
    entries = tuple(Announced(paper, Kind.NEW) for paper in draw_papers())
    announcement = Announcement(source=Source.RSS, scope="all", announced_on=TODAY, entries=entries)
    seconds = [measure(lambda: store_announcement(store, announcement, clock)) for _ in range(2)]
    store.close()
    return seconds[-1]


def store_row_by_row(folder: str) -> float:
    """An upsert and a commit for each paper: no merging, no announcements, no progress of the batch."""
    connection = sqlite3.connect(f"{folder}/papers.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    columns = "id TEXT PRIMARY KEY, title TEXT, abstract TEXT, authors TEXT, categories TEXT"
    connection.execute(f"CREATE TABLE papers ({columns})")
    rows = [
        (paper.id, paper.title, paper.abstract, json.dumps(paper.authors), json.dumps(paper.categories))
        for paper in draw_papers()
    ]
    seconds = [measure(lambda: upsert_each(connection, rows)) for _ in range(2)]
    connection.close()
    return seconds[-1]


def upsert_each(connection: sqlite3.Connection, rows: list[tuple[str, ...]]) -> None:
    for row in rows:
        connection.execute("INSERT OR REPLACE INTO papers VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()


def draw_papers() -> list[Paper]:
    """Real words under invented ids."""
    known = [entry.paper for entry in read_document(load_page()).entries]
    ids = (ArxivId(f"2604.{number:05}") for number in range(KNOWN_PAPERS))
    return [replace(paper, id=id_) for id_, paper in zip(ids, cycle(known), strict=False)]


def load_page() -> bytes:
    recorded = find_listings().parent / "arxiv-list" / RECORDED
    return gzip.decompress(recorded.read_bytes()) if recorded.is_file() else render_listing(build_long_day())


def build_long_day() -> SampleDay:
    """The sandbox's first day again and again."""
    sample = load_sample()
    new = [paper for paper in sample.papers if paper.kind is Kind.NEW]
    papers = [
        paper.model_copy(update={"id": f"2611.{number:05}"})
        for number, paper in enumerate(islice(cycle(new), PAGE_ENTRIES), start=1)
    ]
    return sample.model_copy(update={"papers": tuple(papers)})


def clock() -> datetime:
    return datetime(2026, 4, 24, 16, tzinfo=UTC)


def measure(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def run_reader(read: Callable[[bytes], int], load: Callable[[], bytes]) -> Run:
    payload = load()
    started = time.perf_counter()
    found = read(payload)
    return Run(found, time.perf_counter() - started, find_peak_mb())


def run_storing(store: Callable[[str], float]) -> Run:
    with tempfile.TemporaryDirectory(prefix="paperpost-bench-") as folder:
        return Run(KNOWN_PAPERS, store(folder), find_peak_mb())


def load_feed() -> bytes:
    return render_feed(build_long_day())


def print_medians(label: str, runs: list[Run]) -> None:
    seconds = statistics.median(run.seconds for run in runs)
    peak_mb = statistics.median(run.peak_mb for run in runs)
    print(f"  {label:<42} {runs[0].found:>7,} {seconds:>9.2f} {peak_mb:>9.0f}", flush=True)


READERS = (
    ("PaperPost", "", read_with_us, load_page),
    ("lxml.html and XPath", "lxml", read_with_lxml, load_page),
    ("BeautifulSoup on lxml", "bs4", read_with_beautiful_soup, load_page),
    ("PaperPost, an RSS feed", "", read_with_us, load_feed),
    ("feedparser, the same feed", "feedparser", read_with_feedparser, load_feed),
)
STORERS = (
    ("PaperPost, stored again", store_with_us),
    ("sqlite3, an upsert and commit a row", store_row_by_row),
)


def main() -> None:
    print(f"{'':<44} {'papers':>7} {'seconds':>9} {'peak MB':>9}")
    for label, module, read, load in READERS:
        if module and find_spec(module) is None:
            print(f"  {label:<42} {module} is not installed", file=sys.stderr)
            continue
        print_medians(label, [run_alone(run_reader, read, load) for _ in range(RUNS)])
    for label, store in STORERS:
        print_medians(label, [run_alone(run_storing, store) for _ in range(RUNS)])
    print((__doc__ or "").partition("\n\n")[2])


if __name__ == "__main__":
    main()
