"""Three readings of the same queries and papers: the fast index, the plain evaluator, and the rules word by word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from digests.keywords.explaining import explain
from digests.keywords.language import Query
from digests.keywords.query_index import QueryIndex
from digests.keywords.reading import ReadPaper
from digests.papers.paper import ArxivId, Paper
from tests.listings import read_listing
from tests.random_queries import make_chinese, make_queries
from tests.rulebook import holds

DAYS = ("union-2026-02/2026-02-02.jsonl", "union-2026-02/2026-02-03.jsonl", "cs.CV-2026-04/2026-04-21.json")


@dataclass(frozen=True)
class Disagreement:
    query: Query
    paper: Paper
    chinese: str
    by_index: bool
    by_explaining: bool
    by_rules: bool


@dataclass(frozen=True)
class Comparison:
    pairs: int
    hits: int
    queries_with_hits: int
    disagreements: Sequence[Disagreement]


def load_papers(recorded: Path) -> list[Paper]:
    return [paper for day in DAYS for paper in read_listing(recorded / "listing" / day)]


def compare(
    rng: Random, everything: Sequence[Paper], *, queries: int, papers: int, explain_every: int = 1
) -> Comparison:
    """`queries` new queries made from the words of `papers` papers, each on each; half of the papers have Chinese.

    explain_every  of the pairs that the index and the rules call a miss, the plain evaluator is asked about every n-th
    """
    batch = rng.sample(everything, papers)
    chinese = {paper.id: make_chinese(rng) for paper in batch if rng.random() < 0.5}
    made: dict[str, Query] = {}
    for query in make_queries(rng, batch):
        made[query.canonical] = query
        if len(made) == queries:
            break
    return _compare(list(made.values()), batch, chinese, explain_every)


def _compare(
    queries: Sequence[Query], batch: Sequence[Paper], chinese: Mapping[ArxivId, str], explain_every: int
) -> Comparison:
    masks = QueryIndex(queries).match(batch, chinese)
    disagreements, hits, hit = [], 0, set()
    for number, paper in enumerate(batch):
        in_chinese = chinese.get(paper.id, "")
        read = ReadPaper(paper, in_chinese)
        for place, query in enumerate(queries):
            by_index = bool(masks.get(query.canonical, 0) >> number & 1)
            by_rules = holds(query.node, paper, in_chinese)
            is_asked = by_index or by_rules or (place + number) % explain_every == 0
            by_explaining = explain(query.node, read) is not None if is_asked else by_rules
            if by_rules:
                hits += 1
                hit.add(query.canonical)
            if not (by_index == by_explaining == by_rules):
                disagreements.append(Disagreement(query, paper, in_chinese, by_index, by_explaining, by_rules))
    return Comparison(len(queries) * len(batch), hits, len(hit), disagreements)
