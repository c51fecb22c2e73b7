"""What is known of a model's server: the same of both memories, and of all processes at one database."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from digests.store.engine import Store
from digests.store.tables import model_servers
from digests.summaries.asking.endpoint import Endpoint
from digests.summaries.asking.memory import Known, Server, ServerMemory, StoredMemory
from sandbox.llm import build_app
from sandbox.serving import serve
from tests.asking import CHINESE, KEY, PAPER, Clock, ask, seen_by, talking_to
from tests.process_memory import ProcessMemory

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
SERVER = Server("https://model.example/v1", "m")
DAY_SECONDS = 86_400.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


def open_memory(store: Store, clock: Clock) -> StoredMemory:
    return StoredMemory(store, lambda: START + timedelta(seconds=clock.now))


class Contract:
    """`opened` opens the memory, as each process would."""

    async def test_of_a_stranger_nothing_is_known(self, opened):
        assert await opened().recall(SERVER) == Known()
        assert not await opened().take_probe(SERVER, 60)

    async def test_lessons_add_up_and_are_forgotten_after_a_week(self, opened, clock):
        await opened().learn(SERVER, "json_schema")
        clock.now += 3 * DAY_SECONDS
        await opened().learn(SERVER, "temperature")
        await opened().learn(SERVER, "temperature")
        assert (await opened().recall(SERVER)).lessons == {"json_schema", "temperature"}
        assert (await opened().recall(Server(SERVER.endpoint, "other"))).lessons == frozenset()
        clock.now += 4 * DAY_SECONDS
        assert (await opened().recall(SERVER)).lessons == {"temperature"}
        clock.now += 3 * DAY_SECONDS
        assert (await opened().recall(SERVER)).lessons == frozenset()

    async def test_lessons_learnt_at_once_are_all_kept(self, opened):
        await asyncio.gather(*(opened().learn(SERVER, f"extra{number}") for number in range(5)))
        assert len((await opened().recall(SERVER)).lessons) == 5

    async def test_a_pause_holds_everybody_and_a_shorter_one_does_not_end_it(self, opened, clock):
        await opened().pause(SERVER, 30)
        await opened().pause(SERVER, 5)
        clock.now += 10
        assert (await opened().recall(SERVER)).pause_seconds == 20
        await opened().pause(SERVER, 60)
        assert (await opened().recall(SERVER)).pause_seconds == 60
        clock.now += 60
        assert (await opened().recall(SERVER)).pause_seconds == 0

    async def test_a_closed_server_is_tried_by_one(self, opened, clock):
        await opened().learn(SERVER, "json_schema")
        await opened().close(SERVER, 60, "HTTP 503")
        assert await opened().recall(SERVER) == Known(frozenset({"json_schema"}), 0.0, 60.0, "HTTP 503")
        assert not await opened().take_probe(SERVER, 60)
        clock.now += 60
        assert (await opened().recall(SERVER)).closed_seconds == 0
        taken = await asyncio.gather(*(opened().take_probe(SERVER, 60) for _ in range(4)))
        assert sorted(taken) == [False, False, False, True]
        assert (await opened().recall(SERVER)).closed_seconds == 60
        await opened().reopen(SERVER)
        assert await opened().recall(SERVER) == Known(frozenset({"json_schema"}))


class TestOneProcess(Contract):
    @pytest.fixture
    def opened(self, clock: Clock) -> Callable[[], ServerMemory]:
        memory = ProcessMemory(clock)
        return lambda: memory


class TestAllProcesses(Contract):
    @pytest.fixture
    def opened(self, store: Store, clock: Clock) -> Callable[[], ServerMemory]:
        return lambda: open_memory(store, clock)


async def test_moments_of_a_wrong_clock_hold_nobody(store):
    ahead = StoredMemory(store, lambda: START + timedelta(days=400))
    await ahead.close(SERVER, 60, "HTTP 503")
    await ahead.pause(SERVER, 30)
    await ahead.learn(SERVER, "json_schema")
    memory = StoredMemory(store, lambda: START)
    assert await memory.recall(SERVER) == Known(closed_seconds=0.0, closed_reason="HTTP 503")
    assert await memory.take_probe(SERVER, 60)
    await memory.pause(SERVER, 7)
    assert (await memory.recall(SERVER)).pause_seconds == 7


async def test_a_new_process_knows_what_the_last_one_learnt(store):
    clock = Clock()
    with serve(build_app({PAPER.title: CHINESE})) as url:
        refusal = {"status": 400, "message": "response_format json_schema is not supported"}
        async with talking_to(url, refusal, clock=clock, memory=open_memory(store, clock)) as model:
            await ask(model)
        async with talking_to(url, clock=clock, memory=open_memory(store, clock)) as model:
            await ask(model)
        kinds = [request["response_format"]["type"] for request in await seen_by(url)]
    assert kinds == ["json_schema", "json_object", "json_object"]


async def test_a_pause_of_one_process_holds_the_other(store):
    first, second = Clock(), Clock()
    with serve(build_app({PAPER.title: CHINESE})) as url:
        busy = {"status": 429, "retry_after": 40}
        async with talking_to(url, busy, clock=first, memory=open_memory(store, first)) as model:
            await ask(model)
        async with talking_to(url, clock=second, memory=open_memory(store, second)) as model:
            await ask(model)
    assert [round(seconds) for seconds in second.waits] == [40]


async def test_the_table_has_no_secret_of_an_address_and_of_a_server(store):
    clock = Clock()
    with serve(build_app({})) as url:
        address = url.replace("://", f"://someone:{KEY}-2@") + "/v1"
        async with talking_to(
            url,
            {"status": 401, "message": f"bad key {KEY}"},
            clock=clock,
            base_url=address,
            memory=open_memory(store, clock),
        ) as model:
            with pytest.raises(Exception, match="HTTP 401"):
                await ask(model)
    with store.reading() as connection:
        (row,) = connection.execute(select(model_servers)).all()
    assert row.endpoint == f"{url}/v1"
    assert row.closed_reason.startswith("HTTP 401")
    assert "secret" not in str(row)


def test_of_an_address_only_what_is_no_secret_is_stored():
    server = Endpoint.parse("https://user:pass@model.example:8443/v1/?key=secret#x", "", "m").server
    assert server == Server("https://model.example:8443/v1", "m")


def test_an_address_fits_its_column():
    server = Endpoint.parse("https://model.example/" + "v" * 400, "", "m" * 200).server
    assert (len(server.endpoint), len(server.model)) == (300, 120)
