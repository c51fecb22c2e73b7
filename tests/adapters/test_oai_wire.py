"""Answers of OAI-PMH: invented ones in both formats, recorded ones counted by another parser, and refusals."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from digests.errors import SourceMalformed
from digests.papers.merging import hash_words
from digests.papers.oai import TokenRefused, build_set, read_oai
from digests.papers.paper import Harvest, Paper, Record, Source, Version
from digests.papers.taxonomy import all_archives, all_categories
from digests.papers.wire import read_wire

FIXTURES = Path(__file__).parents[1] / "fixtures"
RAW = (FIXTURES / "oai" / "raw.xml").read_bytes()
ARXIV = (FIXTURES / "oai" / "arxiv.xml").read_bytes()
HEAD = b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
BRIDGES = Paper(
    id="2601.90001",
    version=3,
    title=r"Schrödinger bridges with $\alpha$-decay, $x<y$ & \emph{safe} updates",
    authors=("Bridge Collaboration", "José Martínez", "Łucja Wzór Jr.", "Qi", "Ada Example"),
    abstract="We build a bridge. It holds.",
    categories=("math.NA", "cs.LG"),
    comments="9 pages, code at https://example.org/code",
    journal_ref="J. Invent. Res. 1 (2026) 2",
    doi="10.1000/7",
    licence="http://creativecommons.org/licenses/by/4.0/",
)


def refuse(*codes):
    errors = b"".join(b'<error code="%s">Because of\n %s.</error>' % (code, code) for code in codes)
    return HEAD + errors + b"</OAI-PMH>"


def test_a_raw_record_gives_all_its_fields_with_the_newest_version():
    harvest = read_oai(RAW)
    assert harvest.source is Source.OAI
    assert harvest.papers[0] == BRIDGES


def test_the_arxiv_format_says_the_same_without_a_version():
    harvest = read_oai(ARXIV)
    assert [(paper.version, hash_words(paper)) for paper in harvest.papers] == [(None, hash_words(BRIDGES))]
    paper = harvest.papers[0]
    assert (paper.title, paper.authors, paper.categories) == (BRIDGES.title, BRIDGES.authors, BRIDGES.categories)
    assert (paper.comments, paper.journal_ref) == (BRIDGES.comments, BRIDGES.journal_ref)
    assert (paper.doi, paper.licence) == (BRIDGES.doi, BRIDGES.licence)


def test_a_withdrawn_paper_is_a_paper_and_its_line_of_authors_is_taken_apart():
    paper = read_oai(RAW).papers[1]
    assert (paper.id, paper.version, paper.title, paper.categories) == ("hep-th/9901001", 2, "0", ("astro-ph",))
    assert paper.authors == ("Qi", "A. Sandoval", "C. Anderson", "D. Andersson")
    assert "withdrawn" in paper.comments


def test_a_record_has_the_days_of_its_last_change_and_of_its_versions():
    harvest = read_oai(RAW)
    days = (datetime(2025, 12, 30, 15, 5, 19), datetime(2025, 12, 31, 15, 5, 19), datetime(2026, 1, 8, 15, 5, 19))
    versions = tuple(Version(number, day.replace(tzinfo=UTC)) for number, day in enumerate(days, start=1))
    assert harvest.records[0] == Record(BRIDGES, date(2026, 1, 8), versions)
    assert tuple(record.paper for record in harvest.records) == harvest.papers
    assert read_oai(ARXIV).records[0].versions == ()


def test_versions_come_in_any_order_and_dates_may_be_none():
    payload = RAW.replace(b"Tue, 30 Dec 2025 15:05:19 GMT", b"the other day").replace(b'"v2"', b'"v9"', 1)
    payload = payload.replace(b"<datestamp>2026-01-08", b"<datestamp>some day", 1).replace(
        b'version="v3"', b'version="x"'
    )
    record = read_oai(payload).records[0]
    assert (record.datestamp, record.paper.version) == (None, 9)
    assert record.versions == (Version(1, None), Version(9, datetime(2025, 12, 31, 15, 5, 19, tzinfo=UTC)))


def test_the_last_version_says_whether_a_paper_is_withdrawn():
    assert [paper.is_withdrawn for paper in read_oai(RAW).papers] == [False, True]
    # With ancillary files; and a comment alone does not make it one, for this format has a sign of its own.
    assert read_oai(RAW.replace(b">I<", b">AI<")).papers[1].is_withdrawn
    assert not read_oai(RAW.replace(b">I<", b">D<")).papers[1].is_withdrawn
    back = RAW.replace(b'<version version="v2"><date>Mon', b'<version version="v0"><date>Mon')
    assert not read_oai(back).papers[1].is_withdrawn
    said = re.sub(rb"<comments>.*?</comments>", b"<comments>Withdrawn</comments>", ARXIV, flags=re.DOTALL)
    assert [read_oai(answer).papers[0].is_withdrawn for answer in (ARXIV, said)] == [False, True]


def test_records_that_cannot_be_read_are_reported_and_the_rest_is_read():
    harvest = read_oai(RAW)
    assert len(harvest.papers) == 2
    assert [(one.where, one.reason) for one in harvest.broken] == [
        ("entry 3", "arXiv has deleted it"),
        ("entry 4", "it is in neither of the formats arXiv and arXivRaw"),
        ("entry 5", "it has no category"),
    ]
    nameless = read_oai(ARXIV.replace(b"<id>2601.90001</id>", b"<id>x</id>")).broken
    assert [one.reason for one in nameless] == ["it has no arXiv id: 'x'"]
    untitled = read_oai(re.sub(rb"<title>.*</title>", b"<title/>", ARXIV)).broken
    assert [one.reason for one in untitled] == ["it has no title"]


def test_the_token_for_the_rest_is_there_until_the_last_page():
    token = "verb%3DListRecords%26metadataPrefix%3DarXivRaw%26from%3D2026-01-08%26skip%3D1"
    assert read_oai(RAW).next_token == token
    assert read_oai(re.sub(rb"<resumptionToken.*</resumptionToken>", b"<resumptionToken/>", RAW)).next_token == ""
    assert read_oai(ARXIV).next_token == ""


def test_nothing_new_is_an_empty_harvest():
    assert read_oai(refuse(b"noRecordsMatch")) == Harvest(source=Source.OAI)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (refuse(b"badResumptionToken"), "badResumptionToken: Because of badResumptionToken"),
        (refuse(b"badArgument", b"noRecordsMatch"), "badArgument: .*; noRecordsMatch: "),
        (HEAD + b"<error/></OAI-PMH>", "error:"),
        (HEAD + b"<ListSets/></OAI-PMH>", "no records"),
        (b"<?xml version='1.0'?><rss/>", "no answer of OAI-PMH"),
        (RAW[:-30], "no whole XML"),
        (b"<!DOCTYPE OAI-PMH [<!ENTITY a 'b'>]>" + HEAD + b"</OAI-PMH>", "document type"),
    ],
)
def test_what_has_no_records_is_refused_with_the_reason(document, reason):
    with pytest.raises(SourceMalformed, match=reason):
        read_oai(document)


def test_a_token_that_is_not_taken_is_told_from_other_refusals():
    with pytest.raises(TokenRefused, match="badResumptionToken"):
        read_oai(refuse(b"badResumptionToken"))
    with pytest.raises(SourceMalformed) as caught:
        read_oai(refuse(b"badArgument"))
    assert not isinstance(caught.value, TokenRefused)


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("cs", "cs"),
        ("cs.LG", "cs:cs:LG"),
        ("q-bio", "q-bio"),
        ("hep-th", "physics:hep-th"),
        ("physics", "physics:physics"),
        ("physics.optics", "physics:physics:optics"),
        ("cond-mat.mtrl-sci", "physics:cond-mat:mtrl-sci"),
    ],
)
def test_a_set_has_the_name_of_its_group(scope, name):
    assert build_set(scope) == name


def test_an_answer_is_recognised_among_other_documents():
    assert read_wire(RAW) == read_wire(RAW, "oai") == read_oai(RAW)
    assert read_wire(HEAD + b"<error code='noRecordsMatch'/></OAI-PMH>").papers == ()
    with pytest.raises(SourceMalformed, match="an answer of OAI-PMH, not an RSS feed"):
        read_wire(RAW, "rss")


# --- recorded answers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "records", "more"),
    [
        ("ListRecords_arXivRaw_p1.xml", 200, True),
        ("ListRecords_arXivRaw_p2.xml", 200, True),
        ("ListRecords_arXivRaw_p3.xml", 103, False),
        ("agentgraph_ListRecords_arXiv_plasm-ph_2026-01-05.xml", 3, False),
        ("GetRecord_1101.0600_arXivRaw.xml", 1, False),
        ("GetRecord_cond-mat_0703772_arXivRaw.xml", 1, False),
    ],
)
def test_a_recorded_answer_is_read_whole(recorded, name, records, more):
    path = recorded / "arxiv-oai" / name
    harvest = read_wire(path.read_bytes())
    headers = etree.parse(path).xpath("//*[local-name()='header']/*[local-name()='identifier']/text()")
    assert [f"oai:arXiv.org:{paper.id}" for paper in harvest.papers] == headers
    assert (len(headers), harvest.broken, bool(harvest.next_token)) == (records, (), more)
    assert all(paper.title and paper.authors and paper.abstract and paper.categories for paper in harvest.papers)


def test_recorded_versions_are_counted(recorded):
    for name in ("ListRecords_arXivRaw_p1.xml", "GetRecord_1101.0600_arXivRaw.xml"):
        payload = (recorded / "arxiv-oai" / name).read_bytes()
        records = payload.decode().split("<record>")[1:]
        counted = [len(re.findall("<version ", record)) for record in records]
        assert [paper.version for paper in read_oai(payload).papers] == counted
    assert counted == [25]


def test_recorded_author_lines_leave_no_tex_no_bracket_and_no_conjunction(recorded):
    for path in sorted((recorded / "arxiv-oai").glob("*arXivRaw*.xml")):
        # The server's test database keeps the escapes of the dump that it was filled from.
        text = re.sub(r"\\(\\|&#39;|&#34;)", r"\1", path.read_text())
        names = [name for paper in read_oai(text.encode()).papers for name in paper.authors]
        assert [name for name in names if re.search(r"[\\{}()&,;:]| and |et al", name)] == []


def test_every_archive_and_category_is_a_recorded_set(recorded):
    sets = set(etree.parse(recorded / "arxiv-oai" / "ListSets.xml").xpath("//*[local-name()='setSpec']/text()"))
    assert {build_set(scope) for scope in (*all_archives(), *all_categories())} <= sets


def test_recorded_withdrawals_are_those_whose_last_version_has_no_source(recorded):
    """What the comments say agrees: in 503 records nobody takes a paper back in other words."""
    withdrawn, said = set(), set()
    for path in sorted((recorded / "arxiv-oai").glob("ListRecords_arXivRaw_p*.xml")):
        for record in re.findall("<record>.*?</record>", path.read_text(), flags=re.DOTALL):
            paper_id = re.search("<id>(.*?)</id>", record)[1]
            last = re.findall("<version .*?</version>", record, flags=re.DOTALL)[-1]
            withdrawn |= {paper_id} if ">I</source_type>" in last else set()
        said |= {paper.id for paper in read_oai(path.read_bytes()).papers if paper.is_withdrawn}
    assert said == withdrawn
    assert len(said) == 6


def test_recorded_records_all_have_their_dates(recorded):
    for path in sorted((recorded / "arxiv-oai").glob("*arXivRaw*.xml")):
        records = read_oai(path.read_bytes()).records
        assert all(record.datestamp and record.versions for record in records)
        assert all(version.submitted_at for record in records for version in record.versions)
        # Nothing is announced before it is submitted; some records of before 2005 have their submission's day.
        late = [r.paper.id for r in records if r.datestamp < r.versions[-1].submitted_at.date()]
        assert late == []


@pytest.mark.parametrize("code", ["badArgument_date", "badResumptionToken", "badVerb", "idDoesNotExist"])
def test_a_recorded_refusal_has_the_servers_words(recorded, code):
    with pytest.raises(SourceMalformed, match=code.partition("_")[0]):
        read_wire((recorded / "arxiv-oai" / f"error_{code}.xml").read_bytes())


def test_recorded_answers_without_records_are_told_apart(recorded):
    folder = recorded / "arxiv-oai"
    assert read_wire((folder / "error_noRecordsMatch.xml").read_bytes()) == Harvest(source=Source.OAI)
    for name in ("Identify.xml", "ListSets.xml"):
        with pytest.raises(SourceMalformed, match="no records"):
            read_wire((folder / name).read_bytes())
