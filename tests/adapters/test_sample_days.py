"""The sandbox's days one after the other: real mixtures, different hits, and papers that come back."""

from collections import Counter

import pytest

from digests.keywords.language import parse, split_keywords
from digests.keywords.matcher import Matcher
from digests.papers.gate import judge
from digests.papers.paper import Announcement, Kind
from digests.papers.taxonomy import archive_of, canonical_category
from digests.papers.wire import read_document
from sandbox.arxiv_pages import render_feed, render_listing
from sandbox.arxiv_text import accented, greek
from sandbox.demo import KEYWORDS
from sandbox.sample import SampleDay, load_sample, load_samples

DAYS = load_samples()
WANTED = [parse(typed.text) for typed in split_keywords(KEYWORDS)]

samples = pytest.mark.parametrize("day", DAYS, ids=lambda day: str(day.announced_on))


def _read(day: SampleDay) -> Announcement:
    return read_document(render_listing(day))


def _hits(day: SampleDay) -> list[set[str]]:
    """For each of the demo's keywords what it finds among the day's news."""
    news = [entry.paper for entry in _read(day).entries if entry.kind in {Kind.NEW, Kind.CROSS}]
    found = Matcher(WANTED).match(news)
    return [{match.paper_id for match in found.get(query.canonical, ())} for query in WANTED]


def test_the_days_come_in_order_and_the_first_is_the_default():
    counts = {f"{day.announced_on:%a %d}": Counter(str(paper.kind) for paper in day.papers) for day in DAYS}
    assert list(counts.items()) == [
        ("Fri 20", {"new": 18, "cross": 4, "replace": 4}),
        ("Mon 23", {"new": 10, "cross": 2, "replace": 2}),
        ("Tue 24", {"new": 9, "cross": 3, "replace": 2}),
    ]
    assert load_sample() == DAYS[0]


@samples
def test_a_day_has_the_mixture_of_a_real_one(day: SampleDay):
    assert len({paper.id for paper in day.papers}) == len(day.papers)
    assert {archive_of(p.categories[0]) for p in day.papers if p.kind is Kind.NEW} == {"cs"}
    assert "cs" not in {archive_of(p.categories[0]) for p in day.papers if p.kind is Kind.CROSS}
    assert any(not paper.has_html for paper in day.papers)
    assert any(paper.journal_ref for paper in day.papers)
    assert any("collaboration" in name or "consortium" in name for paper in day.papers for name in paper.authors)
    for paper in day.papers:
        assert paper.categories == tuple(canonical_category(category) for category in paper.categories)
        # arXiv has never had 90,000 papers in a month: no link of the sandbox shows somebody's paper.
        assert int(paper.id.partition(".")[2]) >= 90_000


@samples
def test_every_paper_of_a_day_is_read_back_from_the_page_and_from_the_feed(day: SampleDay):
    listed, fed = _read(day), read_document(render_feed(day))
    assert (judge(listed).fault, listed.announced_on, listed.total) == (None, day.announced_on, len(day.papers))
    assert [entry.paper.id for entry in fed.entries] == [entry.paper.id for entry in listed.entries]
    papers = {entry.paper.id: entry.paper for entry in listed.entries}
    for sample in day.papers:
        assert papers[sample.id].title == greek(accented(sample.title))
        assert papers[sample.id].abstract == accented(sample.abstract)
        assert papers[sample.id].authors == tuple(accented(name.partition(" (")[0]) for name in sample.authors)


def test_the_second_day_answers_every_keyword_and_the_third_only_two():
    first, second, third = (_hits(day) for day in DAYS)
    assert [len(found) for found in first] == [4, 3, 2, 3, 3, 2, 0]
    assert [len(found) for found in second] == [2, 1, 1, 1, 1, 1, 2]
    assert [len(found) for found in third] == [2, 0, 0, 0, 1, 0, 0]


def test_the_world_model_that_drives_is_not_wanted():
    (driving,) = (paper for paper in DAYS[2].papers if paper.id == "2611.92011")
    assert "world model" in driving.abstract
    assert "driving" in driving.abstract


def test_of_what_was_sent_a_cross_list_comes_back_as_news_and_the_rest_as_replacements():
    sent: set[str] = set()
    back: dict[int, set[tuple[str, Kind]]] = {}
    for day in DAYS:
        back[day.announced_on.day] = {(e.paper.id, e.kind) for e in _read(day).entries if e.paper.id in sent}
        sent = sent.union(*_hits(day))
    assert back == {
        20: set(),
        23: {("2611.90112", Kind.REPLACE)},
        24: {("2611.90044", Kind.CROSS), ("2611.90145", Kind.REPLACE), ("2611.91043", Kind.REPLACE)},
    }


def test_a_paper_that_comes_back_has_a_higher_version():
    seen: dict[str, int] = {}
    for day in DAYS:
        assert all(paper.version == seen[paper.id] + 1 for paper in day.papers if paper.id in seen)
        seen |= {paper.id: paper.version for paper in day.papers}
