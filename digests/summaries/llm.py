"""One question to one OpenAI-compatible server, until it is answered, refused or out of time.

The SDK's own retries lose papers (measured: 45 of 110 under 60 requests a minute), so they are off. Only `content` is
read, never a model's thoughts; the answer is not streamed, because a stream that ends early raises nothing.
"""

import asyncio
import math
import time
from typing import Any, Final

import openai
import structlog
from pydantic import BaseModel, Field, ValidationError

from digests.errors import SummaryClosed, SummaryError, SummaryRejected, SummaryUnavailable
from digests.summaries.dialect import Dialect
from digests.summaries.model import Answer
from digests.summaries.pacing import RANDOM, Gate, Monotonic, Sleep

log = structlog.get_logger()

#: Credentials, balance, permission, address or model name: the next paper would fail the same way.
_CLOSED: Final = frozenset({401, 402, 403, 404})
_RETRIED: Final = frozenset({408, 409})
_LEARNT_FROM: Final = frozenset({400, 404, 422})
# Alibaba, DeepSeek, Azure and OpenAI refuse a text by a 400 with one of these.
_REFUSALS: Final = ("data_inspection_failed", "content exists risk", "content_filter", "content_policy_violation")
_NO_BALANCE: Final = ("insufficient_quota", "insufficient balance", "arrearage")
# DeepSeek under load ends an answer with the first one, OpenRouter with the second.
_BROKEN_OFF: Final = frozenset({"insufficient_system_resource", "error"})
_MAX_ATTEMPTS: Final = 4
_CONNECT_SECONDS: Final = 5.0
_CHARS_PER_TOKEN: Final = 3


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Reply(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class _Retryable(Exception):
    """The attempt came to nothing; the next one may not. Never leaves the module."""

    def __init__(self, message: str, *, retry_after_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ChatModel:
    """One model behind one address. Belongs to one event loop; make it once, and close it.

    schema           JSON schema of the answer, for servers that enforce one
    plain_text_hint  added to the question on servers that know no JSON mode at all
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        schema: dict[str, Any],
        plain_text_hint: str = "",
        concurrency: int = 8,
        timeout_seconds: float = 120.0,
        max_tokens: int = 2000,
        temperature: float = 0.2,
        backoff_seconds: float = 0.5,
        sleep: Sleep = asyncio.sleep,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self.name = model
        self._key, self._plain_text_hint, self._max_tokens = api_key, plain_text_hint, max_tokens
        self._backoff_seconds, self._sleep, self._monotonic = backoff_seconds, sleep, monotonic
        self._dialect = Dialect(base_url, schema=schema, temperature=temperature)
        self._gate = Gate(concurrency, sleep=sleep, monotonic=monotonic)
        # openai 3 speaks through httpx2, whose pool bears many calls in flight (httpx 0.28 slows down beyond ten).
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            max_retries=0,
            timeout=openai.Timeout(timeout_seconds, connect=_CONNECT_SECONDS),
        )

    async def close(self) -> None:
        await self._client.close()

    async def complete(self, system: str, user: str, *, within_seconds: float = 300.0) -> Answer:
        """A whole answer. Waiting for the server's leave (429) uses up time, not attempts.

        Raises  SummaryUnavailable (4 attempts failed, or out of time), SummaryRejected (faults `refused`, `cut_off`,
                `bad_request`), SummaryClosed.
        """
        deadline = self._monotonic() + within_seconds
        try:
            async with asyncio.timeout(within_seconds):
                answer = await self._ask(system, user, deadline, self._max_tokens)
                if answer.finish_reason == "length":
                    answer = await self._ask(system, user, deadline, 2 * self._max_tokens)
        except TimeoutError:
            raise SummaryUnavailable(f"no answer within {within_seconds:.0f} s") from None
        if answer.finish_reason == "length":
            raise SummaryRejected("the answer was cut off twice", faults=("cut_off",))
        return answer

    async def _ask(self, system: str, user: str, deadline: float, max_tokens: int) -> Answer:
        failures = 0
        while True:
            try:
                async with self._gate.slot(deadline):
                    answer = await self._attempt(system, user, max_tokens)
            except _Retryable as trouble:
                failures += 1
                seconds = max(self._backoff(failures), trouble.retry_after_seconds)
                if failures >= _MAX_ATTEMPTS or self._monotonic() + seconds > deadline:
                    message = f"{failures} attempts failed: {trouble}"
                    raise SummaryUnavailable(message, retry_after_seconds=trouble.retry_after_seconds) from None
                await self._sleep(seconds)
                continue
            if answer is not None:
                return answer

    async def _attempt(self, system: str, user: str, max_tokens: int) -> Answer | None:
        """None: ask again at once, the pause or the dialect has changed and no attempt is used up."""
        asked = self._dialect.body(max_tokens)
        try:
            reply = await self._post(system, user, asked)
        except openai.APIStatusError as error:
            # A call that was in flight while another one learnt the same lesson does not learn it twice.
            self._handle_status(error, is_outdated=asked != self._dialect.body(max_tokens))
            return None
        except (openai.APIConnectionError, ValidationError) as error:
            raise _Retryable(type(error).__name__) from None
        self._gate.succeed()
        return self._judge(reply, f"{system}{user}")

    async def _post(self, system: str, user: str, asked: dict[str, Any]) -> _Reply:
        hint = f"\n\n{self._plain_text_hint}" if self._dialect.is_plain_text else ""
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user + hint}]
        body = {"model": self.name, "messages": messages, **asked}
        # The raw text: the SDK's own parsing raises a bare JSONDecodeError for a broken body, takes any JSON for an
        # answer, and gives a str for a wrong content type.
        raw = await self._client.post("/chat/completions", body=body, cast_to=str)
        return _Reply.model_validate_json(raw)

    def _handle_status(self, error: openai.APIStatusError, *, is_outdated: bool) -> None:
        # The message is prose; what it is about stands in the fields beside it, in each server's own one.
        said = f"{error.message} {error.code} {error.type} {error.param}".lower()
        status = error.status_code
        if status == 429 and not any(word in said for word in _NO_BALANCE):
            self._gate.pause(_retry_after_seconds(error))
            log.info("llm_paused", model=self.name)
            return
        if status in _LEARNT_FROM and (is_outdated or self._dialect.learn(said)):
            log.info("llm_dialect_changed", model=self.name, status=status)
            return
        # No chain: the SDK's message may repeat the key.
        raise self._translate(status, said, error) from None

    def _translate(self, status: int, said: str, error: openai.APIStatusError) -> SummaryError | _Retryable:
        if status >= 500 or status in _RETRIED:
            return _Retryable(f"HTTP {status}", retry_after_seconds=_retry_after_seconds(error) or 0.0)
        message = f"HTTP {status}: {self._without_key(str(error.message))}"
        if any(word in said for word in _REFUSALS):
            return SummaryRejected(message, faults=("refused",))
        if status in _CLOSED or status == 429:
            return SummaryClosed(message)
        return SummaryRejected(message, faults=("bad_request",))

    def _judge(self, reply: _Reply, question: str) -> Answer:
        choice, usage = reply.choices[0], reply.usage or _Usage()
        text, reason = choice.message.content or "", choice.finish_reason or "stop"
        if reason == "content_filter" or choice.message.refusal:
            raise SummaryRejected("the model declined", faults=("refused",))
        if reason in _BROKEN_OFF:
            raise _Retryable(reason)
        if reason != "length" and not text.strip():
            # DeepSeek replaces what is not JSON by blanks; others answer nothing to a schema they cannot follow.
            self._dialect.doubt_schema()
            raise _Retryable("a blank answer")
        prompt_tokens = usage.prompt_tokens or len(question) // _CHARS_PER_TOKEN
        return Answer(text, reason, prompt_tokens, usage.completion_tokens or len(text) // _CHARS_PER_TOKEN)

    def _backoff(self, failures: int) -> float:
        seconds = self._backoff_seconds * 2 ** (failures - 1)
        return RANDOM.uniform(seconds / 2, seconds)

    def _without_key(self, text: str) -> str:
        # Servers repeat the key they refuse.
        return (text.replace(self._key, "…") if self._key else text)[:200]


def _retry_after_seconds(error: openai.APIStatusError) -> float | None:
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
