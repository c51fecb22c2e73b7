"""Which stage asks for what next: on both databases, by one of many."""

from datetime import UTC, date, timedelta

import pytest

from digests.clock import announced_at
from digests.papers.collecting.plan import Stage, load_plan
from digests.papers.collecting.polling import (
    HOSTS,
    end_turn,
    find_done,
    find_due,
    find_faults,
    find_watched,
    leave_alone,
    settle,
    take_turn,
    watch,
)
from digests.subscribers.archives import find_archives_read
from digests.subscribers.membership import join
from digests.subscribers.preferences import set_scope

MONDAY = date(2026, 11, 16)
EVENING = announced_at(MONDAY).astimezone(UTC)
MINUTES = timedelta(minutes=1)
CS = (Stage.LISTING, "cs")
MATH = (Stage.LISTING, "math")


def answered(store, wanted, at, **said):
    settle(store, wanted, at, on=MONDAY, is_through=False, **said)


def test_one_asks_at_a_time(store):
    until = take_turn(store, EVENING)
    assert take_turn(store, EVENING) is None
    end_turn(store, until, EVENING)
    assert take_turn(store, EVENING) == until


def test_who_ends_a_turn_that_ran_out_ends_nobody_elses(store):
    mine = take_turn(store, EVENING)
    assert take_turn(store, EVENING + 12 * MINUTES)
    end_turn(store, mine, EVENING + 13 * MINUTES)
    assert take_turn(store, EVENING + 13 * MINUTES) is None


def test_the_turn_of_somebody_who_died_comes_back(store):
    take_turn(store, EVENING)
    assert not take_turn(store, EVENING + 10 * MINUTES)
    assert take_turn(store, EVENING + 11 * MINUTES)


def test_each_scope_comes_in_its_turn(store):
    watch(store, [CS, MATH], EVENING)
    assert find_due(store, EVENING) == CS
    answered(store, CS, EVENING)
    assert find_due(store, EVENING) == MATH
    answered(store, MATH, EVENING)
    assert find_due(store, EVENING) is None


def test_when_the_source_wants_to_be_left_alone_all_its_pages_wait_and_other_hosts_do_not(store):
    night = EVENING + timedelta(hours=3)
    records = (Stage.OAI, "cs")
    watch(store, [CS, MATH, records], night)
    answered(store, CS, night, fault="429", wait_seconds=3600)
    leave_alone(store, HOSTS[Stage.LISTING], night + 60 * MINUTES)
    answered(store, records, night)
    assert find_due(store, night + 59 * MINUTES) == records
    answered(store, records, night + 59 * MINUTES)
    assert find_due(store, night + 59 * MINUTES) is None
    assert find_due(store, night + 60 * MINUTES) == MATH


def test_feeds_and_records_are_one_service_to_arxiv(store):
    watch(store, [(Stage.RSS, "cs.LG"), (Stage.OAI, "cs")], EVENING)
    leave_alone(store, HOSTS[Stage.RSS], EVENING + 60 * MINUTES)
    assert find_due(store, EVENING + 59 * MINUTES) is None
    assert find_due(store, EVENING + 60 * MINUTES) is not None


def test_an_old_page_is_asked_for_again_soon_and_rarely_in_the_end(store):
    watch(store, [CS], EVENING)
    answered(store, CS, EVENING)
    assert find_due(store, EVENING + 4 * MINUTES) is None
    assert find_due(store, EVENING + 5 * MINUTES) == CS
    much_later = EVENING + timedelta(hours=7)
    answered(store, CS, much_later)
    assert find_due(store, much_later + 59 * MINUTES) is None
    assert find_due(store, much_later + 60 * MINUTES) == CS


def test_after_failures_the_pauses_grow_to_an_end(store):
    watch(store, [CS], EVENING)
    at, pauses = EVENING, []
    for _ in range(6):
        answered(store, CS, at, fault="429")
        again = next(at + n * MINUTES for n in range(1, 100) if find_due(store, at + n * MINUTES))
        pauses.append((again - at) // MINUTES)
        at = again
    assert pauses == [5, 10, 20, 40, 40, 40]


def test_a_whole_batch_is_left_alone_until_the_next_evening(store):
    watch(store, [CS], EVENING)
    settle(store, CS, EVENING + MINUTES, on=MONDAY, is_through=True)
    assert find_done(store, Stage.LISTING) == {"cs": MONDAY}
    assert find_due(store, EVENING + timedelta(hours=23, minutes=59)) is None
    assert find_due(store, EVENING + timedelta(hours=24)) == CS


def test_a_fault_is_kept_since_it_began_until_an_answer_comes(store):
    watch(store, [CS], EVENING)
    answered(store, CS, EVENING, fault="429", wait_seconds=900)
    answered(store, CS, EVENING + 15 * MINUTES, fault="503")
    (fault,) = find_faults(store)
    assert (fault.stage, fault.scope, fault.since, fault.reason) == (Stage.LISTING, "cs", EVENING, "503")
    answered(store, CS, EVENING + 20 * MINUTES)
    assert find_faults(store) == []


def test_a_scope_that_nobody_reads_any_more_is_forgotten(store):
    watch(store, [CS, MATH], EVENING)
    watch(store, [MATH, (Stage.LISTING, "stat")], EVENING)
    assert find_watched(store) == {"math", "stat"}


@pytest.mark.parametrize("stage", [Stage.OAI, Stage.RSS, Stage.HF])
def test_a_stage_that_is_not_through_in_time_waits_for_its_next_beginning(store, stage):
    table = load_plan()[stage]
    begun_at = table.list_starts(MONDAY)[-1]
    watch(store, [(stage, "x")], begun_at)
    late = begun_at + table.until
    settle(store, (stage, "x"), late, on=MONDAY, is_through=False)
    coming = table.find_next(late)
    assert find_due(store, coming - MINUTES) is None
    assert find_due(store, coming) == (stage, "x")


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
