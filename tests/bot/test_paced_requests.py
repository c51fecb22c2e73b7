from datetime import timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, RetryAfter

from bot.pacing import PacedRequests
from digests.errors import Deferred
from tests.bot.fakes import FreePacing

# PTB warns when it makes its own RetryAfter: https://docs.python-telegram-bot.org/en/v22.2/telegram.error.html
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


class Server:
    """Answers with what it is given, one after the other."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.calls = 0

    async def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        self.calls += 1
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class BrokenPacing(FreePacing):
    """Cannot be asked at first."""

    async def reserve(self, chat: str, *, interactive: bool) -> float:
        await super().reserve(chat, interactive=interactive)
        if len(self.turns) == 1:
            raise Deferred("no Redis", retry_after_seconds=30)
        return 0


async def request(paced: PacedRequests, server: Server, endpoint: str = "sendMessage") -> Any:
    return await paced.process_request(server, (), {}, endpoint, {"chat_id": 42}, None)


async def never(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} s")


@pytest.mark.parametrize("endpoint", ["sendMessage", "editMessageText"])
async def test_a_message_takes_its_turn_as_interactive(endpoint: str):
    pacing = FreePacing()

    assert await request(PacedRequests(pacing, never), Server(True), endpoint) is True
    assert pacing.turns == [("42", True)]


@pytest.mark.parametrize("endpoint", ["sendChatAction", "answerCallbackQuery"])
async def test_what_is_no_message_takes_no_turn(endpoint: str):
    pacing = FreePacing()

    await request(PacedRequests(pacing, never), Server(True), endpoint)

    assert pacing.turns == []


async def test_a_pause_that_telegram_asks_for_holds_for_everybody_and_the_answer_is_sent_again():
    pacing = FreePacing()

    assert await request(PacedRequests(pacing, never), Server(RetryAfter(timedelta(seconds=7)), True)) is True
    assert pacing.pauses == [7.0]
    assert len(pacing.turns) == 2


async def test_after_three_tries_the_error_is_raised():
    pacing = FreePacing()
    server = Server(*[RetryAfter(1) for _ in range(4)])

    with pytest.raises(RetryAfter):
        await request(PacedRequests(pacing, never), server)
    assert server.calls == 3


async def test_an_answer_is_late_rather_than_lost_while_the_pacing_cannot_be_asked():
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    assert await request(PacedRequests(BrokenPacing(), wait), Server(True)) is True
    assert waits == [30]


async def test_other_errors_are_not_tried_again():
    server = Server(BadRequest("chat not found"))

    with pytest.raises(BadRequest):
        await request(PacedRequests(FreePacing(), never), server)
    assert server.calls == 1
