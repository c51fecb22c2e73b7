"""The fetcher against a transport of our own, and against a server on the loopback that misbehaves on purpose."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.fetch import read_retry_after
from digests.papers.politeness import LISTING_KEY, SERVICES_KEY
from tests.arxiv_transport import NOW, Arxiv, ok, open_dribbling_server

FIXTURES = Path(__file__).parents[1] / "fixtures"


def test_a_listing_page_is_asked_for_with_its_place_our_name_and_no_date():
    arxiv = Arxiv(ok())
    assert arxiv.fetcher().fetch_listing("cs.CV", skip=2000) == b"page"
    request = arxiv.requests[0]
    assert str(request.url) == "http://arxiv.test/list/cs.CV/new?skip=2000&show=2000"
    assert request.headers["User-Agent"] == "PaperPost/0.1 (+ann@example.org)"
    assert not {"If-Modified-Since", "If-None-Match"} & {name.title() for name in request.headers}
    assert arxiv.turns == [LISTING_KEY]


def test_feeds_are_asked_for_in_both_forms_and_stand_in_another_line():
    arxiv = Arxiv(ok(b"rss"), ok(b"atom"))
    fetcher = arxiv.fetcher()
    assert (fetcher.fetch_feed("cs.LG+stat.ML"), fetcher.fetch_feed("cs.LG", "atom")) == (b"rss", b"atom")
    assert [request.url.path for request in arxiv.requests] == ["/rss/cs.LG+stat.ML", "/atom/cs.LG"]
    assert arxiv.turns == [SERVICES_KEY] * 2


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(429, text="Rate exceeded."),
        httpx.Response(500),
        httpx.Response(502),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slower"),
        httpx.ConnectError("nobody there"),
        httpx.RemoteProtocolError("cut off"),
    ],
)
def test_passing_trouble_is_waited_out_in_growing_steps_and_each_try_takes_its_turn(trouble):
    arxiv = Arxiv(trouble, trouble, ok())
    assert arxiv.fetcher().fetch_listing("cs") == b"page"
    assert len(arxiv.turns) == 3
    assert 5 <= arxiv.waits[0] <= 10 <= arxiv.waits[1] <= 15


def test_trouble_that_stays_ends_after_four_tries_and_says_when_to_come_again():
    arxiv = Arxiv(httpx.Response(503))
    with pytest.raises(SourceUnavailable) as caught:
        arxiv.fetcher().fetch_listing("cs")
    assert caught.value.retry_after_seconds == 300
    assert (len(arxiv.requests), len(arxiv.waits)) == (4, 3)


def test_a_short_retry_after_is_waited_out():
    arxiv = Arxiv(httpx.Response(503, headers={"Retry-After": "90"}), ok())
    arxiv.fetcher().fetch_listing("cs")
    assert arxiv.waits == [90]


@pytest.mark.parametrize("value", ["300", "Thu, 08 Jan 2026 01:05:00 GMT"])
def test_a_long_retry_after_is_handed_to_the_caller_at_once(value):
    arxiv = Arxiv(httpx.Response(503, headers={"Retry-After": value}))
    with pytest.raises(SourceUnavailable) as caught:
        arxiv.fetcher().fetch_listing("cs")
    assert caught.value.retry_after_seconds == 300
    assert (len(arxiv.requests), arxiv.waits) == (1, [])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("Thu, 08 Jan 2026 00:00:00 GMT", 0),
        ("Thu, 08 Jan 2026 01:00:30 GMT", 30),
        ("soon", None),
        ("-5", None),
        ("²", None),
        (None, None),
        # Never more than a day, and no number is too long.
        ("9" * 400, 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        (f"Fri, 31 Dec {'9' * 40} 23:59:59 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(value, seconds):
    assert read_retry_after(value, NOW) == seconds


def test_a_refusal_is_final_and_has_the_reason_of_the_page():
    arxiv = Arxiv(httpx.Response(400, content=(FIXTURES / "listing" / "refused.html").read_bytes()))
    with pytest.raises(SourceMalformed, match=r"400: Invalid archive or category: cs\.XX"):
        arxiv.fetcher().fetch_listing("cs.XX")
    assert (len(arxiv.requests), arxiv.waits) == (1, [])


def test_the_refusal_of_a_feed_has_the_reason_of_the_feed():
    arxiv = Arxiv(httpx.Response(400, content=(FIXTURES / "feeds" / "rss_refused.xml").read_bytes()))
    with pytest.raises(SourceMalformed, match="400: Bad subject class 'ZZ'"):
        arxiv.fetcher().fetch_feed("cs.ZZ")


def test_who_is_banned_asks_nothing_for_an_hour():
    arxiv = Arxiv(httpx.Response(403))
    with pytest.raises(SourceUnavailable, match="403") as caught:
        arxiv.fetcher().fetch_listing("cs")
    assert (len(arxiv.requests), caught.value.retry_after_seconds) == (1, 3600)


@pytest.mark.parametrize("status", [204, 304, 404, 410])
def test_any_other_answer_is_no_page(status):
    arxiv = Arxiv(httpx.Response(status))
    with pytest.raises(SourceMalformed, match=str(status)):
        arxiv.fetcher().fetch_listing("cs")
    assert len(arxiv.requests) == 1


def test_a_redirect_is_followed_on_the_same_host_only():
    moved = httpx.Response(301, headers={"Location": "/list/math.NA/new"})
    assert Arxiv(moved, ok()).fetcher().fetch_listing("cs.NA") == b"page"
    away = httpx.Response(302, headers={"Location": "http://elsewhere.test/"})
    arxiv = Arxiv(away, ok())
    with pytest.raises(SourceMalformed, match="another host"):
        arxiv.fetcher().fetch_listing("cs.NA")
    assert len(arxiv.requests) == 1
    with pytest.raises(SourceMalformed, match="circles"):
        Arxiv(moved).fetcher().fetch_listing("cs.NA")


def test_a_page_without_end_is_refused():
    with pytest.raises(SourceMalformed, match="more than 1000 bytes"):
        Arxiv(ok(b"x" * 1001)).fetcher(max_bytes=1000).fetch_listing("cs")
    assert len(Arxiv(ok(b"x" * 1000)).fetcher(max_bytes=1000).fetch_listing("cs")) == 1000


def test_a_page_that_cannot_be_unpacked_is_refused():
    broken = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))
    with pytest.raises(SourceMalformed, match="cannot be read"):
        Arxiv(broken).fetcher().fetch_listing("cs")


@pytest.fixture(params=[b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"])
def dribbling_url(request):
    with open_dribbling_server(request.param) as url:
        yield url


def test_a_server_that_dribbles_its_headers_or_its_page_is_left_in_time(dribbling_url):
    arxiv = Arxiv(None)
    fetcher = arxiv.fetcher(list_url=dribbling_url, transport=None, deadline_seconds=0.2)
    with pytest.raises(SourceUnavailable, match="did not answer") as caught:
        fetcher.fetch_listing("cs")
    assert caught.value.retry_after_seconds == timedelta(minutes=5).total_seconds()
    assert len(arxiv.turns) == 4
