"""Look-ups by id: the package against invented, recorded and hopeless answers, and against the stand-in."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Response

from digests.errors import InputError, SourceMalformed, SourceUnavailable
from digests.papers.api import read_api
from digests.papers.fetch import PageFetcher
from digests.papers.lookup import MAX_IDS, LookedUp, look_up
from digests.papers.politeness import SERVICES_KEY
from sandbox.arxiv import build_app
from sandbox.arxiv_text import accented, greek
from sandbox.sample import load_sample
from sandbox.serving import serve

FIXTURES = Path(__file__).parents[1] / "fixtures"
ANSWER = (FIXTURES / "api" / "answer.xml").read_bytes()
HOLLOW = ANSWER[: ANSWER.index(b"<entry>")] + b"</feed>"
EMPTY = HOLLOW.replace(b"totalResults>2<", b"totalResults>0<")
NOW = datetime(2026, 1, 9, 1, 0, tzinfo=UTC)
SAMPLE = load_sample()


class Api:
    """Gives the answers one by one, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.urls = []

    def fetch(self, url):
        self.urls.append(url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def look_up(self, *ids):
        return look_up(ids, fetch=self.fetch, api_url="http://arxiv.test")

    @property
    def asked(self):
        return [parse_qs(urlsplit(url).query)["id_list"][0].split(",") for url in self.urls]


@contextmanager
def no_turn(_host_key):
    yield


def build_fetcher(**changes):
    options = {"list_url": "", "rss_url": "", "contact": "ann@example.org", "turn": no_turn, "now": lambda: NOW}
    return PageFetcher(**options | changes)


def look_up_at(url, *ids, **changes):
    fetcher = build_fetcher(**changes)
    return look_up(ids, fetch=lambda address: fetcher.fetch(address, SERVICES_KEY), api_url=url)


def test_papers_are_the_same_as_those_of_the_answer_read_as_a_file():
    api = Api(ANSWER)
    found = api.look_up("2601.90001", "hep-th/9901001")
    assert found == LookedUp(papers=read_api(ANSWER).papers)
    assert found.papers[1].title == "0"
    assert api.asked == [["2601.90001", "hep-th/9901001"]]
    assert api.urls[0].startswith("http://arxiv.test/api/query?")


def test_ids_that_are_not_in_the_answer_are_missing_whatever_it_counts():
    found = Api(ANSWER).look_up("2601.90009", "2601.90001", "2601.90001v2", "math.GT/0309136", "hep-th/9901001v2")
    assert len(found.papers) == 2
    assert found.missing == ("2601.90009", "2601.90001v2", "math/0309136")
    assert Api(EMPTY).look_up("2601.90009") == LookedUp(missing=("2601.90009",))


def test_an_entry_that_cannot_be_read_is_reported_and_not_missing():
    broken = ANSWER.replace(b'term="astro-ph"', b'term="J.2"')
    found = Api(broken).look_up("2601.90001", "hep-th/9901001")
    assert [paper.id for paper in found.papers] == ["2601.90001"]
    assert [(one.where, one.reason) for one in found.broken] == [
        ("http://arxiv.org/abs/hep-th/9901001v2", "it has no category")
    ]
    assert found.missing == ()


def test_what_is_no_id_is_refused_before_anything_is_asked():
    api = Api(ANSWER)
    with pytest.raises(InputError, match=r"'abc', '２６０１.９０００１'.*2604\.18326"):
        api.look_up("2601.90001", "abc", "２６０１.９０００１")
    assert api.urls == []


def test_many_ids_are_asked_for_by_the_hundred_and_each_once():
    api = Api(EMPTY)
    ids = [f"2601.{number:05}" for number in range(2 * MAX_IDS + 1)]
    assert api.look_up(*ids, *ids).missing == tuple(ids)
    assert [len(part) for part in api.asked] == [100, 100, 1]
    assert Counter(id_ for part in api.asked for id_ in part) == Counter(ids)


def test_no_ids_ask_nothing():
    api = Api(ANSWER)
    assert api.look_up() == LookedUp()
    assert api.urls == []


def test_an_answer_that_counts_papers_and_shows_none_is_asked_for_again():
    api = Api(HOLLOW, HOLLOW, ANSWER)
    assert len(api.look_up("2601.90001", "hep-th/9901001").papers) == 2
    assert len(api.urls) == 3


@pytest.mark.parametrize("answer", [HOLLOW, ANSWER.replace(b"totalResults>2<", b"totalResults>3<")])
def test_an_answer_that_never_shows_what_it_counts_is_a_failure(answer):
    api = Api(answer, HOLLOW)
    with pytest.raises(SourceUnavailable, match="no whole answer"):
        api.look_up("2601.90001", "hep-th/9901001", "2601.90009")
    assert 3 <= len(api.urls) <= 4


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ANSWER[:-300], "no whole XML"),
        ((FIXTURES / "api" / "error.xml").read_bytes(), "incorrect id format for nonsense"),
        (b"<html>Rate exceeded.</html>", "no answer of arXiv's API"),
        (ANSWER.replace(b"<published>1999-01-01T00:00:00Z", b"<published>long ago"), "a date that is none"),
    ],
)
def test_what_is_no_whole_answer_is_refused_and_not_asked_for_again(answer, reason):
    api = Api(answer)
    with pytest.raises(SourceMalformed, match=reason):
        api.look_up("2601.90001")
    assert len(api.urls) == 1


