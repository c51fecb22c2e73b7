"""Forty keywords over twelve real days, every hit of theirs, against tests/golden/keyword_days.tsv.

`pytest tests/adapters/test_keyword_days.py --update-golden` writes it anew; ten of the forty have been counted by other
means than ours.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from digests.keywords.language import parse
from digests.keywords.matcher import Matcher
from digests.papers.paper import Paper
from tests.listings import read_listing

FOLDERS = ("union-2026-02", "cs.CV-2026-04")
QUERIES = (
    # Phrases: plurals, hyphens, apostrophes, quotes
    "diffusion policy",
    "world model",
    '"world model"',
    "self-supervised learning",
    "Alzheimer's disease",
    "vertices",
    # Operators
    "RLHF|GRPO",
    'RLHF 或 "human feedback"',
    "MLLMs AND hallucination",
    "(GRPO OR PPO) AND reasoning",
    '"world model" 不含 driving',
    "LLM 且 planning 非 benchmark",
    "video AND (editing OR inpainting) -text",
    # A glossary's Chinese beside the English; what nobody writes about
    '扩散策略 OR "diffusion policy"',
    '"tokamak" AND "homomorphic encryption"',
    # Beginnings of words, and words near each other
    "quantis*",
    "neural operat*",
    "graph transformer~3",
    '"point cloud registration"~2',
    # Fields
    "ti:(planner OR planning)",
    'abs:"closed-loop" AND ti:driving',
    'co:"NeurIPS 2025"',
    'au:"LeCun, Yann"',
    'au:"Michael Black"',
    'au:"van Gool"',
    "cat:cs.RO diffusion",
    "cat:(eess.IV OR eess.SP) AND MRI",
    "cat:cs.NA",
    "cat:q-bio",
    "pri:eess.IV",
    "id:2604.16976v2",
    # Capitals, spellings, Greek and accents, words of their own
    "RAG",
    "SAM",
    "clip AND zero-shot",
    "REINFORCEMENT LEARNING AND ti:LLM",
    "behaviour cloning",
    "Schrodinger",
    "epsilon delta",
    "C++",
    "k-means",
)


@pytest.fixture(scope="session")
def days(recorded: Path) -> dict[str, list[Paper]]:
    """By the date of the crawl; arXiv announced nothing on four of them."""
    paths = [path for folder in FOLDERS for path in sorted((recorded / "listing" / folder).iterdir())]
    return {path.stem: read_listing(path) for path in paths}


def test_the_days_are_those_that_were_counted(days):
    assert len(set(QUERIES)) == 40
    assert [len(papers) for papers in days.values()] == [487, 1043, 186, 0, 0, 171, 501, 199, 171, 172, 0, 0]


def test_forty_keywords_bring_what_was_reviewed(days, golden):
    golden("keyword_days.tsv", "".join(f"{line}\n" for line in describe(days)))


def describe(days: dict[str, Sequence[Paper]]) -> Iterator[str]:
    """One line for each keyword and day with hits; a keyword without any is a line too."""
    yield "# keyword\tday\tpapers"
    matcher = Matcher(map(parse, QUERIES))
    found = {day: matcher.match(papers) for day, papers in days.items()}
    for query in QUERIES:
        canonical = parse(query).canonical
        hits = [(day, [match.paper_id for match in found[day].get(canonical, ())]) for day in days]
        yield from [f"{query}\t{day}\t{' '.join(sorted(ids))}" for day, ids in hits if ids] or [f"{query}\t-\t-"]
