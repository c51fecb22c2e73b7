"""Each call is paid for once, and nothing stays put aside."""

import asyncio
from collections.abc import Iterator

import pytest
from fastapi.responses import JSONResponse, Response

from digests.errors import SummaryClosed, SummaryOverBudget, SummaryRejected, SummaryUnavailable
from digests.summaries.asking.llm import ChatModel
from digests.summaries.asking.memory import Server
from digests.summaries.asking.model import Tokens
from digests.summaries.asking.reply import estimate_tokens
from sandbox.llm import build_app
from sandbox.serving import serve
from tests.asking import (
    KEY,
    Clock,
    FakePurse,
    ask,
    build_reply,
    make_question,
    price,
    seen_by,
    talking_to,
)
from tests.process_memory import ProcessMemory


@pytest.fixture
def purse() -> Iterator[FakePurse]:
    purse = FakePurse()
    yield purse
    assert purse.put_aside == 0


def answer_with(usage: object, text: str = "{}"):
    return lambda _: JSONResponse(build_reply(text, usage=usage))


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 900, "completion_tokens": 500}, Tokens(900, 500)),
        (
            {"prompt_tokens": 900, "completion_tokens": 500, "prompt_tokens_details": {"cached_tokens": 640}},
            Tokens(900, 500, 640),
        ),
        ({"prompt_tokens": 900, "completion_tokens": 500, "prompt_cache_hit_tokens": 832}, Tokens(900, 500, 832)),
        ({"prompt_tokens": 900, "completion_tokens": 500, "prompt_tokens_details": None}, Tokens(900, 500)),
        ({"prompt_tokens": 900, "completion_tokens": 500, "prompt_cache_hit_tokens": 9999}, Tokens(900, 500, 900)),
        # An estimate where the server counts none, or badly; never 0.
        (None, Tokens(3, 1)),
        ({}, Tokens(3, 1)),
        ("many", Tokens(3, 1)),
        ({"prompt_tokens": "900?", "completion_tokens": -1}, Tokens(3, 1)),
        ({"prompt_tokens": 0, "completion_tokens": 0, "prompt_tokens_details": "none"}, Tokens(3, 1)),
    ],
)
async def test_a_server_counts_its_tokens_in_its_own_way(answering, purse, usage, tokens):
    with answering(answer_with(usage)) as url:
        async with talking_to(url, purse=purse) as model:
            answer = await model.complete(make_question())
    assert answer.tokens == tokens
    assert purse.settled == [tokens]
    assert answer.micros == price(tokens)


def test_chinese_takes_more_tokens_than_english():
    assert estimate_tokens("a" * 510) == 101
    assert estimate_tokens("文" * 190) == 101


async def test_the_dearest_end_is_put_aside_before_each_call(server, purse):
    async with talking_to(server, {"status": 500}, purse=purse) as model:
        await model.complete(make_question(max_tokens=700, is_frugal=True))
    assert purse.released == [Tokens(3, 700)]
    assert purse.is_frugal == [True, True]


@pytest.mark.parametrize(
    "first",
    [{"text": "  "}, {"finish_reason": "length"}, {"text": '{"title": "ha'}, {"finish_reason": "error"}],
)
async def test_answers_that_came_to_nothing_are_counted(server, purse, first):
    async with talking_to(server, first, purse=purse) as model:
        answer = await ask(model)
    assert len(purse.settled) == 2
    assert answer.tokens == purse.settled[0] + purse.settled[1]
    assert answer.micros == sum(price(tokens) for tokens in purse.settled)
    assert not purse.released


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 401}, SummaryClosed),
        ({"status": 400, "message": "context length exceeded"}, SummaryRejected),
        ({"status": 429, "retry_after": 9999}, SummaryUnavailable),
    ],
)
async def test_a_refused_call_costs_nothing(server, purse, fault, error):
    async with talking_to(server, fault, purse=purse) as model:
        with pytest.raises(error):
            await ask(model)
    assert (len(purse.released), purse.settled) == (1, [])


