"""Whatever a server sends instead of an answer: an answer all the same, or an honest error."""

import asyncio
import json
from contextlib import suppress

import pytest
from fastapi.responses import JSONResponse, Response

from digests.errors import SummaryClosed, SummaryError, SummaryRejected, SummaryUnavailable
from digests.summaries.asking.answer import parse_answer
from digests.summaries.asking.failure import read_retry_after
from digests.summaries.draft import FullDraft
from tests.asking import (
    Clock,
    ask,
    build_reply,
    seen_by,
    talking_to,
)

WHOLE = '{"title": "标题", "tldr": "一句。", "abstract": "摘要。", "points": {"problem": "甲。", "method": "乙。", "result": "丙。", "meaning": "丁。"}}'
HALF = WHOLE[: len(WHOLE) // 2]


def list_formats(requests: list[dict]) -> list[str | None]:
    return [request.get("response_format", {}).get("type") for request in requests]


@pytest.mark.parametrize("text", ["", "   \n ", "<think>嗯,先想想。</think>", "<think>我还在想", "```json\n```"])
async def test_blanks_and_thoughts_alone_are_no_answer(server, text):
    async with talking_to(server, {"text": text}) as model:
        assert parse_answer((await ask(model)).text, FullDraft).tldr
    assert len(await seen_by(server)) == 2


async def test_thoughts_before_an_answer_are_left_out(server):
    async with talking_to(server, {"text": f"<think>先想想 {HALF}</think>\n{WHOLE}"}) as model:
        assert parse_answer((await ask(model)).text, FullDraft).title == "标题"
    assert len(await seen_by(server)) == 1


async def test_half_a_json_is_no_answer_whatever_the_server_says_of_it(server):
    half = {"text": HALF, "finish_reason": "stop"}
    async with talking_to(server, half, half) as model:
        assert parse_answer((await ask(model)).text, FullDraft).title
    assert [request["max_tokens"] for request in await seen_by(server)] == [2000, 4000, 4000]
    async with talking_to(server, *[half] * 4) as model:
        with pytest.raises(SummaryRejected) as caught:
            await ask(model)
    assert caught.value.faults == ("cut_off",)


@pytest.mark.parametrize(
    "text", [f"好的：{WHOLE} 以上。", WHOLE.replace("摘要", r"\alpha 摘要"), "【title】标题\n【tldr】一句"]
)
async def test_what_is_whole_is_left_to_the_reader_of_answers(server, text):
    async with talking_to(server, {"text": text}) as model:
        assert (await ask(model)).text == text
    assert len(await seen_by(server)) == 1


@pytest.mark.parametrize("text", [" ", HALF, "抱歉，我只会写散文。"])
async def test_a_model_that_cannot_follow_a_format_is_asked_for_a_looser_one(server, text):
    async with talking_to(server, *[{"text": text}] * 6) as model:
        for _ in range(7):
            with suppress(SummaryError):
                await ask(model)
    kinds = list_formats(await seen_by(server))
    assert kinds[:7] == ["json_schema"] * 3 + ["json_object"] * 3 + [None]
    assert set(kinds[7:]) <= {None}


async def test_a_format_that_has_worked_is_not_given_up_for_a_few_odd_answers(server):
    prose = {"text": "抱歉，我只会写散文。"}
    async with talking_to(server, {}, *[prose] * 9, {}, *[prose] * 10) as model:
        for _ in range(22):
            await ask(model)
    assert list_formats(await seen_by(server)) == ["json_schema"] * 21 + ["json_object"]


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/octet-stream", ""])
async def test_the_content_type_of_an_answer_is_not_asked_about(answering, content_type):
    def answer(_):
        return Response(json.dumps(build_reply(WHOLE)), media_type=content_type)

    with answering(answer) as url:
        async with talking_to(url) as model:
            assert (await ask(model)).text == WHOLE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"text"',
        b"<!doctype html><title>502</title>",
        b'{"error": {"message": "overloaded", "code": 429}}',
        b'{"choices": []}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b"\xff\xfe\x00",
        b"data: {}\n\ndata: [DONE]",
    ],
)
async def test_what_is_no_answer_at_all_is_tried_again(answering, body):
    waiting = [body]
    with answering(lambda _: Response(waiting.pop(), media_type="text/html") if waiting else None) as url:
        async with talking_to(url) as model:
            assert parse_answer((await ask(model)).text, FullDraft).title
        assert len(await seen_by(url)) == 1


