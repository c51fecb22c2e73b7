"""Which page is asked for next: on both databases, by one of many."""

from datetime import UTC, date, timedelta

import pytest

from digests.clock import announced_at
from digests.papers.paper import Announced, Announcement, Kind, Section, Source
from digests.papers.polling import claim_poll, find_faults, find_watched, settle_poll, watch
from digests.papers.shelf import store_announcement
from digests.subscribers.archives import find_archives_read
from digests.subscribers.membership import join
from digests.subscribers.preferences import set_scope
from tests.builders import make_paper

MONDAY = date(2026, 11, 16)
EVENING = announced_at(MONDAY).astimezone(UTC)
MINUTES = timedelta(minutes=1)


def announce(store, scope):
    paper = make_paper(id="2611.00001")
    page = Announcement(
        source=Source.LISTING,
        scope=scope,
        announced_on=MONDAY,
        entries=(Announced(paper, Kind.NEW, 1),),
        sections=(Section(Kind.NEW, 1, 1),),
        total=1,
    )
    store_announcement(store, page, lambda: EVENING)


def test_one_asks_at_a_time_and_each_scope_gets_its_turn(store):
    watch(store, ["cs", "math"], EVENING)
    assert [claim_poll(store, EVENING) for _ in range(2)] == ["cs", None]
    settle_poll(store, "cs", EVENING, every_seconds=300)
    assert claim_poll(store, EVENING) == "math"
    settle_poll(store, "math", EVENING, every_seconds=300)
    assert claim_poll(store, EVENING) is None


def test_a_claim_of_somebody_who_died_comes_back(store):
    watch(store, ["cs"], EVENING)
    claim_poll(store, EVENING)
    assert claim_poll(store, EVENING + 10 * MINUTES) is None
    assert claim_poll(store, EVENING + 11 * MINUTES) == "cs"


def test_when_the_source_wants_to_be_left_alone_all_its_pages_wait(store):
    watch(store, ["cs", "math"], EVENING)
    settle_poll(store, claim_poll(store, EVENING), EVENING, every_seconds=300, fault="429", wait_seconds=3600)
    assert claim_poll(store, EVENING + 59 * MINUTES) is None
    assert claim_poll(store, EVENING + 60 * MINUTES) == "cs"


def test_an_old_page_is_asked_for_again_soon_and_rarely_in_the_end(store):
    watch(store, ["cs"], EVENING)
    claim_poll(store, EVENING)
    assert not settle_poll(store, "cs", EVENING, every_seconds=300)
    assert claim_poll(store, EVENING + 4 * MINUTES) is None
    much_later = EVENING + timedelta(hours=7)
    assert claim_poll(store, much_later) == "cs"
    settle_poll(store, "cs", much_later, every_seconds=300)
    assert claim_poll(store, much_later + 59 * MINUTES) is None
    assert claim_poll(store, much_later + 60 * MINUTES) == "cs"


def test_a_whole_batch_is_left_alone_until_the_next_evening(store):
    watch(store, ["cs"], EVENING)
    claim_poll(store, EVENING)
    announce(store, "cs")
    assert settle_poll(store, "cs", EVENING + MINUTES, every_seconds=300)
    assert claim_poll(store, EVENING + timedelta(hours=23, minutes=59)) is None
    assert claim_poll(store, EVENING + timedelta(hours=24)) == "cs"


def test_a_fault_is_kept_since_it_began_until_an_answer_comes(store):
    watch(store, ["cs"], EVENING)
    settle_poll(store, "cs", EVENING, every_seconds=300, fault="429", wait_seconds=900)
    settle_poll(store, "cs", EVENING + 15 * MINUTES, every_seconds=300, fault="503")
    (fault,) = find_faults(store)
    assert (fault.scope, fault.since, fault.reason) == ("cs", EVENING, "503")
    settle_poll(store, "cs", EVENING + 20 * MINUTES, every_seconds=300)
    assert find_faults(store) == []


def test_what_a_source_asks_for_is_waited_for(store):
    watch(store, ["cs"], EVENING)
    settle_poll(store, "cs", EVENING, every_seconds=300, fault="429", wait_seconds=900)
    assert claim_poll(store, EVENING + 14 * MINUTES) is None
    assert claim_poll(store, EVENING + 15 * MINUTES) == "cs"


def test_a_scope_that_nobody_reads_any_more_is_forgotten(store):
    watch(store, ["cs", "math"], EVENING)
    watch(store, ["math", "stat"], EVENING)
    assert find_watched(store) == {"math", "stat"}


def test_everything_is_watched_until_all_readers_have_a_scope(store):
    everything = find_archives_read(store)
    assert {"cs", "quant-ph", "stat"} <= set(everything)
    reader = join(store, channel="telegram", address="1", confirmed=True, now=EVENING, salt=b"salt")
    assert find_archives_read(store) == everything
    set_scope(store, reader.id, "cs.LG stat.ML")
    assert find_archives_read(store) == ["cs", "stat"]


@pytest.mark.parametrize("scope", ["eess.SY", "cs.SY"])
def test_an_alias_is_read_where_arxiv_lists_it(store, scope):
    reader = join(store, channel="telegram", address="1", confirmed=True, now=EVENING, salt=b"salt")
    set_scope(store, reader.id, scope)
    assert find_archives_read(store) == ["cs", "eess"]
