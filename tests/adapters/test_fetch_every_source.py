"""What is asked for of each source, and that the fetcher has the same manners and limits with all of them."""

from datetime import date

import httpx
import pytest

from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.fetch import read_rate_limit
from digests.papers.politeness import HF_KEY, INTERVALS_SECONDS, LISTING_KEY, SERVICES_KEY
from tests.arxiv_transport import Arxiv, ok, open_dribbling_server

DAY = date(2026, 1, 8)
#: Each kind of document, by the manners that are the same for all.
KINDS = {
    "listing": lambda fetcher: fetcher.fetch_listing("cs"),
    "feed": lambda fetcher: fetcher.fetch_feed("cs.LG"),
    "catch_up": lambda fetcher: fetcher.fetch_catch_up("cs", DAY),
    "records": lambda fetcher: fetcher.fetch_records("cs", DAY),
    "daily": lambda fetcher: fetcher.fetch_daily(DAY),
}
every_kind = pytest.mark.parametrize("ask", KINDS.values(), ids=KINDS)


def test_a_past_day_is_asked_for_with_abstracts_and_no_other_parameter():
    arxiv = Arxiv(ok())
    fetcher = arxiv.fetcher()
    assert (fetcher.fetch_catch_up("cs", DAY), fetcher.fetch_catch_up("hep-th", DAY, page=2)) == (b"page", b"page")
    assert [str(request.url) for request in arxiv.requests] == [
        "http://arxiv.test/catchup/cs/2026-01-08?abs=True&page=1",
        "http://arxiv.test/catchup/hep-th/2026-01-08?abs=True&page=2",
    ]
    assert arxiv.turns == [LISTING_KEY] * 2


def test_records_are_asked_for_by_set_and_day():
    arxiv = Arxiv(ok())
    fetcher = arxiv.fetcher()
    fetcher.fetch_records("cs", DAY)
    fetcher.fetch_records("hep-th", DAY, date(2026, 1, 11))
    assert [request.url.path for request in arxiv.requests] == ["/oai"] * 2
    plain = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "2026-01-08"}
    assert [dict(request.url.params) for request in arxiv.requests] == [
        plain | {"set": "cs"},
        plain | {"set": "physics:hep-th", "until": "2026-01-11"},
    ]
    assert arxiv.turns == [SERVICES_KEY] * 2


@pytest.mark.parametrize(
    "token",
    [
        "verb%3DListRecords%26metadataPrefix%3DarXivRaw%26from%3D2026-01-08%26skip%3D1",
        "a b&verb=Identify#?/é%",
    ],
)
def test_a_token_comes_to_the_server_as_it_left_it_and_alone(token):
    arxiv = Arxiv(ok())
    arxiv.fetcher().fetch_records("cs", DAY, date(2026, 1, 9), token=token)
    url = arxiv.requests[0].url
    assert url.params.multi_items() == [("verb", "ListRecords"), ("resumptionToken", token)]
    assert b"%25" in url.query


def test_daily_papers_are_asked_for_a_hundred_a_page_and_stand_in_a_line_of_their_own():
    arxiv = Arxiv(ok(b"[]"))
    fetcher = arxiv.fetcher()
    assert (fetcher.fetch_daily(DAY), fetcher.fetch_daily(DAY, page=1)) == (b"[]", b"[]")
    assert [str(request.url) for request in arxiv.requests] == [
        "http://hf.test/api/daily_papers?date=2026-01-08&limit=100&p=0",
        "http://hf.test/api/daily_papers?date=2026-01-08&limit=100&p=1",
    ]
    assert arxiv.turns == [HF_KEY] * 2


def test_every_line_has_its_interval():
    assert INTERVALS_SECONDS == {LISTING_KEY: 15, SERVICES_KEY: 3, HF_KEY: 1}


def test_who_asks_again_by_itself_asks_once():
    arxiv = Arxiv(httpx.Response(503))
    with pytest.raises(SourceUnavailable) as caught:
        arxiv.fetcher(tries=1).fetch_listing("cs")
    assert (len(arxiv.requests), arxiv.waits, caught.value.retry_after_seconds) == (1, [], 300)