@pytest.mark.parametrize("reason", ["content_filter", "sensitive"])
async def test_a_refusal_is_never_asked_again(answering, reason):
    with answering(lambda _: JSONResponse(build_reply(WHOLE, finish_reason=reason))) as url:
        async with talking_to(url) as model:
            with pytest.raises(SummaryRejected) as caught:
                await ask(model)
    assert caught.value.faults == ("refused",)


@pytest.mark.parametrize("reason", [None, "stop", "eos", "end_turn"])
async def test_an_end_of_any_other_name_is_an_end(answering, reason):
    with answering(lambda _: JSONResponse(build_reply(WHOLE, finish_reason=reason))) as url:
        async with talking_to(url) as model:
            assert (await ask(model)).text == WHOLE


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "The model `sandbox` does not exist or you do not have access to it."),
        (404, 'model "sandbox" not found, try pulling it first'),
        (404, "Unknown model: sandbox"),
        (400, "Model Not Exist"),
        (400, "sandbox is not a valid model ID"),
        (402, "Insufficient Balance"),
    ],
)
async def test_a_wrong_model_or_an_empty_account_closes_at_once(server, status, message):
    async with talking_to(server, {"status": status, "message": message}) as model:
        with pytest.raises(SummaryClosed, match=message.split("`")[0]) as caught:
            await ask(model)
        assert caught.value.retry_after_seconds == 60
        with pytest.raises(SummaryClosed):
            await ask(model)
    assert len(await seen_by(server)) == 1


async def test_unknown_extras_are_dropped_one_after_another(server):
    refusals = [
        {"status": 400, "message": "Unrecognized request argument supplied"},
        {"status": 422, "message": "body.temperature: Extra inputs are not permitted"},
    ]
    async with talking_to(server, *refusals) as model:
        await ask(model)
        await ask(model)
    extras = [sorted(set(request) & {"temperature", "chat_template_kwargs"}) for request in await seen_by(server)]
    assert extras == [["chat_template_kwargs", "temperature"], ["temperature"], [], []]


async def test_a_refusal_that_names_nothing_of_ours_ends(server):
    refusal = {"status": 400, "message": "unknown trouble"}
    async with talking_to(server, *[refusal] * 9) as model:
        with pytest.raises(SummaryRejected) as caught:
            await ask(model)
    assert caught.value.faults == ("bad_request",)
    assert len(await seen_by(server)) == 3


async def test_a_server_that_is_busy_for_longer_than_anybody_waits_is_unavailable(server):
    clock = Clock()
    async with talking_to(server, *[{"status": 429}] * 99, clock=clock) as model:
        with pytest.raises(SummaryUnavailable):
            await ask(model, within_seconds=300)
    # 1, 2, 4 … seconds, at most a minute: not a hundred questions.
    assert len(await seen_by(server)) < 12
    assert clock.now <= 300


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "2", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "2", "retry-after-ms": "x"}, 2),
        ({"retry-after": "Sun, 22 Nov 2026 16:00:30 GMT", "date": "Sun, 22 Nov 2026 16:00:00 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 15:00:00 GMT", "date": "Sun, 22 Nov 2026 16:00:00 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 16:00:30 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 16:00:30 -0000", "date": "Sun, 22 Nov 2026 16:00:00 GMT"}, None),
    ],
)
def test_retry_after_comes_in_seconds_in_milliseconds_and_as_a_date(headers, seconds):
    assert read_retry_after(headers) == seconds


@pytest.mark.parametrize(
    "fault", [{"status": 502}, {"body": "<html>"}, {"finish_reason": "insufficient_system_resource"}]
)
async def test_a_server_that_fails_is_left_alone_for_a_minute_and_then_tried_by_one(server, fault):
    clock = Clock()
    async with talking_to(server, *[fault] * 5, clock=clock) as model:
        with pytest.raises(SummaryUnavailable):
            await ask(model)
        for _ in range(3):
            with pytest.raises(SummaryClosed) as caught:
                await ask(model)
        assert 0 < caught.value.retry_after_seconds <= 60
        assert len(await seen_by(server)) == 5
        clock.now += 60
        ends = await asyncio.gather(*(ask(model) for _ in range(3)), return_exceptions=True)
        assert sorted(type(end).__name__ for end in ends) == ["Answer", "SummaryClosed", "SummaryClosed"]
        assert len(await seen_by(server)) == 6
        await ask(model)
