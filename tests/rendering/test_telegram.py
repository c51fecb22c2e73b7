"""Telegram parts: within the limits, valid, and no paper lost or twice."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from teremok.validation import validate_html

from digests.rendering.chat_page import render_chat
from digests.rendering.parts import MAX_ENTITIES, MAX_UNITS, count_entities, count_units
from digests.rendering.telegram import mark_repeat, render_parts
from digests.summaries.summary import Card, Point, SummaryState
from tests.builders import make_paper
from tests.rendering.samples import SAMPLES, build_sample, summarize

_STANDING = re.compile(r'^(?:· |<b>)<a href="https://arxiv\.org/abs/([^"]+)">', re.MULTILINE)


def papers_in(parts):
    return [paper_id for part in parts for paper_id in _STANDING.findall(part)]


def check(parts):
    for part in parts:
        for sent in (part, mark_repeat(part), mark_repeat(part, language="en")):
            validate_html(sent)
            assert count_units(sent) <= MAX_UNITS
            assert count_entities(sent) <= MAX_ENTITIES


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_is_valid(sample):
    digest, cards = SAMPLES[sample]
    parts = render_parts(digest, cards)
    check(parts)
    assert sorted(papers_in(parts)) == sorted(digest.paper_ids)


def make_day(count, **changes):
    papers = [make_paper(id=f"2604.{n:05}", title=f"World Model {n}", **changes) for n in range(count)]
    return build_sample(*(Card(p, summarize(p)) for p in papers), keywords=("world model", "agent"))


def test_several_parts_are_numbered():
    parts = render_parts(*make_day(25))
    assert [part.splitlines()[-1] for part in parts] == [f"（{n}/{len(parts)}）" for n in range(1, len(parts) + 1)]
    assert len(parts) > 1


def test_the_notification_shows_words_and_no_number():
    assert all(part.startswith(("<b>", "▎")) for part in render_parts(*make_day(25)))


@pytest.mark.parametrize("state", [SummaryState.DONE, SummaryState.DOUBTFUL])
def test_thirty_long_papers_are_no_flood(state):
    papers = [
        make_paper(id=f"2604.{n:05}", title=f"World Model {n}", abstract="An English sentence. " * 90)
        for n in range(30)
    ]
    points = tuple(
        Point(label, "一句话说清楚这一点，不长不短刚刚好。" * 2) for label in ("问题", "方法", "结果", "局限或意义")
    )
    cards = [Card(p, summarize(p, state=state, points=points, abstract="一句中文的摘要。" * 80)) for p in papers]
    parts = render_parts(*build_sample(*cards, keywords=("world model",)))
    check(parts)
    assert len(papers_in(parts)) == 30
    assert len(parts) <= 15


def test_a_doubtful_abstract_stands_beside_the_original_and_both_are_named():
    (part,) = render_parts(*SAMPLES["doubtful"])
    assert "<blockquote expandable>中文摘要：我们" in part
    assert "<blockquote expandable>英文摘要：We learn" in part


def test_one_part_has_no_number():
    (part,) = render_parts(*SAMPLES["normal"])
    assert part.startswith("<b>")


def test_a_heading_never_ends_a_part():
    for count in range(1, 40):
        for part in render_parts(*make_day(count)):
            written = [line for line in part.splitlines() if line and not re.fullmatch(r"（\d+/\d+）", line)]
            assert not any(line.startswith("▎") for line in written[-2:])


def test_an_overlong_paper_ends_at_a_sentence_with_a_link():
    paper = make_paper(title="World Model", abstract="A short sentence. " * 400)
    (part,) = render_parts(*build_sample(Card(paper), keywords=("world model",)))
    quote = re.search("<blockquote expandable>(.*?)</blockquote>", part)[1]
    assert re.fullmatch(r'(A short sentence\. ?)+ <a href="https://arxiv.org/abs/2601.00001">[^<]+</a>', quote)


def test_a_paper_that_cannot_fit_still_stands_as_a_line():
    paper = make_paper(title="World Model " + "&" * 400, authors=("&" * 90,) * 9)
    summary = summarize(paper, title="&" * 900, tldr="&" * 900, points=(Point("&" * 90, "&" * 900),) * 9)
    parts = render_parts(*build_sample(Card(paper, summary), keywords=("world model",)))
    check(parts)
    assert papers_in(parts) == ["2601.00001"]


def test_a_repeat_says_so():
    assert mark_repeat("text").splitlines()[0] != "text"
    assert mark_repeat("text").endswith("\ntext")


def test_the_chat_page_shows_every_part():
    parts = render_parts(*make_day(25))
    assert render_chat(parts).count('<div class="bubble">') == len(parts)


_TEXT = st.lists(
    st.sampled_from(
        [
            "world model ",
            "agent",
            "<",
            ">",
            "&amp;",
            "</b>",
            "</blockquote>",
            "$x_i^2$",
            "\\emph{",
            "}",
            "$",
            '"',
            "🤖" * 30,
            "世界。" * 60,
            "x" * 300,
            "\u202e",
            "\n",
        ]
    ),
    max_size=12,
).map("".join)
_CARDS = st.builds(
    lambda number, title, authors, words, state, points: (number, title, authors, words, state, points),
    st.integers(0, 30),
    _TEXT,
    st.lists(_TEXT, max_size=8),
    _TEXT,
    st.sampled_from([SummaryState.DONE, SummaryState.DOUBTFUL, SummaryState.FAILED]),
    st.lists(st.builds(Point, _TEXT, _TEXT), max_size=5).map(tuple),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(_CARDS, max_size=12, unique_by=lambda card: card[0]),
    st.lists(_TEXT.map(str.strip).filter(bool), max_size=3),
    st.integers(0, 30),
)
def test_any_papers_are_valid_and_each_stands_once(drawn, keywords, max_full):
    cards = []
    for number, title, authors, words, state, points in drawn:
        paper = make_paper(id=f"2604.{number:05}", title=f"World model {title}", authors=tuple(authors), abstract=words)
        summary = summarize(paper, title=words, tldr=title, abstract=title * 3, points=points, state=state)
        cards.append(Card(paper, summary))
    digest, by_id = build_sample(*cards, keywords=("world model", *keywords), max_full=max_full)
    parts = render_parts(digest, by_id)
    check(parts)
    standing = papers_in(parts)
    assert sorted(standing) == sorted(digest.paper_ids)