def test_what_fetching_raises_comes_out_as_it_is():
    trouble = SourceUnavailable("429", retry_after_seconds=300)
    with pytest.raises(SourceUnavailable) as caught:
        Api(trouble).look_up("2601.90001")
    assert caught.value is trouble


# --- by way of the fetcher ----------------------------------------------------------------------


def answer_with(*responses):
    left = list(responses)
    requests = []

    def answer(request):
        requests.append(request)
        return left.pop(0) if len(left) > 1 else left[0]

    return requests, httpx.MockTransport(answer)


def test_requests_have_timeouts_our_name_and_take_their_turn():
    requests, transport = answer_with(httpx.Response(200, content=ANSWER))
    turns = []

    @contextmanager
    def turn(host_key):
        turns.append(host_key)
        yield

    look_up_at("http://arxiv.test", "2601.90001", "hep-th/9901001", transport=transport, turn=turn)
    assert turns == [SERVICES_KEY]
    assert requests[0].headers["User-Agent"] == "PaperPost/0.1 (+ann@example.org)"
    assert requests[0].extensions["timeout"] == {"connect": 10, "read": 60, "write": 60, "pool": 60}


def test_too_many_requests_are_waited_out_and_end_with_when_to_come_again():
    waits = []
    requests, transport = answer_with(httpx.Response(429, text="Rate exceeded."), httpx.Response(200, content=ANSWER))
    ids = ["2601.90001", "hep-th/9901001"]
    found = look_up_at("http://arxiv.test", *ids, transport=transport, wait=waits.append)
    assert (len(found.papers), len(requests), len(waits)) == (2, 2, 1)
    requests, transport = answer_with(httpx.Response(429, text="Rate exceeded.", headers={"Retry-After": "600"}))
    with pytest.raises(SourceUnavailable, match="429") as caught:
        look_up_at("http://arxiv.test", "2601.90001", transport=transport, wait=waits.append)
    assert (caught.value.retry_after_seconds, len(requests)) == (600, 1)


def test_a_refusal_has_the_reason_of_the_answer():
    error = (FIXTURES / "api" / "error.xml").read_bytes()
    _, transport = answer_with(httpx.Response(400, content=error))
    with pytest.raises(SourceMalformed, match="answered 400: incorrect id format for nonsense"):
        look_up_at("http://arxiv.test", "2601.90001", transport=transport)


# --- recorded answers, and the stand-in ---------------------------------------------------------


def build_recorded(payload):
    app = FastAPI()
    app.get("/api/query")(lambda: Response(payload, media_type="application/atom+xml"))
    return app


@pytest.mark.parametrize(
    ("name", "asked", "missing"),
    [
        ("id_0808.05394_1707.08567_s0_m100.xml", ["0808.05394", "1707.08567"], ("0808.05394",)),
        ("id_0808.05394_s0_m100.xml", ["0808.05394"], ("0808.05394",)),
        ("id_2104.12255v1_s0_m100.xml", ["2104.12255v1"], ()),
        ("id_astro-ph_0601001_s0_m100.xml", ["astro-ph/0601001"], ()),
        ("id_quant-ph_0201082v1_s0_m100.xml", ["quant-ph/0201082v1"], ()),
    ],
)
def test_a_recorded_answer_gives_the_same_papers_as_a_file(recorded, name, asked, missing):
    payload = (recorded / "arxiv-api" / name).read_bytes()
    with serve(build_recorded(payload)) as url:
        found = look_up_at(url, *asked)
    assert found == LookedUp(papers=read_api(payload).papers, missing=missing)


def test_a_recorded_page_of_a_hundred_gives_the_same_papers_as_a_file(recorded):
    payload = (recorded / "arxiv-api" / "q_testing_s0_m100.xml").read_bytes()
    papers = read_api(payload).papers
    found = Api(payload).look_up(*(paper.id for paper in papers))
    assert found == LookedUp(papers=papers)
    assert len(papers) == 100


def test_the_stand_in_has_the_papers_of_the_sample_and_leaves_out_the_others():
    ids = [paper.id for paper in SAMPLE.papers]
    with serve(build_app(SAMPLE)) as url:
        found = look_up_at(url, *ids, "2611.99999", f"{ids[0]}v9")
    assert found.missing == ("2611.99999", f"{ids[0]}v9")
    assert found.broken == ()
    papers = {paper.id: paper for paper in found.papers}
    assert list(papers) == ids
    for sample in SAMPLE.papers:
        paper = papers[sample.id]
        assert (paper.version, paper.categories) == (sample.version, sample.categories)
        assert paper.title == greek(accented(sample.title))
        assert paper.authors == tuple(accented(author.partition(" (")[0]) for author in sample.authors)


def test_the_stand_in_pages_and_refuses_as_arxiv_does():
    with serve(build_app(SAMPLE)) as url, httpx.Client(base_url=url) as client:
        ids = ",".join(paper.id for paper in SAMPLE.papers)
        page = client.get("/api/query", params={"id_list": ids, "start": 5})
        refusal = client.get("/api/query", params={"id_list": f"{ids},abc"})
        search = client.get("/api/query", params={"search_query": "all:electron"})
    assert [paper.id for paper in read_api(page.content).papers] == [paper.id for paper in SAMPLE.papers[5:15]]
    assert f"totalResults>{len(SAMPLE.papers)}<" in page.text
    assert (refusal.status_code, search.status_code) == (400, 400)
    with pytest.raises(SourceMalformed, match="incorrect id format for abc"):
        read_api(refusal.content)
