"""The service while everything goes wrong at once: kills, a full disk, a clock that jumps. No reader loses a part."""

import os
import random
import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from digests.broker import redis_py_url
from digests.errors import StoreError
from digests.heartbeat import beat
from digests.settings import setting_names
from tests.chaos import House, Outcome, kill_at_random, open_house, wait_until_over
from tests.disks import fill, small_disk
from tests.waiting import eventually

READERS = 16


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


def test_whatever_is_killed_every_reader_gets_every_part_and_only_what_was_in_flight_again(tmp_path):
    outcome, seed = Outcome(), random.randrange(1000)
    with open_house(tmp_path / "state", readers=READERS) as house:
        kill_at_random(house, outcome, seconds=6, seed=seed)
        wait_until_over(house, outcome)
    assert (outcome.faults, len(outcome.planned)) == ([], READERS), f"seed {seed}, kills {outcome.kills}"


def test_a_clock_that_jumps_forth_and_back_loses_nothing(tmp_path):
    outcome = Outcome()
    with open_house(tmp_path / "state", readers=READERS) as house:
        jump(house, outcome, timedelta(days=1))
        # What it held is held until tomorrow, and today comes back.
        os.killpg(house.supervisor.pid("worker"), signal.SIGKILL)
        outcome.held |= house.find_held()
        jump(house, outcome, timedelta(days=-2))
        wait_until_over(house, outcome)
    assert (outcome.faults, len(outcome.planned)) == ([], READERS)


def test_a_full_disk_delays_and_loses_nothing(tmp_path):
    outcome = Outcome()
    with small_disk(tmp_path, megabytes=24) as disk, open_house(disk / "state", readers=READERS) as house:
        wait_for_more(house)
        ballast = fill(disk)
        outcome.held |= house.find_held()
        eventually(lambda: is_database_full(house) and is_queue_full(house), "database and queue cannot be written")
        ballast.unlink()
        wait_until_over(house, outcome)
    assert (outcome.faults, len(outcome.planned)) == ([], READERS)


def is_database_full(house: House) -> bool:
    """New rows: SQLite writes what it has room for, in its log too, without asking the disk for more."""
    try:
        for number in range(100):
            beat(house.services.store, f"test {time.monotonic_ns()} {number}", house.services.now())
    except StoreError:
        return True
    return False


def is_queue_full(house: House) -> bool:
    client = redis.Redis.from_url(redis_py_url("", house.services.settings.home))
    try:
        # It asks for room a block at a time.
        with suppress(redis.ResponseError):
            client.set("ballast", "x" * 10_000)
        return client.info("persistence")["aof_last_write_status"] == "err"
    except redis.RedisError:
        return False
    finally:
        client.close()


def jump(house: House, outcome: Outcome, delta: timedelta) -> None:
    """A lease that the jump ends looks like a sender's death."""
    wait_for_more(house)
    house.clock.move_to(house.clock() + delta)
    outcome.held |= house.find_held()


def wait_for_more(house: House) -> None:
    before = house.count_arrived()
    eventually(lambda: house.count_arrived() >= before + 10, "ten more parts")
