"""The client against real local servers: our stand-in, and llmock, which nobody here wrote."""

import asyncio
import json
import traceback
from contextlib import asynccontextmanager

import pytest
from llmock.scenarios import Reply

from digests.errors import SummaryClosed, SummaryRejected, SummaryUnavailable
from digests.summaries.asking.answer import parse_answer
from digests.summaries.asking.dialect import build_dialect
from digests.summaries.asking.llm import ChatModel
from digests.summaries.asking.prompt import load_prompt
from digests.summaries.draft import FullDraft, Kind
from digests.summaries.summarize import Summarizer
from digests.summaries.summary import SummaryState
from sandbox.llm import MARK, build_app
from sandbox.serving import serve
from tests.asking import CHINESE, KEY, PAPER, Clock, ask, make_question, refuse, seen_by, talking_to
from tests.builders import make_paper
from tests.process_memory import ProcessMemory


async def test_an_answer_comes_with_its_reason_and_its_tokens(server):
    async with talking_to(server) as model:
        answer = await ask(model)
    assert parse_answer(answer.text, FullDraft).title == "SlowLeaf：剪除 ⟦1⟧-rollout"
    assert answer.finish_reason == "stop"
    assert answer.tokens.prompt > 0
    assert answer.tokens.completion > 0
    (request,) = await seen_by(server)
    assert request["response_format"]["type"] == "json_schema"
    assert request["response_format"]["json_schema"]["schema"]["additionalProperties"] is False


async def test_the_known_paper_passes_every_check(server):
    async with talking_to(server) as model:
        summary = (await Summarizer(model).ask(PAPER)).summary
    assert (summary.state, summary.faults) == (SummaryState.DONE, ())
    assert summary.abstract == CHINESE["abstract"].replace("\n", "")
    assert summary.points[1].text == r"$\tau_{0}$ 剪枝。"


async def test_an_unknown_paper_is_doubtful_and_says_that_no_model_is_connected(server):
    paper = make_paper(
        title=r"Unknown & <b> $\alpha$", abstract=r"We prove $x^2$ twice, $x^2$, at https://a.example/b, in 45 pages."
    )
    async with talking_to(server) as model:
        summary = (await Summarizer(model).ask(paper)).summary
    assert summary.state is SummaryState.DOUBTFUL
    assert "meta" in summary.faults
    # The repairs widen a colon between Chinese.
    assert all(MARK.replace(":", "：") in text for text in (summary.title, summary.tldr, summary.abstract))
    assert summary.abstract.count("$x^2$") == 2
    assert summary.title.endswith(paper.title)


async def test_the_wait_after_429_is_as_long_as_asked_and_uses_up_no_attempt(server):
    clock = Clock()
    busy = {"status": 429, "retry_after": 7}
    async with talking_to(server, *[busy] * 6, clock=clock) as model:
        await ask(model)
    assert len(clock.waits) == 6
    assert all(7 < seconds < 7.2 for seconds in clock.waits)


async def test_one_429_holds_everybody(server):
    clock = Clock()
    async with talking_to(server, {"status": 429, "retry_after": 5}, clock=clock, concurrency=1) as model:
        await asyncio.gather(*(ask(model) for _ in range(3)))
    assert len(clock.waits) == 1
    assert len(await seen_by(server)) == 4


async def test_an_outage_that_names_its_end_is_waited_for_that_long(server):
    clock = Clock()
    async with talking_to(server, {"status": 503, "retry_after": 9}, clock=clock) as model:
        await ask(model)
        assert clock.waits == [9]
    async with talking_to(server, {"status": 503, "retry_after": 900}) as model:
        with pytest.raises(SummaryUnavailable) as caught:
            await ask(model, within_seconds=300)
    assert caught.value.retry_after_seconds == 900


async def test_without_retry_after_the_pause_grows(server):
    clock = Clock()
    async with talking_to(server, *[{"status": 429}] * 4, clock=clock) as model:
        await ask(model)
    assert [round(seconds) for seconds in clock.waits] == [1, 2, 4, 8]


async def test_a_pause_beyond_the_deadline_is_not_waited_for(server):
    clock = Clock()
    async with talking_to(server, {"status": 429, "retry_after": 3600}, clock=clock) as model:
        with pytest.raises(SummaryUnavailable) as caught:
            await ask(model, within_seconds=300)
    assert caught.value.retry_after_seconds == 3600
    assert clock.waits == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503},
        {"status": 408},
        {"body": '{"choices": [{"mess'},
        {"body": "[]"},
        {"body": '{"choices": []}'},
        {"body": "<html>gateway</html>"},
        {"text": "   \n "},
        {"finish_reason": "insufficient_system_resource"},
    ],
)
async def test_what_may_pass_is_tried_four_times_with_growing_waits(server, fault):
    clock = Clock()
    async with talking_to(server, *[fault] * 3, clock=clock) as model:
        assert parse_answer((await ask(model)).text, FullDraft).tldr
    assert [low <= seconds <= 2 * low for seconds, low in zip(clock.waits, (0.25, 0.5, 1.0), strict=True)] == [True] * 3
    async with talking_to(server, *[fault] * 4) as model:
        with pytest.raises(SummaryUnavailable):
            await ask(model)


