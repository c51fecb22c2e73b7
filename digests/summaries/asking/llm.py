"""One question to one OpenAI-compatible server, until it is answered, refused or out of time.

The SDK's own retries lose papers (measured: 45 of 110 under 60 requests a minute), so they are off. Only `content` is
read, never a model's thoughts; the answer is not streamed, because a stream that ends early raises nothing.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import openai
import structlog
from pydantic import ValidationError

from digests.errors import SummaryClosed, SummaryOverBudget, SummaryRejected, SummaryUnavailable
from digests.summaries.asking.billing import Bill
from digests.summaries.asking.breaker import CLOSED_SECONDS, Admission, Breaker
from digests.summaries.asking.dialect import Dialect, build_dialect
from digests.summaries.asking.endpoint import Endpoint
from digests.summaries.asking.failure import Failure, Retryable
from digests.summaries.asking.memory import ServerMemory
from digests.summaries.asking.model import Answer, Purse, Question, Tokens
from digests.summaries.asking.pacing import RANDOM, Gate, Monotonic, Sleep
from digests.summaries.asking.reply import Reply, estimate_tokens

log = structlog.get_logger(__name__)

_MAX_ATTEMPTS: Final = 4
_GROWTH: Final = 1.25
_MAX_BACKOFF_SECONDS: Final = 30.0
_CONNECT_SECONDS: Final = 5.0
#: A shorter pause is the ordinary way at the limit.
_LOGGED_PAUSE_SECONDS: Final = 5.0
#: So many useless answers in a row, and the server is asked for a looser format: at first, and where the format has
#: worked before. There a few are a bad hour of the model's (measured: at 4% two in a row came in one of six runs, and
#: without the schema llmock left the fields out for all the other papers).
_DOUBTS: Final = 3
_DOUBTS_OF_PROVEN: Final = 10


class ChatModel:
    """One model behind one address. Belongs to one event loop; make it once, and close it.

    memory  what all processes know of the server
    purse   who pays; None: nobody counts
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        memory: ServerMemory,
        purse: Purse | None = None,
        concurrency: int = 8,
        timeout_seconds: float = 120.0,
        temperature: float = 0.2,
        backoff_seconds: float = 0.5,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        endpoint = Endpoint.parse(base_url, api_key, model)
        self.name, self._endpoint, self._purse = model, endpoint, purse
        self._backoff_seconds, self._sleep, self._monotonic = backoff_seconds, sleep, monotonic
        self._dialect = build_dialect(endpoint.base_url, temperature=temperature)
        self._doubts, self._proven = 0, ""
        self._memory = memory
        self._breaker = Breaker(endpoint.server, self._memory)
        self._gate = Gate(concurrency, sleep=sleep, monotonic=monotonic)
        # openai 3 speaks through httpx2, whose pool bears many calls in flight (httpx 0.28 slows down beyond ten).
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=api_key or "none",
            default_headers=endpoint.headers,
            max_retries=0,
            timeout=openai.Timeout(timeout_seconds, connect=_CONNECT_SECONDS),
        )

    async def close(self) -> None:
        await self._client.close()

    async def complete(self, question: Question, *, within_seconds: float = 300.0) -> Answer:
        """A whole answer. Waiting for the server's leave (429) uses up time, not attempts.

        Raises  SummaryUnavailable (4 attempts failed, or out of time), SummaryRejected (faults `refused`, `cut_off`,
                `bad_request`), SummaryClosed, SummaryOverBudget.
        """
        deadline = self._monotonic() + within_seconds
        bill = Bill(self._purse, is_frugal=question.is_frugal)
        try:
            async with asyncio.timeout(within_seconds):
                reply = await self._ask(question, deadline, bill)
                if reply.finish_reason == "length":
                    reply = await self._ask(_give_room(question), deadline, bill)
        except TimeoutError:
            raise SummaryUnavailable(f"no answer within {within_seconds:.0f} s") from None
        if reply.finish_reason == "length":
            raise SummaryRejected("the answer was cut off twice", faults=("cut_off",))
        return Answer(reply.text, reply.finish_reason, bill.tokens, bill.micros)

    async def _ask(self, question: Question, deadline: float, bill: Bill) -> Reply:
        asked, failures, failed_at, waited, is_again = question, 0, 0.0, 0.0, False
        while True:
            try:
                async with self._gate.slot(deadline, is_again=is_again):
                    is_again, waited = True, self._monotonic() - failed_at if failures else 0.0
                    reply = await self._attempt(asked, bill)
            except Retryable as trouble:
                failures, failed_at = failures + 1, self._monotonic()
                seconds = max(self._backoff(failures, waited), trouble.retry_after_seconds or 0.0)
                if failures >= _MAX_ATTEMPTS or failed_at + seconds > deadline:
                    raise trouble.give_up(failures) from None
                if trouble.is_half:
                    asked = _give_room(question)
                await self._sleep(seconds)
                continue
            if reply is not None:
                return reply

    async def _attempt(self, question: Question, bill: Bill) -> Reply | None:
        """None: ask again at once, the pause or the dialect has changed and no attempt is used up."""
        known = await self._memory.recall(self._endpoint.server)
        if known.pause_seconds > 0:
            self._gate.hold(known.pause_seconds)
            return None
        admission = await self._breaker.admit(known)
        dialect = replace(self._dialect, lessons=known.lessons)
        try:
            result = await self._post(question, dialect, bill)
        except SummaryOverBudget:
            # Nothing was sent: a cheaper question may try the server in its place.
            await self._breaker.pass_on(admission, known.closed_reason)
            raise
        if isinstance(result, Failure):
            await self._take_failure(result, dialect, admission)
            return None
        if result.is_broken_off:
            await self._breaker.fail(admission, result.finish_reason)
            raise Retryable(result.finish_reason)
        self._gate.succeed()
        await self._breaker.succeed(admission)
        return await self._judge(result, dialect)

    async def _post(self, question: Question, dialect: Dialect, bill: Bill) -> Reply | Failure:
        messages = _build_messages(question, dialect)
        prompt = sum(estimate_tokens(message["content"]) for message in messages)
        body = {"model": self.name, "messages": messages, **dialect.body(question)}
        async with bill.charge(Tokens(prompt, question.max_tokens)) as charge:
            # Who does not answer may still have read the question. The most it could have written is four times what
            # answers have, and would close the purse on a slow morning; the breaker ends it after five such calls.
            charge.tokens = Tokens(prompt)
            raw = await self._send(body)
            if isinstance(raw, Failure):
                if raw.status is not None or raw.is_before_send:
                    charge.tokens = None
                return raw
            try:
                reply = Reply.model_validate_json(raw)
            except ValidationError:
                charge.tokens = Tokens(prompt, estimate_tokens(raw))
                return Failure("HTTP 200 without an answer")
            charge.tokens = reply.count_tokens(prompt)
            return reply

    async def _send(self, body: Mapping[str, Any]) -> str | Failure:
        """The raw body. No exception of the SDK's leaves: its message, its request or its cause may have the key."""
        try:
            # The raw text: the SDK's own parsing raises a bare JSONDecodeError for a broken body, takes any JSON for
            # an answer, and gives a str for a wrong content type.
            return await self._client.post("/chat/completions", body=body, cast_to=str)
        except openai.APIStatusError as error:
            return Failure.from_status(error, self._endpoint.without_secrets)
        except openai.APIConnectionError as error:
            return Failure.from_connection(error)

    async def _take_failure(self, failure: Failure, dialect: Dialect, admission: Admission) -> None:
        """Returns where the question may be asked again at once."""
        if failure.is_passing:
            await self._breaker.fail(admission, failure.message)
            raise Retryable(failure.message, retry_after_seconds=failure.retry_after_seconds)
        lesson = dialect.learn(failure.said) if failure.is_instructive else None
        if lesson is None and not failure.is_busy and isinstance(failure.error, SummaryClosed):
            await self._breaker.close(failure.message)
            raise SummaryClosed(failure.message, retry_after_seconds=CLOSED_SECONDS)
        # It answers, whatever it says.
        await self._breaker.succeed(admission)
        if failure.is_busy:
            await self._pause(failure.retry_after_seconds)
        elif lesson is not None:
            await self._learn(lesson)
        else:
            raise failure.error

    async def _pause(self, seconds: float | None) -> None:
        seconds = self._gate.pause(seconds)
        await self._memory.pause(self._endpoint.server, seconds)
        if seconds >= _LOGGED_PAUSE_SECONDS:
            log.info("llm_paused", model=self.name, seconds=round(seconds))

    async def _learn(self, lesson: str) -> None:
        await self._memory.learn(self._endpoint.server, lesson)
        log.info("llm_lesson", model=self.name, lesson=lesson)

    async def _judge(self, reply: Reply, dialect: Dialect) -> Reply:
        if reply.is_declined:
            raise SummaryRejected("the model declined", faults=("refused",))
        await self._watch_format(reply, dialect)
        if reply.is_blank:
            raise Retryable("a blank answer")
        if reply.is_half:
            raise Retryable("half an answer that is said to be whole", is_half=True)
        return reply

    async def _watch_format(self, reply: Reply, dialect: Dialect) -> None:
        """A server may take a format that its model cannot follow, or know nothing of it.

        DeepSeek replaces what is not JSON by blanks; others answer nothing, half of it, or prose.
        """
        if dialect.is_plain_text or reply.finish_reason == "length":
            return
        is_useless = reply.is_blank or reply.is_half or not reply.has_json
        if not is_useless:
            self._doubts, self._proven = 0, dialect.rung
            return
        self._doubts += 1
        if self._doubts >= (_DOUBTS_OF_PROVEN if dialect.rung == self._proven else _DOUBTS):
            self._doubts = 0
            await self._learn(dialect.rung)

    def _backoff(self, failures: int, waited: float) -> float:
        """Longer than the last wait really was: the gate may have added to it."""
        seconds = self._backoff_seconds * 2 ** (failures - 1)
        return max(RANDOM.uniform(seconds / 2, seconds), min(_GROWTH * waited, _MAX_BACKOFF_SECONDS))


def _give_room(question: Question) -> Question:
    return replace(question, max_tokens=2 * question.max_tokens)


def _build_messages(question: Question, dialect: Dialect) -> list[dict[str, str]]:
    hint = f"\n\n{question.plain_text_hint}" if dialect.is_plain_text else ""
    return [{"role": "system", "content": question.system}, {"role": "user", "content": question.user + hint}]
