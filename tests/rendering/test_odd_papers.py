"""Papers as nobody wants them, all the way: matched, composed, and read in every format."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from teremok.validation import validate_html

from digests.composing.codec import digest_from_json, digest_to_json
from digests.composing.compose import Keyword, compose
from digests.keywords.language import parse
from digests.keywords.match import Field
from digests.keywords.matcher import Matcher
from digests.papers.paper import Announced, ArxivId, Kind, Paper
from digests.rendering.formats import FORMATS, render
from digests.rendering.parts import MAX_UNITS, count_units
from digests.rendering.telegram import render_parts
from digests.rendering.why import build_why
from digests.summaries.summary import Card
from tests.builders import make_paper
from tests.rendering.samples import summarize

#: Each by the keyword that finds it.
ODD = {
    "ti:robot": {"title": "A Robot", "abstract": ""},
    "alpha policy": {"title": r"An agent {with $\alpha policies", "abstract": r"It costs $5 {\bf and $x_{y \frac{a"},
    "au:Author437": {"authors": tuple(f"Robot Author{n}" for n in range(438))},
    "ti:0": {"title": "0", "abstract": "Nothing."},
    "abs:untitled": {"title": "", "abstract": "An untitled paper."},
    "mc": {"title": r"$E=mc^2$", "abstract": ""},
    "bf": {"title": r"$\mathbf{bf}_{x}$", "abstract": ""},
    "robot arm": {"title": "Long", "abstract": "robot arm " * 1000},
    "tail": {"title": "Long", "abstract": "robot-" * 2000 + "tail"},
    "red alert": {"title": "Ro\x00bot\x1b[31m red\x07\x08 alert", "abstract": "\x00\u202e\ue000\ud83d\ufffe"},
    "nowhere": {"title": "Nowhere", "categories": (), "authors": ()},
    "opened": {"title": "Braces", "abstract": "{" * 5000 + "opened" + "}" * 4999},
    "paid": {"title": "Dollars", "abstract": "$" * 5000 + "paid" + "$" * 5001},
    "escaped": {"title": "Backslashes", "abstract": "\\" * 5000 + " escaped" + r"\begin{equation}" * 300},
    "id:2604.00014": {"title": "", "abstract": "", "authors": (), "categories": ()},
}
KEYWORDS = tuple(ODD)
PAPERS = [
    make_paper(**{"id": ArxivId(f"2604.{number:05}"), "title": "Odd", "abstract": "Odd.", **fields})
    for number, fields in enumerate(ODD.values())
]
MATCHES = Matcher([parse(keyword) for keyword in KEYWORDS]).match(PAPERS)
DIGEST = compose(
    announced=[Announced(paper, Kind.NEW) for paper in PAPERS],
    matches=MATCHES,
    keywords=[Keyword(parse(keyword).canonical, keyword) for keyword in KEYWORDS],
    language="zh",
    announced_on=date(2026, 4, 10),
    now=datetime(2026, 4, 10, tzinfo=UTC),
)
ENGLISH = {paper.id: Card(paper) for paper in PAPERS}
TRANSLATED = {paper.id: Card(paper, summarize(paper, title=paper.title, abstract=paper.abstract)) for paper in PAPERS}


def text_of(paper: Paper, field: Field) -> str:
    return {
        Field.TITLE: paper.title,
        Field.ABSTRACT: paper.abstract,
        Field.AUTHORS: ", ".join(paper.authors),
        Field.ID: paper.id,
    }[field]


def marked(keyword: str) -> list[list[str]]:
    """What stands marked beside the paper that `keyword` finds, place by place."""
    (entry,) = (e for section in DIGEST.sections if section.keyword == keyword for e in section.entries)
    why = build_why(entry.reasons, ENGLISH[entry.paper_id], "zh")
    return [[piece.text for piece in place.pieces if piece.is_hit] for place in why.places]


def test_each_keyword_finds_its_paper_and_no_other():
    found = {keyword: [hit.paper_id for hit in MATCHES[parse(keyword).canonical]] for keyword in KEYWORDS}
    assert found == {keyword: [paper.id] for keyword, paper in zip(KEYWORDS, PAPERS, strict=True)}


@pytest.mark.parametrize(("keyword", "paper"), list(zip(KEYWORDS, PAPERS, strict=True)), ids=list(ODD))
def test_every_place_lies_in_the_text_and_holds_the_term(keyword, paper):
    (match,) = MATCHES[parse(keyword).canonical]
    assert match.spans
    for span in match.spans:
        text = text_of(paper, span.field)
        assert 0 <= span.start < span.end <= len(text)
        held = text[span.start : span.end]
        alone = make_paper(id=paper.id, title=held, abstract=held, authors=(held,))
        assert Matcher([parse(keyword)]).match([alone])


@pytest.mark.parametrize(
    ("keyword", "places"),
    [
        ("alpha policy", [["α policies"]]),
        ("au:Author437", [["Robot Author437"]]),
        ("ti:0", [["0"]]),
        ("mc", [["E=mc²"]]),
        ("bf", [["bfₓ"]]),
        ("robot arm", [["robot arm"]]),
        ("red alert", [["red alert"]]),
        ("opened", [["opened"]]),
        ("paid", [["paid"]]),
    ],
)
def test_a_mark_holds_the_words_and_cuts_no_latex(keyword, places):
    assert [list(dict.fromkeys(hits)) for hits in marked(keyword)] == places


@pytest.mark.parametrize("cards", [ENGLISH, TRANSLATED], ids=["english", "translated"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_every_paper_and_no_character_that_hides(form, cards):
    text = render(DIGEST, cards, form)
    assert [paper.id for paper in PAPERS if paper.abs_url not in text] == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ue000\ue001\ud800-\udfff]", text)


@pytest.mark.parametrize("cards", [ENGLISH, TRANSLATED], ids=["english", "translated"])
def test_telegram_takes_them(cards):
    for part in render_parts(DIGEST, cards):
        validate_html(part)
        assert count_units(part) <= MAX_UNITS
        assert "></a>" not in part
        assert "\n\n\n" not in part


def test_a_paper_without_a_title_can_still_be_tapped():
    link = '<a href="https://arxiv.org/abs/2604.00004">（没有标题）2604.00004</a>'
    assert link in render(DIGEST, ENGLISH, "telegram")
    assert ">（没有标题）2604.00004</a>" in render(DIGEST, ENGLISH, "html")
    assert "■ （没有标题）2604.00004\n" in render(DIGEST, ENGLISH, "text")
    papers = [
        paper for section in json.loads(render(DIGEST, ENGLISH, "json"))["sections"] for paper in section["papers"]
    ]
    assert [paper["title"] for paper in papers if paper["id"] == "2604.00004"] == [""]


def test_four_hundred_authors_are_whole_where_there_is_room_and_six_elsewhere():
    assert "Author436, Robot Author437\n" in render(DIGEST, ENGLISH, "markdown")
    assert "Robot Author5 等｜" in render(DIGEST, ENGLISH, "telegram")


def test_their_digest_survives_the_way_through_json():
    assert digest_from_json(json.loads(json.dumps(digest_to_json(DIGEST)))) == DIGEST