@every_kind
@pytest.mark.parametrize(
    ("response", "error", "reason"),
    [
        (httpx.Response(403), SourceUnavailable, "403"),
        (httpx.Response(503, text="Try later."), SourceUnavailable, "503: Try later."),
        (httpx.Response(429, headers={"Retry-After": "600"}), SourceUnavailable, "429"),
        (httpx.ConnectError("nobody there"), SourceUnavailable, "did not answer: nobody there"),
        (httpx.Response(404), SourceMalformed, "404"),
        (httpx.Response(302, headers={"Location": "http://elsewhere.test/"}), SourceMalformed, "another host"),
        (ok(b"x" * 1001), SourceMalformed, "more than 1000 bytes"),
    ],
)
def test_manners_and_limits_are_the_same_for_every_document(ask, response, error, reason):
    arxiv = Arxiv(response)
    with pytest.raises(error, match=reason):
        ask(arxiv.fetcher(tries=1, max_bytes=1000))
    assert len(arxiv.requests) == len(arxiv.turns) == 1


@every_kind
def test_passing_trouble_is_waited_out_for_every_document(ask):
    arxiv = Arxiv(httpx.Response(503), ok())
    assert ask(arxiv.fetcher()) == b"page"
    assert (len(arxiv.turns), len(arxiv.waits)) == (2, 1)


def test_a_past_day_of_an_alias_is_followed_to_the_category():
    moved = httpx.Response(301, headers={"Location": "/catchup/math.NA/2026-01-08?page=1&abs=True"})
    arxiv = Arxiv(moved, ok())
    assert arxiv.fetcher().fetch_catch_up("cs.NA", DAY) == b"page"
    assert arxiv.requests[1].url.path == "/catchup/math.NA/2026-01-08"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ('"api";r=0;t=55', 55),
        ('"api"; r=0; t = 55', 55),
        ('"pages";r=3;t=10, "api";r=0;t=298', 298),
        ('"api";r=0', None),
        ('"api";r=0;t=soon', None),
        ("limit=500, remaining=0, reset=55", None),
        ('"api";r=0;t=999999999', 86_400),
        (f'"api";r=0;t={"9" * 400}', None),
        ("", None),
        (None, None),
    ],
)
def test_a_rate_limit_says_when_there_are_new_tries(value, seconds):
    assert read_rate_limit(value) == seconds


def test_hugging_face_says_in_its_own_header_how_long_to_wait():
    limited = httpx.Response(429, headers={"RateLimit": '"api";r=0;t=298', "RateLimit-Policy": '"api";q=500;w=300'})
    with pytest.raises(SourceUnavailable) as caught:
        Arxiv(limited).fetcher().fetch_daily(DAY)
    assert caught.value.retry_after_seconds == 298
    short = Arxiv(httpx.Response(429, headers={"RateLimit": '"api";r=0;t=55'}), ok())
    assert short.fetcher().fetch_daily(DAY) == b"page"
    assert short.waits == [55]
    # The older header is the more exact one, and a counter that is not empty means nothing.
    both = Arxiv(httpx.Response(429, headers={"Retry-After": "70", "RateLimit": '"api";r=0;t=55'}), ok())
    both.fetcher().fetch_daily(DAY)
    assert both.waits == [70]
    full = Arxiv(httpx.Response(503, headers={"RateLimit": '"api";r=400;t=250'}))
    with pytest.raises(SourceUnavailable) as caught:
        full.fetcher(tries=1).fetch_daily(DAY)
    assert caught.value.retry_after_seconds == 300


def test_the_refusal_of_hugging_face_has_its_reason():
    refusal = httpx.Response(400, json={"error": "Invalid date"})
    with pytest.raises(SourceMalformed, match="400: Invalid date"):
        Arxiv(refusal).fetcher().fetch_daily(DAY)


@pytest.mark.parametrize("kind", ["catch_up", "records", "daily"])
def test_a_server_that_dribbles_is_left_in_time_by_every_document(kind):
    with open_dribbling_server(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n") as url:
        urls = dict.fromkeys(("list_url", "oai_url", "hf_url"), url)
        fetcher = Arxiv(None).fetcher(**urls, transport=None, deadline_seconds=0.1, tries=1)
        with pytest.raises(SourceUnavailable, match="did not answer"):
            KINDS[kind](fetcher)
