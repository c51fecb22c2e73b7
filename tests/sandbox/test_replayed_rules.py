"""The stand-in counts what it is asked, by the simulated clock, and says who asked too much; and what goes wrong."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.oai import read_oai
from digests.papers.politeness import INTERVALS_SECONDS, take_turn
from digests.papers.wire import read_document
from digests.store.engine import Store
from sandbox.arxiv import build_app
from sandbox.arxiv_faults import Fault
from sandbox.replay.rules import Host, Traffic, Visit, find_host
from sandbox.replay.sources import ReplayedSources, SteppedClock
from sandbox.replay.troubles import Trouble
from tests.sandbox.replaying import FIRST, HOUR, SECOND, ask_at, build_world, evening

NOW = evening(SECOND)


def visit(path: str, seconds: float = 0.0, **fields) -> Visit:
    plain = {"query": "", "user_agent": "PaperPost/0.1", "host": find_host(path)}
    return Visit(at=NOW + timedelta(seconds=seconds), path=path, **plain | fields)


def faults_of(*visits: Visit) -> list[str]:
    """What is wrong with requests that are answered at once."""
    traffic = Traffic()
    for one in visits:
        traffic.begin(one)
        traffic.end(one, one.at)
    return [violation.partition(": ")[2] for violation in traffic.violations]


# --- the rules ---


@pytest.mark.parametrize(
    ("first", "second", "seconds"),
    [
        ("/list/cs/new", "/list/stat/new", 15),
        ("/list/cs/new", "/catchup/cs/2026-10-26", 15),
        ("/rss/cs.LG", "/oai", 3),
        ("/api/query", "/atom/cs.LG", 3),
    ],
)
def test_each_kind_of_page_has_its_pause(first, second, seconds):
    assert faults_of(visit(first), visit(second, seconds)) == []
    assert faults_of(visit(first), visit(second, seconds - 0.5)) == [
        f"{seconds - 0.5} s after the one before, not {seconds}"
    ]


def test_pages_and_services_do_not_wait_for_each_other():
    assert faults_of(visit("/list/cs/new"), visit("/rss/cs.LG", 1), visit("/api/daily_papers", 1)) == []


def test_two_at_once_are_one_too_many():
    traffic, first, second = Traffic(), visit("/oai"), visit("/rss/cs.LG", 5)
    traffic.begin(first)
    traffic.begin(second)
    assert [violation.partition(": ")[2] for violation in traffic.violations] == ["another one is not answered yet"]


@pytest.mark.parametrize("path", ["/IgnoreMe", "/search/cs", "/e-print/2611.90104", "/api/other", "/"])
def test_what_robots_txt_forbids_is_a_violation(path):
    assert faults_of(visit(path)) == ["robots.txt does not allow that path"]


def test_a_path_of_another_host_is_a_violation():
    assert faults_of(visit("/api/query", asked="arxiv.org")) == ["arxiv.org has no such path"]
    assert faults_of(visit("/api/query", asked="export.arxiv.org")) == []
    assert faults_of(visit("/api/query", asked="127.0.0.1:8000")) == []


def test_everybody_may_read_robots_txt():
    assert faults_of(*[visit("/robots.txt", asked=host) for host in Host]) == []


def test_if_modified_since_is_a_violation():
    assert faults_of(visit("/list/cs/new", has_if_modified_since=True)) == ["If-Modified-Since does harm at arXiv"]


def test_who_comes_before_retry_after_is_over_is_told_on():
    traffic, first = Traffic(), visit("/oai")
    traffic.begin(first)
    traffic.end(first, first.at, retry_after_seconds=300)
    for again in (visit("/oai", 290), visit("/oai", 301)):
        traffic.begin(again)
        traffic.end(again, again.at)
    assert [violation.partition(": ")[2] for violation in traffic.violations] == ["it was told to come later"]


def test_hugging_face_is_asked_five_hundred_times_in_five_minutes_and_not_more():
    visits = [visit("/api/daily_papers", number / 2) for number in range(501)]
    assert faults_of(*visits) == ["the 501th in five minutes"]
    assert faults_of(*[visit("/api/daily_papers", number * 0.7) for number in range(2000)]) == []


def test_the_list_of_what_was_wrong_is_raised_with_time_and_address():
    sources = ask_at(NOW)
    sources.fetch_listing("cs")
    sources.traffic.assert_polite()
    sources.fetch_listing("stat")
    with pytest.raises(AssertionError, match=r"1 requests .*\n2026-10-27 00:01:00 UTC arxiv.org/list/stat/new\?skip=0"):
        sources.traffic.assert_polite()
    assert (sources.traffic.count(Host.LISTING), sources.traffic.count(Host.OAI)) == (2, 0)


def test_who_goes_on_asking_after_a_403_is_told_on():
    clock = SteppedClock(NOW)
    banned = Trouble(fault=Fault(kind="forbidden"), since=NOW, until=NOW + HOUR)
    sources = ReplayedSources(build_world(troubles=(banned,)), clock, wait=clock.wait, tries=1)
    with pytest.raises(SourceUnavailable, match="403"):
        sources.fetch_listing("cs")
    clock.wait(3601)
    sources.fetch_listing("cs")
    sources.traffic.assert_polite()
    traffic, first = Traffic(), visit("/list/cs/new")
    traffic.begin(first)
    traffic.end(first, first.at, status=403)
    traffic.begin(visit("/list/stat/new", 3599))
    assert [violation.partition(": ")[2] for violation in traffic.violations] == ["it was told to stay away"]


async def test_an_address_that_asks_too_often_gets_429_until_the_window_is_over():
    clock = SteppedClock(NOW)
    app = build_app(build_world(), now=clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://huggingface.co") as client:
        statuses = [(await client.get("/api/daily_papers")).status_code for _ in range(501)]
        refused = await client.get("/api/daily_papers")
        clock.wait(301)
        assert (await client.get("/api/daily_papers")).status_code == 200
    assert statuses == [200] * 500 + [429]
    assert refused.headers["RateLimit"] == '"api";r=0;t=300'


# --- troubles ---


def trouble(kind: str, host: Host | None = None, **fields) -> Trouble:
    return Trouble(fault=Fault(kind=kind, **fields), since=NOW, until=NOW + HOUR, host=host)


def test_too_many_has_no_retry_after_and_unavailable_has_300_seconds():
    with pytest.raises(SourceUnavailable, match="429: Rate exceeded"):
        ask_at(NOW, troubles=(trouble("too_many"),)).fetch_listing("cs")
    with pytest.raises(SourceUnavailable, match="503") as refused:
        ask_at(NOW, troubles=(trouble("unavailable"),)).fetch_listing("cs")
    assert refused.value.retry_after_seconds == 300


def test_a_trouble_is_over_when_its_time_is():
    sources = ask_at(NOW + HOUR, troubles=(trouble("too_many"),))
    assert read_document(sources.fetch_listing("cs")).announced_on == SECOND


def test_one_host_or_one_archive_can_be_down():
    down = trouble("dead", Host.OAI), trouble("dead", path="/list/stat")
    sources = ask_at(NOW, troubles=down)
    with pytest.raises(SourceUnavailable, match="did not answer"):
        sources.fetch_records("cs", FIRST)
    with pytest.raises(SourceUnavailable, match="did not answer"):
        sources.fetch_listing("stat")
    assert sources.fetch_listing("cs")
    assert sources.fetch_feed("cs.LG")


def test_an_answer_that_is_cut_off_is_no_answer():
    with pytest.raises(SourceUnavailable, match="ended in the middle"):
        ask_at(NOW, troubles=(trouble("cut_off"),)).fetch_listing("cs")


@pytest.mark.parametrize(("seconds", "is_whole"), [(30, True), (400, False)])
def test_a_dribble_takes_simulated_time_and_too_long_a_one_is_given_up(seconds, is_whole):
    clock = SteppedClock(NOW)
    slow = trouble("dribble", chunk_bytes=100_000, pause_seconds=seconds)
    sources = ReplayedSources(build_world(troubles=(slow,)), clock, wait=clock.wait, tries=1)
    if is_whole:
        assert read_document(sources.fetch_listing("cs")).entries
    else:
        with pytest.raises(SourceUnavailable, match="deadline"):
            sources.fetch_listing("cs")
    assert clock() >= NOW + timedelta(seconds=min(seconds, 180))


def test_tokens_can_expire_at_once():
    expired = Trouble(fault=Fault(kind="expired_token"), since=NOW, until=NOW + 4 * HOUR)
    sources = ask_at(NOW + 3 * HOUR, troubles=(expired,), oai_page_size=5)
    token = read_oai(sources.fetch_records("cs", FIRST)).next_token
    with pytest.raises(SourceMalformed, match="badResumptionToken"):
        read_oai(sources.fetch_records("cs", FIRST, token=token))


# --- the house's own fetcher ---


def test_with_the_houses_manners_nothing_is_wrong(store: Store):
    clock = SteppedClock(datetime(2026, 10, 28, 6, tzinfo=UTC))

    def turn(key: str):
        pause = INTERVALS_SECONDS[key]
        return take_turn(store, key, interval_seconds=pause, longest_seconds=600, now=clock, wait=clock.wait)

    sources = ReplayedSources(build_world(oai_page_size=20), clock, wait=clock.wait, turn=turn)
    for scope in ("cs", "stat", "eess"):
        sources.fetch_listing(scope)
        sources.fetch_catch_up(scope, FIRST)
        sources.fetch_records(scope, SECOND)
        sources.fetch_daily(FIRST)
    sources.fetch_feed("cs.LG")
    sources.traffic.assert_polite()
    assert len(sources.traffic.visits) == 13
    assert {one.asked for one in sources.traffic.visits} == {str(host) for host in Host} - {"export.arxiv.org"}