async def test_a_refused_text_is_paid_for(server, purse):
    async with talking_to(server, {"finish_reason": "content_filter"}, purse=purse) as model:
        with pytest.raises(SummaryRejected):
            await ask(model)
    assert len(purse.settled) == 1


async def test_a_server_that_is_not_there_costs_nothing(purse):
    with serve(build_app({})) as gone:
        pass
    clock = Clock()
    model = ChatModel(
        base_url=gone,
        api_key=KEY,
        model="m",
        memory=ProcessMemory(clock),
        purse=purse,
        sleep=clock.sleep,
        monotonic=clock,
    )
    with pytest.raises(SummaryUnavailable):
        await model.complete(make_question())
    await model.close()
    assert (len(purse.released), purse.settled) == (4, [])


async def test_a_server_that_holds_the_line_has_read_the_question(server, purse):
    async with talking_to(server, {"delay_seconds": 5}, purse=purse) as model:
        with pytest.raises(SummaryUnavailable, match="no answer"):
            await model.complete(make_question(), within_seconds=0.2)
    assert (purse.settled, purse.released) == ([Tokens(3)], [])


async def test_a_timeout_of_one_call_is_paid_for_and_tried_again(server, purse):
    async with talking_to(server, {"delay_seconds": 5}, purse=purse, timeout_seconds=0.2) as model:
        await model.complete(make_question())
    assert purse.settled[0] == Tokens(3)
    assert len(purse.settled) == 2


async def test_half_a_body_is_paid_for(answering, purse):
    waiting = ['{"choices": [{"mess']
    with answering(lambda _: Response(waiting.pop()) if waiting else None) as url:
        async with talking_to(url, purse=purse) as model:
            await model.complete(make_question())
    assert purse.settled[0] == Tokens(3, 4)


async def test_who_gives_up_leaves_nothing_put_aside(server, purse):
    async with talking_to(server, *[{"delay_seconds": 5}] * 3, purse=purse) as model:
        asked = [asyncio.ensure_future(model.complete(make_question())) for _ in range(3)]
        for _ in asked:
            await purse.asked.acquire()
        for task in asked:
            task.cancel()
        ends = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 3


async def test_what_is_put_aside_while_one_gives_up_is_given_back(server):
    reserving, go_on = asyncio.Event(), asyncio.Event()

    class SlowPurse(FakePurse):
        async def reserve(self, estimate, *, is_frugal=False):
            reserving.set()
            await go_on.wait()
            return await super().reserve(estimate, is_frugal=is_frugal)

    purse = SlowPurse()
    async with talking_to(server, purse=purse) as model:
        asked = asyncio.ensure_future(model.complete(make_question()))
        await reserving.wait()
        asked.cancel()
        await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await asked
    assert (purse.put_aside, len(purse.released), purse.settled) == (0, 1, [])
    assert await seen_by(server) == []


async def test_an_empty_purse_asks_nobody(server):
    purse = FakePurse(left=100)
    async with talking_to(server, purse=purse) as model:
        with pytest.raises(SummaryOverBudget) as caught:
            await ask(model)
    assert caught.value.retry_after_seconds == 9
    assert await seen_by(server) == []


async def test_the_purse_may_end_between_two_tries(server):
    purse = FakePurse(left=price(Tokens(3, 2000)) + 3)
    async with talking_to(server, {"text": " "}, purse=purse) as model:
        with pytest.raises(SummaryOverBudget):
            await model.complete(make_question())
    assert (purse.put_aside, len(purse.settled)) == (0, 1)


async def test_a_call_that_nobody_can_pay_leaves_the_trial_of_a_closed_server_to_the_next(server):
    clock, purse = Clock(), FakePurse(left=700)
    memory = ProcessMemory(clock)
    async with talking_to(server, clock=clock, purse=purse, memory=memory) as model:
        await memory.close(Server(f"{server}/v1", "sandbox"), 60, "HTTP 500")
        clock.now = 61
        with pytest.raises(SummaryOverBudget):
            await model.complete(make_question(max_tokens=2000))
        answer = await model.complete(make_question(max_tokens=100, is_frugal=True))
        assert answer.text
        await model.complete(make_question(max_tokens=100, is_frugal=True))
