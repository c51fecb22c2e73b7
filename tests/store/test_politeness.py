"""Turns at a host, on both databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from digests.clock import utc_now
from digests.errors import SourceUnavailable
from digests.papers.politeness import SERVICES_KEY, take_turn

START = datetime(2026, 1, 8, 1, 0, tzinfo=UTC)


class Clock:
    """Stands still but for what is waited."""

    def __init__(self):
        self.now_at = START
        self.waits = []

    def now(self):
        return self.now_at

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now_at += timedelta(seconds=seconds)

    def turn(self, store, key="host", *, interval_seconds=15, longest_seconds=180):
        return take_turn(
            store,
            key,
            interval_seconds=interval_seconds,
            longest_seconds=longest_seconds,
            now=self.now,
            wait=self.wait,
        )


def test_the_next_turn_begins_an_interval_after_the_last_one_ended(store):
    clock = Clock()
    with clock.turn(store):
        clock.wait(4)
    with clock.turn(store):
        assert clock.now_at == START + timedelta(seconds=4 + 15)
    assert clock.waits == [4, 15]


def test_hosts_do_not_wait_for_each_other_and_the_loopback_for_nobody(store):
    clock = Clock()
    for key, interval_seconds in (("host", 15), (SERVICES_KEY, 3), ("127.0.0.1", 0), ("127.0.0.1", 0)):
        with clock.turn(store, key, interval_seconds=interval_seconds):
            pass
    assert clock.waits == []


def test_a_turn_that_failed_ends_too(store):
    clock = Clock()
    with pytest.raises(ZeroDivisionError), clock.turn(store):
        raise ZeroDivisionError
    with clock.turn(store):
        assert clock.waits == [15]


def test_a_turn_is_kept_from_others_until_it_ends(store):
    clock, other = Clock(), Clock()
    with clock.turn(store, longest_seconds=10_000), pytest.raises(SourceUnavailable, match="busy"), other.turn(store):
        pytest.fail("two connections at a time")
    assert sum(other.waits) == 900
    assert set(other.waits) == {15}


def test_a_process_that_died_holds_the_host_no_longer_than_it_may(store):
    clock = Clock()
    died = clock.turn(store, longest_seconds=20)
    died.__enter__()
    with clock.turn(store):
        assert clock.now_at == START + timedelta(seconds=20)


def test_of_many_processes_one_at_a_time_has_the_host(store):
    inside, most, pause = [], [], threading.Event()

    def work():
        with take_turn(
            store,
            "host",
            interval_seconds=0,
            longest_seconds=600,
            now=utc_now,
            wait=lambda _: pause.wait(0.002),
        ):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6
