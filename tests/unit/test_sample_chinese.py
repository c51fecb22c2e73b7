"""The sample's Chinese is what a new user sees first: it keeps every promise that the product makes."""

import re
import tomllib
from collections import Counter
from importlib import resources
from itertools import pairwise

import pytest

from digests.papers.paper import Kind
from digests.papers.taxonomy import archive_of, canonical_category
from digests.summaries.answer import Draft
from digests.summaries.fidelity import build_source, find_faults
from digests.summaries.glossary import load_glossary
from digests.summaries.masking import Masked
from sandbox.arxiv_text import accented
from sandbox.sample import SamplePaper, known_summaries, load_sample
from tests.builders import make_paper

DAY = load_sample()
KNOWN = known_summaries(DAY)
RAW = tomllib.loads((resources.files("sandbox") / "sample" / "2026-11-20.toml").read_text("utf-8"))["papers"]

papers = pytest.mark.parametrize("paper", DAY.papers, ids=lambda paper: paper.id)


def _masked(text: str, *english: Masked) -> str:
    """`text` as a perfect model would answer: every formula and link of the English by its number."""
    for mask in english:
        for number in mask.numbers:
            text = text.replace(mask.piece(number) or "", f"⟦{number}⟧", 1)
    return text


def _is_chinese(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


@pytest.mark.parametrize("title", KNOWN)
def test_the_chinese_passes_every_check_as_a_page_and_as_a_feed_shows_the_paper(title):
    known = KNOWN[title]
    source = build_source(make_paper(title=known["source_title"], abstract=known["source_abstract"]))
    draft = Draft(
        title=_masked(known["title"], source.title),
        tldr=_masked(known["tldr"], source.abstract, source.title),
        abstract=_masked(known["abstract"], source.abstract),
        points={name: _masked(text, source.abstract, source.title) for name, text in known["points"].items()},
    )
    assert [str(fault) for fault in find_faults(source, draft, load_glossary())] == []


def test_a_title_with_greek_letters_is_known_in_both_forms():
    listed = "Schrödinger Bridge Samplers with $α$-Stable Noise"
    fed = r"Schrödinger Bridge Samplers with $\alpha$-Stable Noise"
    assert KNOWN[listed]["title"] == "带 $α$-稳定噪声的 Schrödinger 桥采样器"
    assert KNOWN[fed]["title"] == r"带 $\alpha$-稳定噪声的 Schrödinger 桥采样器"
    assert len(KNOWN) == len(DAY.papers) + 1


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: raw["id"])
def test_every_sentence_stands_on_the_line_of_its_english(raw):
    english, chinese = raw["abstract"].splitlines(), raw["zh"]["abstract"].splitlines()
    assert len(english) == len(chinese)
    assert {line[-1] for line in english} == {"."}
    assert {line[-1] for line in chinese} == {"。"}
    for ours, theirs in zip(chinese, english, strict=True):
        assert Counter(re.findall(r"\$[^$]+\$|https?://[\w./]+\w", ours)) == Counter(
            re.findall(r"\$[^$]+\$|https?://[\w./]+\w", accented(theirs))
        )


@papers
def test_a_card_has_the_promised_lengths(paper: SamplePaper):
    assert 40 <= len(paper.zh.tldr) <= 80
    assert all(0 < len(point) <= 45 for point in paper.zh.points.model_dump().values())
    assert 100 <= len(paper.abstract.split()) <= 220


@papers
def test_a_point_says_it_in_its_own_words(paper: SamplePaper):
    for point in paper.zh.points.model_dump().values():
        assert point not in paper.zh.abstract


@papers
def test_punctuation_between_chinese_characters_is_full_width(paper: SamplePaper):
    chinese = [paper.zh.title, paper.zh.tldr, paper.zh.abstract, *paper.zh.points.model_dump().values()]
    for text in chinese:
        pairs = pairwise(text)
        assert not [a + b for a, b in pairs if (_is_chinese(a) and b in ",:;()?") or (a in ",:;()" and _is_chinese(b))]


def test_the_day_has_the_mixture_of_a_real_one():
    assert Counter(paper.kind for paper in DAY.papers) == {Kind.NEW: 18, Kind.CROSS: 4, Kind.REPLACE: 4}
    assert len({paper.id for paper in DAY.papers}) == 26
    assert {archive_of(p.categories[0]) for p in DAY.papers if p.kind is Kind.NEW} == {"cs"}
    assert "cs" not in {archive_of(p.categories[0]) for p in DAY.papers if p.kind is Kind.CROSS}
    for paper in DAY.papers:
        assert paper.categories == tuple(canonical_category(category) for category in paper.categories)
        # arXiv has never had 90,000 papers in a month: no link of the sandbox shows somebody's paper.
        assert int(paper.id.partition(".")[2]) >= 90_000