async def test_a_server_that_is_not_there_is_unavailable():
    async with talking_to_nobody() as model:
        with pytest.raises(SummaryUnavailable, match="4 attempts"):
            await model.complete(make_question())


@asynccontextmanager
async def talking_to_nobody():
    with serve(build_app({})) as url:
        gone = url
    clock = Clock()
    model = ChatModel(
        base_url=f"{gone}/v1", api_key=KEY, model="m", memory=ProcessMemory(clock), sleep=clock.sleep, monotonic=clock
    )
    yield model
    await model.close()


async def test_a_server_that_holds_the_line_ends_with_the_deadline(server):
    async with talking_to(server, {"delay_seconds": 5}) as model:
        with pytest.raises(SummaryUnavailable, match="no answer"):
            await ask(model, within_seconds=0.05)


@pytest.mark.parametrize("status", [401, 402, 403, 404])
async def test_what_no_paper_can_pass_closes_the_run(server, status):
    async with talking_to(server, {"status": status}) as model:
        with pytest.raises(SummaryClosed):
            await ask(model)
    assert len(await seen_by(server)) == 1


async def test_an_empty_account_is_no_reason_to_wait(server):
    async with talking_to(server, {"status": 429, "message": "insufficient_quota: check your plan"}) as model:
        with pytest.raises(SummaryClosed):
            await ask(model)


@pytest.mark.parametrize(
    ("fault", "faults"),
    [
        ({"status": 400, "message": "maximum context length exceeded"}, ("bad_request",)),
        ({"status": 422, "message": "messages: field required"}, ("bad_request",)),
        ({"status": 400, "message": "data_inspection_failed"}, ("refused",)),
        ({"status": 400, "message": "Content Exists Risk"}, ("refused",)),
        ({"finish_reason": "content_filter"}, ("refused",)),
        ({"body": '{"choices": [{"message": {"refusal": "I cannot."}}]}'}, ("refused",)),
    ],
)
async def test_what_this_paper_cannot_pass_is_rejected_at_once(server, fault, faults):
    async with talking_to(server, fault) as model:
        with pytest.raises(SummaryRejected) as caught:
            await ask(model)
    assert caught.value.faults == faults
    assert len(await seen_by(server)) == 1


# As these servers send them: what it is about stands beside a message that does not say it.
NO_BALANCE_AT_OPENAI = {
    "message": "You exceeded your current quota, please check your plan and billing details.",
    "type": "insufficient_quota",
    "param": None,
    "code": "insufficient_quota",
}
REFUSED_BY_AZURE = {
    "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    "type": None,
    "param": "prompt",
    "code": "content_filter",
    "status": 400,
}
REFUSED_BY_ALIBABA = {
    "message": "Input data may contain inappropriate content.",
    "type": "data_inspection_failed",
    "param": None,
    "code": "data_inspection_failed",
}
NO_FORMAT = {"message": "Invalid parameter.", "type": "invalid_request_error", "param": "response_format", "code": None}
NO_TEMPERATURE = {"message": "Bad value.", "type": "invalid_request_error", "param": "temperature", "code": "wrong"}


@pytest.mark.parametrize("wrap", [lambda error: error, lambda error: error | {"message": ""}])
async def test_an_empty_account_is_known_by_its_code(answering, wrap):
    with answering(refuse(429, wrap(NO_BALANCE_AT_OPENAI))) as url:
        async with talking_to(url) as model:
            with pytest.raises(SummaryClosed):
                await ask(model)


@pytest.mark.parametrize("error", [REFUSED_BY_AZURE, REFUSED_BY_ALIBABA])
async def test_a_refusal_is_known_by_its_code(answering, error):
    with answering(refuse(400, error)) as url:
        async with talking_to(url) as model:
            with pytest.raises(SummaryRejected) as caught:
                await ask(model)
    assert caught.value.faults == ("refused",)


@pytest.mark.parametrize(
    ("error", "left_out"),
    [(NO_FORMAT, ("response_format", {"type": "json_object"})), (NO_TEMPERATURE, ("temperature", None))],
)
async def test_a_limit_is_learnt_from_the_parameter_that_is_named(answering, error, left_out):
    name, value = left_out
    with answering(refuse(400, error)) as url:
        async with talking_to(url) as model:
            await ask(model)
        assert [request.get(name) for request in await seen_by(url)] == [value]


async def test_a_cut_answer_is_asked_for_once_more_with_twice_the_room(server):
    async with talking_to(server, {"finish_reason": "length"}) as model:
        assert parse_answer((await ask(model)).text, FullDraft).title
    assert [request["max_tokens"] for request in await seen_by(server)] == [2000, 4000]


async def test_an_answer_cut_twice_is_rejected(server):
    async with talking_to(server, *[{"finish_reason": "length"}] * 2) as model:
        with pytest.raises(SummaryRejected) as caught:
            await ask(model)
    assert caught.value.faults == ("cut_off",)


