"""The sample's Chinese is what a new user sees first: it keeps every promise that the product makes."""

import re
import tomllib
from collections import Counter
from importlib import resources
from itertools import pairwise

import pytest

from digests.papers.paper import Kind
from digests.summaries.checking.fidelity import find_faults
from digests.summaries.draft import FullDraft, Points
from digests.summaries.wording.glossary import load_glossary
from digests.summaries.wording.masking import Masked, clean
from digests.summaries.wording.source import build_source
from sandbox.arxiv_text import accented
from sandbox.sample import SampleDay, SamplePaper, known_summaries, load_sample, load_samples
from tests.builders import make_paper

DAYS = load_samples()
FIRST = load_sample()
CASES = [
    pytest.param(title, entry, id=f"{day.announced_on:%d}-{title}")
    for day in DAYS
    for title, entry in known_summaries([day]).items()
]
RAW = [
    pytest.param(raw, id=f"{file.name[:10]}-{raw['id']}")
    for file in sorted((resources.files("sandbox") / "sample").iterdir(), key=lambda file: file.name)
    for raw in tomllib.loads(file.read_text("utf-8"))["papers"]
]

samples = pytest.mark.parametrize("day", DAYS, ids=lambda day: str(day.announced_on))
papers = pytest.mark.parametrize(
    "paper",
    [
        pytest.param(paper, id=f"{day.announced_on:%d}-{paper.id}v{paper.version}")
        for day in DAYS
        for paper in day.papers
    ],
)


def _masked(text: str, *english: Masked) -> str:
    """`text` as a perfect model would answer: every formula and link of the English by its number."""
    text = clean("".join(text.splitlines()))
    for mask in english:
        for number in mask.numbers:
            text = text.replace(mask.piece(number) or "", f"⟦{number}⟧", 1)
    return text


def _is_chinese(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


@pytest.mark.parametrize(("title", "known"), CASES)
def test_the_chinese_passes_every_check_as_a_page_and_as_a_feed_shows_the_paper(title, known):
    assert known["source_title"] == title
    source = build_source(make_paper(title=known["source_title"], abstract=known["source_abstract"]))
    draft = FullDraft(
        title=_masked(known["title"], source.title),
        tldr=_masked(known["tldr"], source.abstract, source.title),
        abstract=_masked(known["abstract"], source.abstract),
        points=Points(**{name: _masked(text, source.abstract, source.title) for name, text in known["points"].items()}),
    )
    assert [str(fault) for fault in find_faults(source, draft, load_glossary())] == []


def test_a_title_with_greek_letters_is_known_in_both_forms():
    listed = "Schrödinger Bridge Samplers with $α$-Stable Noise"
    fed = r"Schrödinger Bridge Samplers with $\alpha$-Stable Noise"
    known = known_summaries([FIRST])
    assert known[listed]["title"] == "带 $α$-稳定噪声的 Schrödinger 桥采样器"
    assert known[fed]["title"] == r"带 $\alpha$-稳定噪声的 Schrödinger 桥采样器"
    assert len(known) == len(FIRST.papers) + 1


def test_the_newest_words_of_a_title_win_in_whatever_order_the_days_come():
    title = "Congestion Control That Knows When It Does Not Know"
    assert "by 52%" in known_summaries(DAYS[:1])[title]["source_abstract"]
    for days in (DAYS, DAYS[::-1]):
        known = known_summaries(days)[title]
        assert "by 47%" in known["source_abstract"]
        assert "降低 47%" in known["abstract"]


@samples
def test_what_a_day_may_send_is_known_in_that_days_words(day: SampleDay):
    known = known_summaries(DAYS)
    for paper in day.papers:
        if paper.kind in {Kind.NEW, Kind.CROSS}:
            assert known[accented(paper.title)]["source_abstract"] == accented(paper.abstract)


@pytest.mark.parametrize("raw", RAW)
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
