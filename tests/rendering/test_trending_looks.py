"""An edition of what the community reads, in every format, with everything that can stand in it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser
from teremok.validation import validate_html

from digests.composing.trending import Period, compose_trending
from digests.papers.paper import ArxivId
from digests.papers.trending import Listed
from digests.rendering.email import MAX_HTML_BYTES
from digests.rendering.parts import MAX_ENTITIES, MAX_UNITS, count_entities, count_units
from digests.rendering.trending.formats import TRENDING_FORMATS
from digests.rendering.trending.mail import render_trending_mail
from digests.rendering.trending.page import build_trending_page
from digests.rendering.trending.telegram import render_trending_parts
from digests.summaries.summary import Card, SummaryState
from tests.builders import make_paper
from tests.rendering.samples import DRIVING, FOLDING, PROVING, summarize, summarize_briefly, write_notes

FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
CARDS = {
    FOLDING.id: Card(FOLDING, summarize(FOLDING)),
    DRIVING.id: Card(DRIVING, summarize(DRIVING, state=SummaryState.FAILED)),
    PROVING.id: Card(PROVING, summarize(PROVING, state=SummaryState.DOUBTFUL, faults=("number_lost",))),
}
ENGLISH = {
    FOLDING.id: Card(FOLDING, write_notes(FOLDING)),
    DRIVING.id: Card(DRIVING),
    PROVING.id: Card(PROVING, write_notes(PROVING, state=SummaryState.DOUBTFUL, faults=("number_invented",))),
}
LISTED = (
    Listed(paper_id=FOLDING.id, listed_on=FRIDAY, upvotes=1286, comments=4, github_repo="https://github.com/a/b", github_stars=2345),
    Listed(paper_id=DRIVING.id, listed_on=FRIDAY, upvotes=30, comments=0, github_repo="https://github.com/c/d?e&f"),
    Listed(paper_id=PROVING.id, listed_on=date(2026, 11, 19), upvotes=12),
)  # fmt: skip


def build(listed=LISTED, **changes):
    given = {
        "language": "zh",
        "period": Period.DAILY,
        "first_on": FRIDAY,
        "last_on": FRIDAY,
        "min_upvotes": 10,
        "now": NOW,
    }
    return compose_trending(listed, **given | changes)


def many(number, **words):
    papers = [make_paper(id=ArxivId(f"2611.{n:05}"), title=f"Paper {n}", **words) for n in range(number)]
    listed = [Listed(paper_id=paper.id, listed_on=FRIDAY, upvotes=500 - n) for n, paper in enumerate(papers)]
    return listed, {paper.id: Card(paper) for paper in papers}


@pytest.mark.parametrize("form", TRENDING_FORMATS)
def test_it_looks_as_it_was_reviewed(form, golden):
    golden(f"trending.{form}", TRENDING_FORMATS[form](build(), CARDS))


def test_in_english_it_looks_as_it_was_reviewed(golden):
    golden("trending_english.telegram", TRENDING_FORMATS["telegram"](build(language="en"), ENGLISH))


def test_title_and_one_sentence_are_all_that_it_shows_so_that_nothing_is_missing():
    brief = CARDS | {FOLDING.id: Card(FOLDING, summarize_briefly(FOLDING))}
    for draw in TRENDING_FORMATS.values():
        assert draw(build(), brief) == draw(build(), CARDS)


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({}, "每日热门论文｜11月20日（周五）"),
        ({"first_on": date(2026, 11, 18)}, "每日热门论文｜11月18日至20日"),
        ({"first_on": date(2026, 11, 18), "language": "zh-Hant"}, "每日熱門論文｜11月18日至20日"),
        (
            {"period": Period.WEEKLY, "first_on": date(2026, 10, 26), "last_on": date(2026, 11, 1)},
            "每周热门论文｜10月26日至11月1日",
        ),
        (
            {"period": Period.WEEKLY, "first_on": date(2026, 12, 28), "last_on": date(2027, 1, 3)},
            "每周热门论文｜2026年12月28日至2027年1月3日",
        ),
        (
            {"period": Period.MONTHLY, "first_on": date(2026, 11, 1), "last_on": date(2026, 11, 30)},
            "每月热门论文｜2026年11月",
        ),
        ({"language": "en"}, "Trending papers, Fri, Nov 20"),
    ],
)
def test_the_headline_says_of_which_days_it_is(changes, headline):
    assert build_trending_page(build(**changes), CARDS).headline == headline


def test_no_paper_and_no_list_are_said_and_offer_no_papers():
    below = render_trending_parts(build(min_upvotes=2000), CARDS)
    assert "Hugging Face 上榜的 3 篇都不到 2000 票，最高的有 1286 票。" in below[0]
    missing = render_trending_parts(build(()), {})
    assert "是我们这边出了问题，和你的设置无关" in missing[0]
    assert "huggingface.co" not in below[0] + missing[0]


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, "/trending daily 20"),
        ({"min_upvotes": 0}, "/trending daily 10"),
        ({"min_upvotes": 500}, "/trending daily 1000"),
        ({"min_upvotes": 2000}, "/trending daily 10"),
        ({"min_upvotes": 9999}, "/trending daily 10"),
        ({"min_upvotes": 2000, "listed": LISTED[2:], "period": Period.MONTHLY}, "/trending monthly 12"),
        ({"min_upvotes": 6000, "listed": (replace(LISTED[0], upvotes=8000),)}, "/trending daily 9999"),
        ({"min_upvotes": 9999, "listed": (replace(LISTED[0], upvotes=10_000),)}, ""),
        ({"listed": ()}, ""),
    ],
)
def test_the_threshold_that_is_offered_is_one_that_helps(changes, offered):
    page = build_trending_page(build(**changes), CARDS)
    assert page.example == offered
    (*_, foot) = render_trending_parts(build(**changes), CARDS)
    assert (offered in foot) == bool(offered) or "票数更" not in foot


def test_where_nobody_reaches_the_threshold_a_lower_one_is_offered():
    text = TRENDING_FORMATS["text"](build(min_upvotes=2000), CARDS)
    (said,) = render_trending_parts(build(min_upvotes=2000), CARDS)
    assert "票数更高" not in text + said
    assert "票数放低一些：/trending daily 10" in text
    assert "票数放低一些：<code>/trending daily 10</code>" in said


def test_a_command_in_the_mail_stands_on_one_line_and_without_papers_there_is_no_empty_list():
    html = LexborHTMLParser(render_trending_mail(build(), CARDS).html)
    assert [code.text() for code in html.css("code")] == ["/trending daily 20", "/trending off daily"]
    assert "nowrap" in html.css_first("code").attributes["style"]
    assert html.css_first(".ranking") is not None
    empty = LexborHTMLParser(render_trending_mail(build(min_upvotes=2000), CARDS).html)
    assert empty.css_first(".ranking") is None


def test_as_of_when_it_is_is_said_where_it_was_not_read_to_its_end():
    as_of = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
    assert "票数截至北京时间 11-21 00:05，之后的没能取到" in render_trending_parts(build(as_of=as_of), CARDS)[0]


def test_what_has_no_room_is_a_line_and_then_only_counted():
    listed, cards = many(90)
    text = TRENDING_FORMATS["text"](build(listed), cards)
    assert "其中 90 篇不少于 10 票：15 篇详列，50 篇各列一行" in text
    assert "还有 25 篇也达到了票数，没有列出。" in text
    assert all(text.count(f"Paper {n}\n") + text.count(f"Paper {n}  ") == (n < 65) for n in range(90))


def test_every_message_is_one_that_telegram_takes():
    listed, cards = many(90, abstract="A sentence. " * 300)
    parts = render_trending_parts(build(listed, period=Period.WEEKLY), cards)
    assert len(parts) > 3
    for part in parts:
        validate_html(part)
        assert count_units(part) <= MAX_UNITS
        assert count_entities(part) <= MAX_ENTITIES
    assert parts[-1].endswith(f"（{len(parts)}/{len(parts)}）")


def test_nothing_that_came_from_outside_is_markup():
    paper = make_paper(
        title="<script>alert(1)</script> </blockquote> {{ 7 * 7 }} " + "long " * 2000,
        authors=("<b>Bold</b>" * 99, "Bob"),
        abstract="</blockquote><img src=x onerror=alert(1)> [link](javascript:x) **b** # " + "&" * 5000,
    )
    hostile = Listed(
        paper_id=paper.id, listed_on=FRIDAY, upvotes=99, github_repo='https://github.com/"><script>x</script>'
    )
    cards = {paper.id: Card(paper)}
    for part in render_trending_parts(build([hostile]), cards):
        validate_html(part)
    mail = LexborHTMLParser(render_trending_mail(build([hostile]), cards, leave_url='https://example.org/"><i>').html)
    assert mail.css("script, img, i, h3 b, .quiet b") == []
    assert mail.css_first(".figures a").attributes["href"] == hostile.github_repo
    markdown = TRENDING_FORMATS["markdown"](build([hostile]), cards)
    assert "[link](javascript" not in markdown
    assert "<img" not in markdown.replace("\\<img", "")
    assert "<script" not in markdown.replace("\\<script", "")


def test_a_mail_that_grows_too_long_has_fewer_papers_in_full():
    listed, cards = many(40, abstract="& " * 20_000)
    cards = {key: replace(card, paper=replace(card.paper, title="&<>" * 90)) for key, card in cards.items()}
    html = render_trending_mail(build(listed, period=Period.WEEKLY), cards).html
    assert len(html.encode()) <= MAX_HTML_BYTES
    assert "还有" not in html


def test_the_mail_names_the_way_out():
    mail = render_trending_mail(
        build(), CARDS, leave_url="https://example.org/leave/7", leave_mailto="mailto:a@example.org"
    )
    assert mail.html.count("https://example.org/leave/7") == 2
    assert mail.html.count(">退订全部邮件</a>") == 2
    assert "退订全部邮件：https://example.org/leave/7" in mail.text
    assert "/trending off daily" in mail.text
    assert mail.subject == "论文邮差 每日热门 11月20日（周五）：3 篇，最高 1,286 票"