async def test_only_the_content_is_read_and_missing_usage_is_estimated(server):
    message = {"role": "assistant", "content": "答", "reasoning_content": "嗯,我想想。"}
    body = json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    async with talking_to(server, {"body": body}) as model:
        answer = await ask(model)
    assert answer.text == "答"
    assert answer.tokens.prompt > 0


async def test_the_server_s_limits_are_learnt_and_remembered(server):
    refusals = [
        {"status": 400, "message": "response_format.type json_schema is not supported"},
        {"status": 422, "message": "response_format: extra fields not permitted"},
        {"status": 400, "message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."},
        {"status": 400, "message": "Unknown field 'chat_template_kwargs'"},
        {"status": 400, "message": "Unsupported value: 'temperature' must be 1"},
    ]
    clock = Clock()
    async with talking_to(server, *refusals, clock=clock) as model:
        await ask(model)
        await ask(model)
    requests = await seen_by(server)
    assert [r.get("response_format", {}).get("type") for r in requests[:3]] == ["json_schema", "json_object", None]
    assert sorted(requests[-1]) == ["max_completion_tokens", "messages", "model"]
    assert "【tldr】" in requests[-1]["messages"][1]["content"]
    assert len(requests) == len(refusals) + 2
    assert clock.waits == []


async def test_calls_in_flight_learn_a_lesson_once(server):
    refusal = {"status": 400, "message": "response_format.type json_schema is not supported", "delay_seconds": 0.05}
    async with talking_to(server, *[refusal] * 3) as model:
        await asyncio.gather(*(ask(model) for _ in range(3)))
        await ask(model)
    assert (await seen_by(server))[-1]["response_format"] == {"type": "json_object"}


@pytest.mark.parametrize(
    ("url", "extra"),
    [
        ("https://api.openai.com/v1", {"reasoning_effort": "none"}),
        ("https://api.deepseek.com", {"thinking": {"type": "disabled"}}),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", {"enable_thinking": False}),
        ("http://127.0.0.1:8000/v1", {"chat_template_kwargs": {"enable_thinking": False}}),
        ("https://notopenai.com.example/v1", {"chat_template_kwargs": {"enable_thinking": False}}),
    ],
)
def test_thinking_is_switched_off_in_the_words_of_each_server(url, extra):
    body = build_dialect(url, temperature=0.2).body(make_question())
    assert body | extra == body


@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_the_key_is_in_no_error(server, status):
    faults = [{"status": status, "message": f"insufficient_quota, bad key {KEY}"}] * 4
    async with talking_to(server, *faults) as model:
        with pytest.raises((SummaryClosed, SummaryRejected, SummaryUnavailable)) as caught:
            await ask(model)
    assert KEY not in "".join(traceback.format_exception(caught.value))


async def test_nothing_is_lost_on_a_bad_day_and_an_independent_judge_is_content(llmock):
    llmock.fail(429, times=3, retry_after=0.3).fail(500, times=3).fail(503, times=2)
    # One: two may meet the same paper, whose answer is then cut off for good.
    llmock.add(Reply(text='{"title": "cut', finish_reason="length", times=1))
    llmock.limits(rpm=600)
    model = ChatModel(
        base_url=llmock.base_url("openai"),
        api_key=KEY,
        model="gpt-4o-mini",
        memory=ProcessMemory(),
        concurrency=6,
        backoff_seconds=0.1,
    )
    answers = await asyncio.gather(
        *(model.complete(make_question(user=f"paper {n}", schema=FullDraft.model_json_schema())) for n in range(20))
    )
    await model.close()
    assert [parse_answer(answer.text, FullDraft).title for answer in answers] == ["mock-title"] * 20
    verdict = llmock.verdict()
    assert len(verdict.calls) == 21
    assert verdict.faults == 8
    assert verdict.findings == (), verdict.render()


async def test_half_answers_and_blanks_lose_no_paper_either(llmock):
    model = ChatModel(
        base_url=llmock.base_url("openai"),
        api_key=KEY,
        model="gpt-4o-mini",
        memory=ProcessMemory(),
        concurrency=4,
        backoff_seconds=0.05,
    )
    schema = FullDraft.model_json_schema()
    questions = [make_question(user=f"paper {n}", schema=schema) for n in range(20)]
    first = await model.complete(questions[0])
    llmock.fail(500, times=2).fail(429, times=2, retry_after=0.1)
    for text in ('{"title": "hal', "  ", '{"title": "x", "tldr": '):
        llmock.add(Reply(text=text, finish_reason="stop", times=1))
    answers = [first, *await asyncio.gather(*map(model.complete, questions[1:]))]
    await model.close()
    assert [parse_answer(answer.text, FullDraft).title for answer in answers] == ["mock-title"] * 20
    verdict = llmock.verdict()
    assert verdict.attempts == 20 + 4 + 3
    assert verdict.findings == (), verdict.render()


def test_the_prompt_asks_for_json_by_name():
    # Without the word, Alibaba's JSON mode answers 400 and DeepSeek's may not end.
    assert "json" in load_prompt(Kind.FULL).system
