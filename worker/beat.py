"""Celery's beat with nothing to remember: everything is due at its start, and after a clock has jumped.

`celery -A worker.beat beat --scheduler worker.beat:SteadyScheduler`
"""

from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

import structlog
from celery.beat import Scheduler

from worker.app import build_app

log = structlog.get_logger(__name__)

#: It sends tasks by name: to import them, and all that they need, would take it a second.
app: Final = build_app(set_as_current=False)

#: A clock that is only corrected moves by less.
_JUMP_SECONDS: Final = 5.0
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


class SteadyScheduler(Scheduler):
    """Beat reckons in wall time: after a clock was set back by two days it would be silent for two days."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._ahead = self._find_ahead()
        self._begin_anew()

    def tick(self, *arguments: Any, **options: Any) -> float:
        ahead = self._find_ahead()
        if abs(ahead - self._ahead) > _JUMP_SECONDS:
            log.warning("clock_jumped", seconds=round(ahead - self._ahead))
            self._begin_anew()
        self._ahead = ahead
        seconds: float = super().tick(*arguments, **options)
        return seconds

    def _begin_anew(self) -> None:
        """Everything is due now: each tick looks first whether there is anything to do."""
        for entry in self.schedule.values():
            entry.last_run_at = _LONG_AGO
        self._heap = None

    def _find_ahead(self) -> float:
        """The wall clock against one that nobody sets."""
        now: float = self.app.now().timestamp()
        return now - monotonic()
