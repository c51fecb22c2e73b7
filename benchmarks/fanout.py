"""From what queries hit to who gets what: a million subscriptions of a hundred thousand readers."""

import random
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import Final

from measuring import RUNS, measure_seconds
from papers import PAPERS, read_papers
from queries import read_queries

from digests.keywords.fan_out import fan_out
from digests.keywords.language import read_canonical
from digests.keywords.query_index import QueryIndex

SUBSCRIPTIONS: Final = 1_000_000
READERS: Final = 100_000

#: Reader and canonical form, as the rows of a table.
Subscriptions = Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FannedOut:
    """
    held     distinct queries that somebody holds
    reached  readers who get something
    papers   that they get, all together
    """

    held: int
    seconds: float
    reached: int
    papers: int


def measure_fan_out(folder: Path, file: Path) -> FannedOut:
    """Of the queries of `file`; a reader holds ten different ones."""
    queries = [text for _, text in read_queries(file)]
    hits = QueryIndex(map(read_canonical, queries)).match(read_papers(folder)[:PAPERS])
    subscriptions = _draw_subscriptions(queries)
    runs = [measure_seconds(lambda: fan_out(hits, subscriptions)) for _ in range(RUNS)]
    found = runs[0][1]
    return FannedOut(
        held=len({canonical for _, canonical in subscriptions}),
        seconds=statistics.median(seconds for seconds, _ in runs),
        reached=len(found),
        papers=sum(map(int.bit_count, found.values())),
    )


def _draw_subscriptions(queries: Sequence[str]) -> Subscriptions:
    drawn = _draw_zipf(queries)
    each = SUBSCRIPTIONS // READERS
    # Every row has a string of its own, as rows from a database have.
    return [(reader, text.encode().decode()) for reader in range(READERS) for text in _take_distinct(drawn, each)]


def _draw_zipf(queries: Sequence[str]) -> Iterator[str]:
    """Endless: the query at place n is n times as rare as the first."""
    chance = random.Random(3)
    weights = list(accumulate(1 / place for place in range(1, len(queries) + 1)))
    while True:
        yield from chance.choices(queries, cum_weights=weights, k=10_000)


def _take_distinct(drawn: Iterator[str], count: int) -> Iterable[str]:
    held: dict[str, None] = {}
    while len(held) < count:
        held.update(dict.fromkeys(islice(drawn, count - len(held))))
    return held
