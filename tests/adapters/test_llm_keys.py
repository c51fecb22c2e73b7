"""The keys of both models' servers are in no log, no error and nothing that hangs on one."""

import base64
import logging
from collections.abc import Iterator

import pytest
import structlog
from fastapi.responses import JSONResponse, Response

from digests.errors import SummaryError
from sandbox.llm import build_app
from sandbox.serving import serve
from tests.asking import KEY, make_question, talking_to

PASSWORD = "p@ss word!"
IN_ADDRESS = "p%40ss%20word%21"
BASIC = base64.b64encode(f"someone:{PASSWORD}".encode()).decode()
SECRETS = (KEY, PASSWORD, IN_ADDRESS, BASIC)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """All that is logged, by us and by the libraries below."""
    caplog.set_level(logging.DEBUG)
    heard: list[str] = []
    with structlog.testing.capture_logs() as ours:
        yield heard
    heard.extend(map(str, ours))
    heard.extend(record.getMessage() for record in caplog.records)
    assert not [line for line in heard for secret in SECRETS if secret in line]


def hangs_on(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    """The error, its causes and its contexts, hidden ones too."""
    if error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        yield from hangs_on(error.__cause__, seen)
        yield from hangs_on(error.__context__, seen)


def assert_tells_nothing(error: BaseException) -> None:
    for link in hangs_on(error, set()):
        told = f"{link!s} {link!r} {vars(link)}"
        assert not [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
@pytest.mark.parametrize("message", ["insufficient_quota, bad key {}", "Bearer {} for https://someone:{}@host/v1"])
async def test_a_server_that_repeats_a_key(server, said, status, message):
    faults = [{"status": status, "message": message.replace("{}", secret)} for secret in SECRETS] * 3
    address = f"{server}/v1".replace("://", f"://someone:{IN_ADDRESS}@")
    async with talking_to(server, *faults, base_url=address) as model:
        with pytest.raises(SummaryError) as caught:
            await model.complete(make_question())
    assert_tells_nothing(caught.value)


@pytest.mark.parametrize(
    "body", [f"<html>{KEY}</html>", f'{{"choices": "{KEY}"}}', f'{{"choices": [], "key": "{KEY}"}}']
)
async def test_a_key_in_what_is_no_answer(answering, said, body):
    with answering(lambda _: Response(body)) as url:
        async with talking_to(url) as model:
            with pytest.raises(SummaryError) as caught:
                await model.complete(make_question())
    assert_tells_nothing(caught.value)


async def test_a_key_in_what_is_no_json(answering, said):
    with answering(lambda _: Response(f"denied: {KEY}", status_code=401)) as url:
        async with talking_to(url) as model:
            with pytest.raises(SummaryError, match="401") as caught:
                await model.complete(make_question())
    assert_tells_nothing(caught.value)


async def test_a_server_that_is_not_there_and_one_that_is_slow(server, said):
    with serve(build_app({})) as gone:
        pass
    for url, faults in ((gone, []), (server, [{"delay_seconds": 5}] * 4)):
        address = f"{url}/v1".replace("://", f"://someone:{IN_ADDRESS}@")
        async with talking_to(server, *faults, base_url=address, timeout_seconds=0.1) as model:
            with pytest.raises(SummaryError, match="4 attempts") as caught:
                await model.complete(make_question())
        assert_tells_nothing(caught.value)


async def test_a_deadline_that_ends_a_call(server, said):
    async with talking_to(server, {"delay_seconds": 5}) as model:
        with pytest.raises(SummaryError) as caught:
            await model.complete(make_question(), within_seconds=0.1)
    assert_tells_nothing(caught.value)


@pytest.mark.parametrize(
    ("user_and_password", "sent"), [("", f"Bearer {KEY}"), (f"someone:{IN_ADDRESS}@", f"Basic {BASIC}")]
)
async def test_each_is_sent_as_any_http_client_would(answering, user_and_password, sent):
    seen = []

    def answer(request):
        seen.append(request.headers["authorization"])
        return JSONResponse({}, status_code=403)

    with answering(answer) as url:
        async with talking_to(url, base_url=f"{url}/v1".replace("://", f"://{user_and_password}")) as model:
            with pytest.raises(SummaryError):
                await model.complete(make_question())
    assert seen == [sent]
