"""Every standing query against a day's papers, beside what people use instead. `make bench`.

python benchmarks/match.py --sizes 1000,10000 · needs recorded listings (PAPERPOST_RECORDED_DATA or ../shared/data)
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from agreement import find_agreement
from fanout import READERS, SUBSCRIPTIONS, measure_fan_out
from measuring import RUNS, Measured, find_peak_mb, measure, measure_seconds, run_alone
from papers import PAPERS, find_listings, read_papers
from queries import find_file, read_queries, write_queries
from rivals import (
    RIVALS,
    AhoCorasickRs,
    Ours,
    OursPhrases,
    RegexPerKeyword,
    SqliteFts5,
    SqliteFts5OnOurWords,
    SqliteFts5Optimized,
)
from texts import Kind

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
#: Where a regular expression per keyword is measured.
_REGEX_SIZE: Final = 1_000
# At the most.
_AGREEMENT_SIZE: Final = 10_000
_FAN_OUT_SIZE: Final = 100_000

#: What is measured at every size, how the table calls it, and with whose seconds its own are compared.
_ROWS: Final = (
    (Ours, "PaperPost, every query", None),
    (SqliteFts5, "SQLite FTS5", Ours),
    (SqliteFts5Optimized, "SQLite FTS5, optimized", Ours),
    (SqliteFts5OnOurWords, "SQLite FTS5 on our words", Ours),
    (OursPhrases, "PaperPost, phrases only", None),
    (AhoCorasickRs, "ahocorasick_rs on our words, phrases", OursPhrases),
)
_FOOT: Final = f"""
CPU seconds of one core, the median of {RUNS} runs, or one run where it takes 10 s; each in a process of its own.
  `ratio` is the row's match seconds by those of PaperPost above it (over 1: PaperPost is faster); `queries` those that
  it can say; `peak MB` resident memory at its highest, less that of Python, the modules and the papers.
PaperPost folds plurals, spellings, LaTeX and accents and knows acronyms. Match begins at the papers' own text.
SQLite FTS5 has the papers in memory. Build is the translation of the queries into its syntax, match the indexing of the
  papers and a SELECT for each query; optimized is in one segment. Left out is what it cannot say: acronyms that mean
  capitals, C++. Its own tokeniser folds accents and case only, so it finds less; what it alone finds are LaTeX
  commands, for it is told nothing of them.
SQLite FTS5 on our words is optimized and has the texts as PaperPost's reader folds them, so that it finds the same,
  nearly: a beginning is not looked for in plurals and other spellings.
ahocorasick_rs searches the phrases without acronyms and nothing else, on the same words. Nearly all of its match
  seconds are our reading of the texts; the search is native code.
A regular expression per phrase searches the same phrases as written, case apart. It is measured at {_REGEX_SIZE:,}
  queries; ~ is multiplied from there.
