"""A server that fails is left alone for a minute, by all processes; then one call tries it.

No library that was read does this with the moments of one table row: purgatory opens at failures in a row alone,
interlock-cb has the window and the one probe, but shares its own state through a background task, and knows no failure
that opens it at once.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import structlog

from digests.errors import SummaryClosed
from digests.summaries.asking.memory import Known, Server, ServerMemory

log = structlog.get_logger(__name__)

CLOSED_SECONDS: Final = 60.0
_IN_A_ROW: Final = 5
_WINDOW: Final = 20
_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Admission:
    """
    is_probe   this call tries a closed server, and its end decides
    in_a_row   the failures in a row that were known when it began
    """

    is_probe: bool
    in_a_row: int


class Breaker:
    """Counts this process's calls; that the server is closed stands in the memory."""

    def __init__(self, server: Server, memory: ServerMemory) -> None:
        self._server, self._memory = server, memory
        self._failures: deque[bool] = deque(maxlen=_WINDOW)
        self._in_a_row = 0

    async def admit(self, known: Known) -> Admission:
        """Raises  SummaryClosed where nobody is to ask."""
        if known.closed_seconds is None:
            return Admission(is_probe=False, in_a_row=self._in_a_row)
        if known.closed_seconds <= 0 and await self._memory.take_probe(self._server, CLOSED_SECONDS):
            return Admission(is_probe=True, in_a_row=self._in_a_row)
        # Somebody else's probe has just begun where the time was over.
        seconds = known.closed_seconds if known.closed_seconds > 0 else CLOSED_SECONDS
        raise SummaryClosed(known.closed_reason, retry_after_seconds=seconds)

    async def pass_on(self, admission: Admission, reason: str) -> None:
        """The call was not made: if it was to try the server, the next one may."""
        if admission.is_probe:
            await self._memory.close(self._server, 0.0, reason)

    async def succeed(self, admission: Admission) -> None:
        self._failures.append(False)
        self._in_a_row = 0
        if admission.is_probe:
            await self._memory.reopen(self._server)
            log.info("llm_reopened", model=self._server.model)

    async def fail(self, admission: Admission, reason: str) -> None:
        """The server failed, not one paper's question."""
        self._failures.append(True)
        # Eight calls in flight at the moment of one hiccup are one failure, not eight in a row.
        self._in_a_row = max(self._in_a_row, admission.in_a_row + 1)
        has_failed_often = len(self._failures) == _WINDOW and sum(self._failures) >= _SHARE * _WINDOW
        if admission.is_probe or self._in_a_row >= _IN_A_ROW or has_failed_often:
            await self.close(reason)

    async def close(self, reason: str) -> None:
        """Whoever asks fails the same way."""
        self._failures.clear()
        self._in_a_row = 0
        await self._memory.close(self._server, CLOSED_SECONDS, reason)
        log.warning("llm_closed", model=self._server.model, reason=reason)
