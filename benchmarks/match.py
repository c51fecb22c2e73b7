"""All queries against a day's papers, beside what daily scripts do today: one regular expression per keyword and paper.

`make bench` · needs recorded listings (PAPERPOST_RECORDED_DATA or ../shared/data) · medians of three runs, CPU seconds.
The regular expressions search the phrases only, folding case; they know neither plurals nor LaTeX nor operators.
"""

import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from digests.keywords.language import Query, parse
from digests.keywords.matcher import Matcher
from digests.papers.paper import ArxivId, Paper
from digests.settings import load_settings

PAPERS = QUERIES = 1_000
RUNS = 3


def main() -> None:
    folder = load_settings().recorded_data or Path(__file__).parents[2] / "shared" / "data"
    papers = list(read_papers(folder / "listing" / "union-2026-02"))[:PAPERS]
    if len(papers) < PAPERS:
        sys.exit(f"recorded listings are not at {folder}; set PAPERPOST_RECORDED_DATA")
    phrases = build_phrases(papers)
    queries = build_queries(phrases)
    ours, hits = measure(lambda: sum(map(len, Matcher(queries).match(papers).values())))
    theirs, found = measure(lambda: count_regex_hits(phrases, papers))
    print(f"{QUERIES} queries x {PAPERS} papers, CPU seconds, median of {RUNS}")
    print(f"  matcher, all kinds of query, normalising included  {ours:6.2f} s  {hits} hits")
    print(f"  a regular expression per phrase                    {theirs:6.2f} s  {found} hits")
    print(f"  ratio                                              {theirs / ours:6.1f}")


def read_papers(folder: Path) -> Iterator[Paper]:
    seen = set()
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["id"] not in seen:
                seen.add(row["id"])
                yield Paper(id=ArxivId(row["id"]), title=row["title"], abstract=row["summary"])


def build_phrases(papers: list[Paper]) -> list[str]:
    """Two to four neighbouring words of titles."""
    chance = random.Random(1)
    phrases: dict[str, None] = {}
    while len(phrases) < QUERIES:
        words = re.findall(r"[A-Za-z]{3,}", chance.choice(papers).title)
        size = chance.randint(2, 4)
        if len(words) > size:
            start = chance.randrange(len(words) - size)
            phrases[" ".join(words[start : start + size]).lower()] = None
    return list(phrases)


def build_queries(phrases: list[str]) -> list[Query]:
    """60% phrases; the rest AND, OR, NOT, prefix, field and near."""
    chance = random.Random(2)
    shapes = ["{a}"] * 12 + ["{a} AND {b}", "{a} OR {b}", "{a} NOT {c}", "{c}*", "ti:{c}", "{a}~5", "{c} {d}", "{c}"]
    queries = []
    for phrase in phrases:
        other = chance.choice(phrases)
        words = {"a": phrase, "b": other, "c": max(phrase.split(), key=len), "d": other.split()[0]}
        queries.append(parse(chance.choice(shapes).format(**words)))
    return queries


def count_regex_hits(phrases: list[str], papers: list[Paper]) -> int:
    patterns = [re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE) for phrase in phrases]
    texts = [f"{paper.title}\n{paper.abstract}" for paper in papers]
    return sum(bool(pattern.search(text)) for pattern in patterns for text in texts)


def measure(work: Callable[[], int]) -> tuple[float, int]:
    seconds, result = [], 0
    for _ in range(RUNS):
        started = time.process_time()
        result = work()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds), result


if __name__ == "__main__":
    main()
