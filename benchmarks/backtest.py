"""What a keyword would have brought in 60 days of all of arXiv: milliseconds for a person who waits in the chat.

`make bench` · needs recorded listings (PAPERPOST_RECORDED_DATA or ../shared/data) · wall clock, medians.

The papers are the recorded ones, drawn again for every day under invented ids: one paper's text stands on several days,
so the words of a day are real and those of the window fewer than they would be. The database is SQLite on this disk.
`warm` is a process that has asked before (the bot), `fresh` a new one: its first question, with the opening of the
database, without the start of Python and our imports. `proposals` is a warm one that is also told what to type instead.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from papers import find_listings, read_papers

from digests.keywords.language import parse
from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Paper, Source
from digests.papers.shelf import store_announcement
from digests.past.backtest import backtest_all
from digests.past.index import DAYS, index_past
from digests.past.proposing.trials import try_queries
from digests.store.engine import Store, open_store
from digests.store.migrate import migrate

ANNOUNCEMENTS = 42
PAPERS_A_DAY = 1_050
RUNS = 7
FRESH_RUNS = 3
TODAY = date(2026, 4, 24)
NOW = datetime(2026, 4, 24, 16, tzinfo=UTC)

QUESTIONS = {
    "a word": ["mamba"],
    "a broad word": ["model"],
    "the broadest word": ["the"],
    "a phrase": ["diffusion policy"],
    "a broad phrase": ["large language model"],
    "frequent words": ["state of the art"],
    "AND": ["diffusion AND robot"],
    "OR": ["GRPO OR PPO OR reinforcement learning"],
    "NOT": ['"world model" NOT driving'],
    "a field": ["ti:agent"],
    "comments": ["co:CVPR"],
    "near": ["graph transformer~3"],
    "near, broad": ["language model reasoning~5"],
    "a prefix": ["quantiz*"],
    "a broad prefix": ["mod*"],
    "an acronym": ["RAG"],
    "quoted": ['"models"'],
    "an author": ["au:Wang"],
    "an author, initial": ['au:"Y Wang"'],
    "a category": ["cat:cs.LG"],
    "7 keywords": [
        "diffusion policy", "world model", "RLHF OR preference optimization", "ti:agent", "quantiz*", "au:LeCun",
        "cat:cs.RO AND manipulation",
    ],
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    # How a fresh process is asked.
    parser.add_argument("--ask", nargs="+", help=argparse.SUPPRESS)
    if asked := parser.parse_args().ask:
        print(ask_fresh(asked[0], asked[1:]))
        return
    papers = read_papers(find_listings())
    if len(papers) < PAPERS_A_DAY:
        sys.exit(f"recorded listings are not at {find_listings()}; set PAPERPOST_RECORDED_DATA")
    with tempfile.TemporaryDirectory(prefix="paperpost-bench-") as folder:
        url = f"sqlite:///{folder}/past.db"
        store = open_store(url)
        migrate(store)
        fill(store, papers)
        before = size(folder)
        print(f"{ANNOUNCEMENTS} announcements of {PAPERS_A_DAY} papers, drawn from {len(papers)} recorded ones")
        print(f"  papers on disk {before:.0f} MB")
        print(f"  indexing       {measure(lambda: index_past(store, NOW)):.1f} s, once for every paper", flush=True)
        print(f"  index on disk  {size(folder) - before:.0f} MB")
        print(f"  nothing to do  {1000 * measure(lambda: index_past(store, NOW)):.0f} ms")
        ask_all(store, url)
        store.close()


def fill(store: Store, papers: list[Paper]) -> None:
    """The same announcements every time."""
    chance = random.Random(1)
    days = (on for back in range(DAYS) if (on := TODAY - timedelta(days=back)).weekday() < 5)
    for on in islice(days, ANNOUNCEMENTS):
        drawn = chance.sample(papers, PAPERS_A_DAY)
        named = [replace(paper, id=ArxivId(f"{on:%y%m}.{on.day:02}{n:04}")) for n, paper in enumerate(drawn)]
        entries = tuple(Announced(paper, Kind.NEW) for paper in named)
        store_announcement(store, Announcement(source=Source.RSS, scope="all", announced_on=on, entries=entries), clock)


def clock() -> datetime:
    return NOW


def ask_all(store: Store, url: str) -> None:
    print(f"{'milliseconds':22} {'warm':>7} {'fresh':>7} {'proposals':>10} {'hits':>8}")
    for name, texts in QUESTIONS.items():
        hits = ask(store, texts)
        warm = statistics.median(measure(lambda texts=texts: ask(store, texts)) for _ in range(RUNS))
        fresh = statistics.median(measure_fresh(url, texts) for _ in range(FRESH_RUNS))
        whole = statistics.median(measure(lambda texts=texts: propose(store, texts)) for _ in range(RUNS))
        print(f"{name:22} {1000 * warm:7.1f} {1000 * fresh:7.1f} {1000 * whole:10.1f} {hits:8}", flush=True)


def ask(store: Store, texts: list[str]) -> int:
    queries = [parse(text) for text in texts]
    found = backtest_all(store, queries, NOW, others=queries if len(queries) > 1 else ())
    return sum(backtest.count for backtest in found.values())


def propose(store: Store, texts: list[str]) -> None:
    queries = [parse(text) for text in texts]
    try_queries(store, queries, NOW, others=queries if len(queries) > 1 else ())


def measure_fresh(url: str, texts: list[str]) -> float:
    command = [sys.executable, __file__, "--ask", url, *texts]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def ask_fresh(url: str, texts: list[str]) -> float:
    return measure(lambda: ask(open_store(url), texts))


def measure(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def size(folder: str) -> float:
    """Megabytes."""
    return sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6


if __name__ == "__main__":
    main()
