"""Answers of the query API: an invented one, recorded ones counted by another parser, and what is none."""

import json
from pathlib import Path

import pytest
from lxml import etree

from digests.errors import SourceMalformed
from digests.papers.api import read_api
from digests.papers.paper import Harvest, Paper, Source
from digests.papers.wire import read_document, read_wire

FIXTURES = Path(__file__).parents[1] / "fixtures"
ANSWER = (FIXTURES / "api" / "answer.xml").read_bytes()
ERROR = (FIXTURES / "api" / "error.xml").read_bytes()
TITLE = b"<title>0</title>"


def without_entries(answer):
    return answer[: answer.index(b"<entry>")] + b"</feed>"


def test_an_entry_gives_all_its_fields_and_only_arxivs_categories_the_primary_one_first():
    harvest = read_api(ANSWER)
    assert (harvest.source, harvest.broken, harvest.next_token) == (Source.API, (), "")
    assert harvest.papers[0] == Paper(
        id="2601.90001",
        version=3,
        title=r"Schrödinger bridges with $α$-decay, $x<y$ & \emph{safe} updates",
        authors=("Bridge Collaboration", "José Martínez", "Łucja Wzór"),
        abstract="We build a bridge. It holds.",
        categories=("math.NA", "cs.LG"),
        comments="9 pages, code at https://example.org/code",
        journal_ref="J. Invent. Res. 1 (2026) 2",
        doi="10.1000/7",
    )


def test_a_paper_titled_0_in_an_archive_without_categories_is_a_paper():
    paper = read_api(ANSWER).papers[1]
    assert (paper.id, paper.version, paper.title, paper.categories) == ("hep-th/9901001", 2, "0", ("astro-ph",))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"abs/hep-th/9901001v2</id>", b"abs/</id>", "no arXiv id"),
        (b"<id>http://arxiv.org/abs/hep-th/9901001v2</id>", b"", "no arXiv id"),
        (TITLE, b"<title> </title>", "no title"),
        (TITLE, b"", "no title"),
        (b'term="astro-ph"', b'term="J.2"', "no category"),
    ],
)
def test_a_broken_entry_is_reported_and_the_rest_is_read(before, after, reason):
    harvest = read_api(ANSWER.replace(before, after))
    assert [paper.id for paper in harvest.papers] == ["2601.90001"]
    ((where, why, payload),) = [(one.where, one.reason, one.payload) for one in harvest.broken]
    assert (where, reason in why, payload.startswith("<entry")) == ("entry 2", True, True)


def test_an_answer_without_papers_is_empty_and_past_the_end_too():
    empty = without_entries(ANSWER).replace(b"totalResults>2<", b"totalResults>0<")
    past = without_entries(ANSWER).replace(b"startIndex>0<", b"startIndex>2<")
    assert read_api(empty) == read_api(past) == Harvest(source=Source.API)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (ERROR, "incorrect id format for nonsense"),
        (without_entries(ANSWER), "counts papers and shows none"),
        (ANSWER[:-200], "no whole XML"),
        (ANSWER.replace(b"?>", b"?><!DOCTYPE feed [<!ENTITY a 'b'>]>", 1), "document type"),
        ((FIXTURES / "feeds" / "atom.xml").read_bytes(), "no answer of arXiv's API"),
        (b"", "no whole XML"),
        (b"Rate exceeded.", "no whole XML"),
    ],
)
def test_what_is_no_whole_answer_is_refused_with_the_reason(document, reason):
    with pytest.raises(SourceMalformed, match=reason):
        read_api(document)


def test_an_answer_is_recognised_among_other_documents_and_announces_nothing():
    assert read_wire(ANSWER) == read_wire(ANSWER, "api") == read_api(ANSWER)
    with pytest.raises(SourceMalformed, match="answer of arXiv's API, not an Atom feed"):
        read_wire(ANSWER, "atom")
    with pytest.raises(SourceMalformed, match="answer of arXiv's API and announces nothing"):
        read_document(ANSWER)
    with pytest.raises(SourceMalformed, match="an RSS feed, not an answer of arXiv's API"):
        read_wire((FIXTURES / "feeds" / "rss.xml").read_bytes(), "api")


# --- recorded answers ---------------------------------------------------------------------------


def test_every_recorded_answer_is_read_whole(recorded):
    index = json.loads((recorded / "arxiv-api" / "index.json").read_text())
    expected = {answer["file"]: answer["entries"] for answer in index if answer["status"] == 200}
    counts = {}
    for name in expected:
        path = recorded / "arxiv-api" / name
        harvest = read_wire(path.read_bytes())
        ids = etree.parse(path).xpath("//*[local-name()='entry']/*[local-name()='id']/text()")
        assert [f"http://arxiv.org/abs/{paper.id}v{paper.version}" for paper in harvest.papers] == ids
        assert harvest.broken == ()
        assert all(paper.authors and paper.abstract and paper.categories for paper in harvest.papers)
        counts[name] = len(harvest.papers)
    assert counts == expected
    assert (len(counts), sum(counts.values())) == (19, 221)


def test_the_recorded_error_is_refused_with_its_reason(recorded):
    with pytest.raises(SourceMalformed, match="incorrect id format for abc"):
        read_wire((recorded / "arxiv-api" / "id_abc_s0_m100.xml").read_bytes())


def test_recorded_oddities_are_read(recorded):
    def read_one(name):
        return read_api((recorded / "arxiv-api" / name).read_bytes()).papers[0]

    assert read_one("id_2104.12255v1_s0_m100.xml").title == "0"
    affiliated = read_one("id_astro-ph_0601001_s0_m100.xml")
    assert affiliated.authors[:2] == ("Andrew Gould", "Susan Dorsher")
    assert affiliated.categories == ("astro-ph",)