Fan-out: every reader holds ten different queries, the popular ones drawn at random; hits are ORed as bits.
Goals: 1,000,000 queries matched in 15 s, built in 30 s, in under 1,000 MB; 100,000 in 2.5 s and at least twice as fast
  as SQLite FTS5; the fan-out in 2 s."""


def main() -> None:
    sizes = _read_sizes()
    folder = find_listings()
    if not folder.is_dir():
        sys.exit(f"recorded listings are not at {folder}; set PAPERPOST_RECORDED_DATA")
    with TemporaryDirectory() as temporary:
        files = Path(temporary)
        counts = run_alone(write_queries, folder, sorted({*sizes, _REGEX_SIZE}), files)
        _print_kinds({size: counts[size] for size in sizes})
        _print_matching(folder, files, sizes)
        _print_agreement(folder, find_file(files, _find_largest(sizes, _AGREEMENT_SIZE)))
        _print_fan_out(folder, find_file(files, _find_largest(sizes, _FAN_OUT_SIZE)))
    print(_FOOT)


def measure_rival(name: str, folder: Path, file: Path) -> Measured:
    papers = read_papers(folder)[:PAPERS]
    rival = RIVALS[name]()
    bare_mb = find_peak_mb()
    build_seconds, queries = measure_seconds(lambda: rival.build(read_queries(file)))
    match_seconds, hits = measure_seconds(lambda: rival.match(papers))
    return Measured(
        queries=queries,
        build_seconds=build_seconds,
        match_seconds=match_seconds,
        hits=sum(found.bit_count() if isinstance(found, int) else len(found) for found in hits.values()),
        peak_mb=find_peak_mb() - bare_mb,
        bare_mb=bare_mb,
    )


def _read_sizes() -> list[int]:
    parser = argparse.ArgumentParser(description="Queries against papers, in CPU seconds.")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of queries, parted by commas")
    return [int(size) for size in parser.parse_args().sizes.split(",")]


def _print_kinds(counts: Mapping[int, Counter[Kind]]) -> None:
    print(f"Distinct queries made from recorded titles and abstracts\n{'':>9}", *(f"{kind:>8}" for kind in Kind))
    for size, count in counts.items():
        print(f"{size:>9,}", *(f"{count[kind]:>8,}" for kind in Kind))


def _print_matching(folder: Path, files: Path, sizes: Sequence[int]) -> None:
    columns = ("queries", "build s", "match s", "ratio", "hits", "peak MB")
    print(f"\nAgainst {PAPERS:,} papers\n{'':<49}", *(f"{column:>9}" for column in columns))
    regex = measure(measure_rival, RegexPerKeyword.__name__, folder, find_file(files, _REGEX_SIZE))
    for size in sizes:
        results: dict[type, Measured] = {}
        for rival, label, against in _ROWS:
            found = results[rival] = measure(measure_rival, rival.__name__, folder, find_file(files, size))
            _print_row(size, label, found, _divide(found, results[against]) if against else "")
        _print_regex(size, regex, results[OursPhrases])


def _print_row(size: int, label: str, row: Measured, ratio: str) -> None:
    seconds = f"{row.build_seconds:>9.2f} {row.match_seconds:>9.2f}"
    print(
        f"{size:>9,}  {label:<38} {row.queries:>9,} {seconds} {ratio:>9} {row.hits:>9,} {row.peak_mb:>9.0f}", flush=True
    )


def _print_regex(size: int, regex: Measured, phrases: Measured) -> None:
    label = "a regular expression per phrase"
    if size == _REGEX_SIZE:
        _print_row(size, label, regex, _divide(regex, phrases))
        return
    scaled = replace(regex, match_seconds=regex.match_seconds * phrases.queries / regex.queries)
    seconds = f"{'':>9} {f'~{scaled.match_seconds:,.0f}':>9} {f'~{_divide(scaled, phrases)}':>9}"
    print(f"{size:>9,}  {label:<38} {phrases.queries:>9,} {seconds}", flush=True)


def _divide(row: Measured, ours: Measured) -> str:
    ratio = row.match_seconds / ours.match_seconds
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def _find_largest(sizes: Sequence[int], limit: int) -> int:
    return max((size for size in sizes if size <= limit), default=_REGEX_SIZE)


def _print_agreement(folder: Path, file: Path) -> None:
    found = run_alone(find_agreement, folder, file)
    print(f"\nPaperPost and SQLite FTS5 on our words, the same {found.queries:,} queries")
    print(f"  {found.both:,} hits of both, {found.only_ours:,} of PaperPost alone, {found.only_theirs:,} of FTS5 alone")


def _print_fan_out(folder: Path, file: Path) -> None:
    found = run_alone(measure_fan_out, folder, file)
    print(f"\nFan-out of {SUBSCRIPTIONS:,} subscriptions of {READERS:,} readers, Zipf over {found.held:,} queries")
    print(
        f"  {found.seconds:.2f} s from the hits of the queries to {found.papers:,} papers for {found.reached:,} readers"
    )


if __name__ == "__main__":
    main()
