"""`ingest` of every wire format, and of ids, as a person types it."""

from pathlib import Path

import pytest

from sandbox.arxiv import build_app
from sandbox.sample import load_sample
from sandbox.serving import serve

FIXTURES = Path(__file__).parents[1] / "fixtures"
API, OAI, HF = FIXTURES / "api" / "answer.xml", FIXTURES / "oai" / "raw.xml", FIXTURES / "hf" / "day.json"


@pytest.fixture
def arxiv_api(home, monkeypatch):
    """The stand-in, and the requests that it gets."""
    app = build_app(load_sample())
    with serve(app) as url:
        monkeypatch.setenv("PAPERPOST_ARXIV_API_URL", url)
        yield app.state.traffic.visits


def test_every_format_is_recognised_and_counted_and_the_second_time_nothing_is_new(paperpost):
    results = paperpost.json("ingest", API, OAI, HF)
    assert [(one["source"], one["entries"], one["new"], one["known"], one["broken"]) for one in results] == [
        ("api", 2, 2, 0, 0),
        ("oai", 2, 0, 2, 3),
        ("hf", 3, 2, 1, 4),
    ]
    assert [one["new"] for one in paperpost.json("ingest", API, OAI, HF)] == [0, 0, 0]


@pytest.mark.parametrize(("source", "path"), [("api", API), ("oai", OAI), ("hf", HF)])
def test_a_format_that_is_named_must_be_that_one(paperpost, source, path):
    assert paperpost.json("ingest", "--source", source, path)[0]["source"] == source
    other = FIXTURES / "feeds" / "rss.xml"
    assert "This is an RSS feed, not " in paperpost.refused("ingest", "--source", source, other)


def test_what_stands_beside_an_answer_is_said(paperpost):
    said = paperpost.result("ingest", OAI, HF).stderr
    assert "more follow with resumptionToken=verb%3DListRecords" in said
    assert "2 of them without a day" in said
    assert "day.json: entry 4: it has no arXiv id: 'my-own-paper'" in said


def test_a_full_page_of_hugging_face_is_said_to_be_one(paperpost, write):
    entries = ", ".join(f'{{"paper": {{"id": "2601.{number:05}", "title": "A paper"}}}}' for number in range(50))
    said = paperpost.result("ingest", write("day.json", f"[{entries}]")).stderr
    assert "the day may have more: ask with limit=100" in said


@pytest.mark.parametrize("path", [API, OAI, HF])
def test_a_day_is_for_announcements_only(paperpost, path):
    assert "leave out --on" in paperpost.refused("ingest", "--on", "2026-01-08", path)
    assert paperpost.json("ingest", path)[0]["new"] > 0


def test_papers_that_were_not_announced_are_no_news(paperpost):
    paperpost("ingest", API)
    assert "paperpost ingest FILE" in paperpost.refused("match", "bridges")


def test_a_refusal_of_the_server_is_an_error_with_its_words(paperpost):
    said = paperpost.refused("ingest", FIXTURES / "api" / "error.xml")
    assert "error.xml: incorrect id format for nonsense" in said


def test_papers_are_looked_up_by_their_ids_and_known_the_second_time(paperpost, arxiv_api):
    first, second = (paper.id for paper in load_sample().papers[:2])
    (result,) = paperpost.json("ingest", "--source", "api", "--id", first, "--id", second)
    assert (result["source"], result["entries"], result["new"], result["known"]) == ("api", 2, 2, 0)
    assert len(arxiv_api) == 1
    assert paperpost.json("ingest", "--id", first)[0]["known"] == 1


def test_ids_that_arxiv_does_not_have_are_said_and_the_others_stored(paperpost, arxiv_api):
    known = load_sample().papers[0].id
    result = paperpost.result("ingest", "--id", known, "--id", "2611.99999", "--id", "hep-th/9901001")
    assert result.exit_code == 1
    assert "arXiv has none, or not yet: 2611.99999, hep-th/9901001" in result.stderr
    assert paperpost.json("ingest", "--id", known)[0]["known"] == 1


@pytest.mark.parametrize("given", [(), ("--id", "2604.18326", str(API))])
def test_files_and_ids_are_never_mixed(paperpost, given):
    assert "not both" in paperpost.refused("ingest", *given, status=2)


def test_what_is_no_id_is_refused_before_any_request(paperpost, arxiv_api):
    said = paperpost.refused("ingest", "--id", load_sample().papers[0].id, "--id", "attention", status=2)
    assert "No arXiv id: 'attention'. Write ids like 2604.18326" in said
    assert arxiv_api == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--id", "2604.18326", API),
        ("--id", "2604.18326", "--source", "oai"),
        ("--id", "2604.18326", "--on", "2026-01-08"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(paperpost, arxiv_api, arguments):
    paperpost.refused("ingest", *arguments, status=2)
    assert arxiv_api == []


def test_an_api_that_cannot_be_read_is_a_sentence(paperpost, monkeypatch, write):
    with serve(build_app([])) as url:
        monkeypatch.setenv("PAPERPOST_ARXIV_API_URL", f"{url}/elsewhere")
        said = paperpost.refused("ingest", "--id", "2604.18326")
    assert "answered 404" in said
