"""Not faster than Telegram allows, and answers before digests.

Two buckets are asked for each message: one for the bot, one for the chat. A digest may only take what leaves some
tokens behind; an interactive answer may take the last one. So an answer never queues behind a broadcast.
Source https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import resources
from typing import Final, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from digests.errors import Deferred


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A token bucket: at most `burst` + `per_second` messages in any second.

    kept  tokens that a digest must leave to interactive answers
    """

    per_second: float
    burst: int
    kept: int


#: Telegram stops a bot at about 30 a second, and a chat at about one a second with short bursts.
BOT: Final = Limit(per_second=25.0, burst=5, kept=3)
CHAT: Final = Limit(per_second=1.0, burst=3, kept=2)

#: Ours restarts in a second. Where it takes longer, the waits of each message double (outcomes.py).
_REDIS_RETRY_SECONDS: Final = 5.0
#: A wait below this is an error of the floating point, not a wait.
_ROUNDING_SECONDS: Final = 1e-6
#: Far more chats than the bot's own limit lets be anything but full.
_MAX_CHATS: Final = 1000


class Pacing(Protocol):
    async def reserve(self, chat: str, *, interactive: bool) -> float:
        """0 when one message to `chat` may go now, and it is then counted; else seconds after which to ask again."""
        ...

    async def pause(self, seconds: float) -> None:
        """Nothing to anybody for so long: Telegram said so (RetryAfter). A shorter pause ends no longer one."""
        ...


Wait = Callable[[float], Awaitable[None]]


async def wait_turn(
    pacing: Pacing, chat: str, *, interactive: bool, patience_seconds: float, wait: Wait = asyncio.sleep
) -> None:
    """Return when one message to `chat` may go.

    Raises  Deferred when that would take longer than `patience_seconds`: nobody holds a claim for that long.
    """
    waited_seconds = 0.0
    while seconds := await pacing.reserve(chat, interactive=interactive):
        waited_seconds += seconds
        if waited_seconds > patience_seconds:
            raise Deferred("the channel is busy or was told to pause", retry_after_seconds=seconds)
        await wait(seconds)


class _Bucket:
    def __init__(self, limit: Limit, now: float) -> None:
        self.limit = limit
        self.tokens = float(limit.burst)
        self.filled_at = now

    def wait_seconds(self, now: float, *, interactive: bool) -> float:
        self.tokens = min(self.limit.burst, self.tokens + (now - self.filled_at) * self.limit.per_second)
        self.filled_at = now
        needed = 1 if interactive else 1 + self.limit.kept
        return max(0.0, (needed - self.tokens) / self.limit.per_second)


class MemoryPacing:
    """For one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._bot = _Bucket(BOT, clock())
        self._chats: dict[str, _Bucket] = {}
        self._paused_until = clock()

    async def reserve(self, chat: str, *, interactive: bool) -> float:
        now = self._clock()
        self._forget_full(now)
        bucket = self._chats.setdefault(chat, _Bucket(CHAT, now))
        seconds = max(
            self._paused_until - now,
            self._bot.wait_seconds(now, interactive=interactive),
            bucket.wait_seconds(now, interactive=interactive),
        )
        if seconds > _ROUNDING_SECONDS:
            return seconds
        self._bot.tokens -= 1
        bucket.tokens -= 1
        return 0.0

    async def pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _forget_full(self, now: float) -> None:
        """A chat that was quiet long enough is like a new one."""
        if len(self._chats) < _MAX_CHATS:
            return
        full_after = CHAT.burst / CHAT.per_second
        self._chats = {chat: b for chat, b in self._chats.items() if now - b.filled_at < full_after}


class RedisPacing:
    """For many processes on many hosts: one bucket for all of them. The script is one step to Redis.

    `clock` is for tests; without it Redis's own clock counts, which is the same for every host.
    """

    def __init__(
        self, redis: Redis, *, prefix: str = "paperpost:pacing", clock: Callable[[], float] | None = None
    ) -> None:
        self._prefix = prefix
        self._clock = clock
        source = (resources.files("digests.delivery") / "pacing.lua").read_text("utf-8")
        self._script = redis.register_script(source)

    async def reserve(self, chat: str, *, interactive: bool) -> float:
        limits = [value for limit in (BOT, CHAT) for value in _numbers(limit, interactive=interactive)]
        return await self._run(chat, "reserve", *limits)

    async def pause(self, seconds: float) -> None:
        await self._run("", "pause", seconds)

    async def _run(self, chat: str, command: str, *arguments: float) -> float:
        keys = [f"{self._prefix}:paused", f"{self._prefix}:bot", f"{self._prefix}:chat:{chat}"]
        now = "" if self._clock is None else repr(self._clock())
        try:
            return float(await self._script(keys=keys, args=[command, now, *arguments]))
        except RedisError as error:
            raise Deferred("Redis cannot be asked for the pace", retry_after_seconds=_REDIS_RETRY_SECONDS) from error


def _numbers(limit: Limit, *, interactive: bool) -> tuple[float, float, float]:
    return limit.per_second, limit.burst, 1 if interactive else 1 + limit.kept
