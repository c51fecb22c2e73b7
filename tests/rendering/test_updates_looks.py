"""What a digest says of papers that changed since they were sent, or before they could be."""

from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from digests.rendering.formats import FORMATS, render
from digests.rendering.telegram import render_parts
from tests.rendering.samples import REVISED, SAMPLES

_WORDS = [name for name in FORMATS if name != "json"]


@pytest.mark.parametrize("form", _WORDS)
@pytest.mark.parametrize(
    ("sample", "revised", "withdrawn"),
    [
        ("updates", "有了新版", "有了新版，或已撤稿"),
        ("updates_only", "有了新版", "有了新版，或已撤稿"),
        ("updates_english", "New versions of papers", "New versions and withdrawals of papers"),
    ],
)
def test_the_heading_names_withdrawals_where_there_are_some(form, sample, revised, withdrawn):
    digest, cards = SAMPLES[sample]
    assert withdrawn in render(digest, cards, form)
    new_versions = replace(digest, updates=tuple(one for one in digest.updates if not one.is_withdrawn))
    said = render(new_versions, cards, form)
    assert revised in said
    assert withdrawn not in said


def test_a_new_version_has_its_own_title_beneath_the_chinese_one_and_its_id_in_the_chat():
    digest, cards = SAMPLES["updates_only"]
    update = LexborHTMLParser(render(digest, cards, "html")).css(".update")[1]
    assert update.css_first(".original").text() == REVISED.title
    assert "｜2602.90004" in "".join(render_parts(digest, cards))


@pytest.mark.parametrize("form", _WORDS)
def test_where_all_that_matched_was_withdrawn_nothing_contradicts_it(form):
    said = render(*SAMPLES["all_withdrawn"], form)
    assert "在送出之前都撤稿了" in said
    assert "命中 0 篇" not in said
    assert "world model" not in said
    assert "agent" in said
