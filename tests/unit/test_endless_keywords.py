"""A megabyte where a keyword should be: refused at once, in a sentence that fits a message."""

import pytest

from digests.errors import QueryRefused
from digests.keywords.language import parse, parse_canonical, read_canonical
from digests.keywords.refusals import explain_refusal
from digests.phrases import load_phrases

MEGABYTE = 1 << 20
ENDLESS = {
    "words": "diffusion " * 105_000,
    "opened": "(" * MEGABYTE,
    "closed": ")" * MEGABYTE,
    "quotes": '"' * MEGABYTE,
    "denied": "NOT " * (MEGABYTE // 4),
    "minus": "-" * MEGABYTE,
    "fields": "ti:" * (MEGABYTE // 3),
    "stars": "abc*" * (MEGABYTE // 4),
    "escapes": "\\" * MEGABYTE,
    "chinese": "扩" * MEGABYTE,
    "halves": "\ud83d" * MEGABYTE,
    "ligatures": "\ufdfa" * MEGABYTE,
    "accents": "a" + "\u0301" * MEGABYTE,
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_it_is_refused_before_it_is_read(text):
    with pytest.raises(QueryRefused) as refused:
        parse(text)
    assert (refused.value.code, refused.value.position) == ("refusals.too_long", 256)
    assert len(explain_refusal(refused.value, load_phrases("zh"))) < 500


@pytest.mark.parametrize("name", ["words", "chinese"])
def test_it_is_shown_around_the_limit(name):
    with pytest.raises(QueryRefused) as refused:
        parse(ENDLESS[name])
    sentence, shown, caret = explain_refusal(refused.value, load_phrases("zh")).split("\n")
    assert "256" in sentence
    assert (shown[0], shown[-1], caret.strip()) == ("…", "…", "^")
    assert len(shown) < 50


@pytest.mark.parametrize("read", [parse_canonical, read_canonical])
@pytest.mark.parametrize("name", ["opened", "quotes", "denied", "minus", "fields"])
def test_stored_by_whom_or_what_it_is_refused_too(read, name):
    with pytest.raises(QueryRefused):
        read(ENDLESS[name][:20_000])
