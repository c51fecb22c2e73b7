"""Which days a digest says it brings, and when it says the next one comes (invariant 7)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digests.composing.digest import Nothing, Reason
from digests.keywords.match import Field, Span
from digests.rendering.formats import FORMATS, render
from digests.rendering.page import build_page
from digests.rendering.why import build_why
from digests.summaries.summary import Card, summary_language
from tests.rendering.samples import FOLDING, SAMPLES, summarize

TOLD = [name for name in FORMATS if name != "json"]


def page_of(name, **changes):
    digest, cards = SAMPLES[name]
    return build_page(replace(digest, **changes), cards)


@pytest.mark.parametrize(
    ("dates", "language", "said"),
    [
        ([(2026, 11, 20), (2026, 11, 23), (2026, 11, 24)], "zh", "arXiv 新论文｜11月20日至24日（3 批）"),
        ([(2026, 11, 30), (2026, 12, 1)], "zh-Hant", "arXiv 新論文｜11月30日至12月1日（2 批）"),
        ([(2026, 12, 31), (2027, 1, 4)], "zh", "arXiv 新论文｜2026年12月31日至2027年1月4日（2 批）"),
        ([(2026, 11, 24)], "zh", "arXiv 新论文｜2026年11月24日（周二）"),
        ([(2026, 11, 24)], "zh-Hant", "arXiv 新論文｜2026年11月24日（週二）"),
        ([(2026, 11, 24)], "en", "arXiv of Tuesday, November 24, 2026"),
        ([(2026, 11, 20), (2026, 11, 24)], "en", "arXiv of Nov 20\u2009–\u200924, 2 batches"),
    ],
)
def test_a_headline_names_the_day_or_the_first_and_the_last(dates, language, said):
    dates = tuple(date(*day) for day in dates)
    assert page_of("combined", dates=dates, announced_on=dates[-1], language=language).headline == said


@pytest.mark.parametrize(
    ("language", "timezone", "said"),
    [
        ("zh", "Asia/Shanghai", "下一份：11月24日 周二 09:00（北京时间）"),
        ("zh-Hant", "America/New_York", "下一份：11月23日 週一 20:00（紐約時間）"),
        ("en", "America/New_York", "Next digest: Mon, Nov 23, 20:00 (New York time)"),
        ("zh", "Etc/GMT-8", "下一份：11月24日 周二 09:00（GMT+08:00时间）"),
    ],
)
@pytest.mark.parametrize("form", TOLD)
@pytest.mark.parametrize("sample", ["combined", "nothing", "holiday"])
def test_the_next_digest_is_announced_by_the_readers_own_clock(sample, form, language, timezone, said):
    digest, cards = SAMPLES[sample]
    due = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert said in render(replace(digest, next_due=due, language=language, timezone=timezone), cards, form)


@pytest.mark.parametrize("form", TOLD)
def test_nothing_is_said_of_a_next_digest_that_nobody_knows(form):
    digest, cards = SAMPLES["holiday"]
    assert "下一份" not in render(replace(digest, next_due=None), cards, form)


@pytest.mark.parametrize("form", TOLD)
@pytest.mark.parametrize("nothing", [Nothing.HOLIDAY, Nothing.NOT_ANNOUNCED, Nothing.NOT_FETCHED])
def test_a_batch_that_is_not_here_has_no_counts_and_was_not_announced(nothing, form):
    digest, cards = SAMPLES["holiday"]
    text = render(replace(digest, nothing=nothing), cards, form)
    assert "命中" not in text
    assert "公布于" not in text


def test_a_holiday_is_named():
    assert "11月27日周五" in page_of("holiday").nothing
    assert "Fri, Nov 27" in page_of("holiday", language="en").nothing


def test_no_match_in_several_batches_speaks_of_all_of_them():
    page = page_of("nothing", dates=(date(2026, 4, 9), date(2026, 4, 10)))
    assert "这 2 批" in page.nothing
    assert "这 2 批" in page.counts
    assert "这 2 批" in page.subject


@pytest.mark.parametrize("name", ["zh", "zh-Hant", "en"])
def test_every_kind_of_nothing_has_a_sentence_and_a_subject(name):
    pages = [page_of("holiday", nothing=nothing, language=name) for nothing in Nothing]
    assert len({page.nothing for page in pages}) == len({page.subject for page in pages}) == len(Nothing)


def test_a_hit_in_translated_words_stands_in_the_readers_characters_and_the_keyword_as_typed():
    summary = summarize(FOLDING, title="用内存换来的神经网络", abstract="")
    start = summary.title.index("神经网络")
    reason = Reason("神经网络", (Span("神经网络", Field.CHINESE, start, start + 4),))
    why = build_why((reason,), Card(FOLDING, summary), "zh-Hant")
    (place,) = why.places
    assert why.keyword == "神经网络"
    assert "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in place.pieces).strip() == (
        "用記憶體換來的[神經網路]"
    )


def test_one_summary_serves_both_scripts():
    assert [summary_language(name) for name in ("zh", "zh-Hant", "en")] == ["zh", "zh", "en"]
