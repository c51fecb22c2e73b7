"""What is known of a server without a database: the fake of asking.memory.StoredMemory, under the same contract."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from digests.summaries.asking.memory import LESSON_DAYS, Known, Server

_DAY_SECONDS: Final = 86_400.0


@dataclass(slots=True)
class _Notes:
    """Moments of the process's clock."""

    lessons: dict[str, float] = field(default_factory=dict)
    paused_until: float = float("-inf")
    closed_until: float | None = None
    closed_reason: str = ""


class ProcessMemory:
    """monotonic  the seconds by which the process waits"""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._notes: defaultdict[Server, _Notes] = defaultdict(_Notes)

    async def recall(self, server: Server) -> Known:
        notes, now = self._notes[server], self._monotonic()
        fresh = (lesson for lesson, at in notes.lessons.items() if now - at < LESSON_DAYS * _DAY_SECONDS)
        closed_seconds = None if notes.closed_until is None else notes.closed_until - now
        return Known(frozenset(fresh), max(0.0, notes.paused_until - now), closed_seconds, notes.closed_reason)

    async def learn(self, server: Server, lesson: str) -> None:
        self._notes[server].lessons[lesson] = self._monotonic()

    async def pause(self, server: Server, seconds: float) -> None:
        notes = self._notes[server]
        notes.paused_until = max(notes.paused_until, self._monotonic() + seconds)

    async def close(self, server: Server, seconds: float, reason: str) -> None:
        notes = self._notes[server]
        notes.closed_until, notes.closed_reason = self._monotonic() + seconds, reason

    async def reopen(self, server: Server) -> None:
        notes = self._notes[server]
        notes.closed_until, notes.closed_reason = None, ""

    async def take_probe(self, server: Server, seconds: float) -> bool:
        notes, now = self._notes[server], self._monotonic()
        if notes.closed_until is None or notes.closed_until > now:
            return False
        notes.closed_until = now + seconds
        return True
