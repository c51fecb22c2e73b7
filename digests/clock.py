"""The only place that asks what time it is."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

#: Aware UTC now. Passed as an argument everywhere, so that a test or the sandbox can hold it still.
Now = Callable[[], datetime]

ARXIV_ZONE: Final = ZoneInfo("America/New_York")
BEIJING: Final = ZoneInfo("Asia/Shanghai")

# What is further away than this was not written by us, and adding it might leave the calendar.
_MAX_MOVE: Final = timedelta(days=100 * 365)


def utc_now() -> datetime:
    return datetime.now(UTC)


def announced_at(announced_on: date) -> datetime:
    """The moment (aware, New York) at which arXiv announced the batch whose page shows `announced_on`.

    The page's date is the mailing day: the day after the 20:00 announcement evening.
    Source https://info.arxiv.org/help/availability.html
    """
    return datetime.combine(announced_on - timedelta(days=1), time(20), tzinfo=ARXIV_ZONE)


class MovedClock:
    """The sandbox's clock: the real time and an offset, which all its processes read from one small file.

    Without a readable file the time is the real one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._moving = threading.Lock()
        # (what the file looked like, what it said): it is asked at every step of every process.
        self._known: tuple[tuple[int, int, int] | None, timedelta] = (None, timedelta())

    def __call__(self) -> datetime:
        return utc_now() + self.offset

    @property
    def offset(self) -> timedelta:
        try:
            look = _look(self._path.stat())
            if self._known[0] != look:
                self._known = self._read()
        except (OSError, ValueError, OverflowError):
            return timedelta()
        return self._known[1]

    def move_to(self, moment: datetime) -> None:
        """`moment` is aware. The file is replaced as a whole: another process reads the old offset or the new one."""
        with self._moving:
            self._write(moment - utc_now())

    def _read(self) -> tuple[tuple[int, int, int], timedelta]:
        """Looks at the file that it opened: the one that was looked at before may be gone."""
        with self._path.open() as file:
            offset = timedelta(seconds=float(file.read(64)))
            if abs(offset) > _MAX_MOVE:
                raise ValueError(f"{offset} is no offset of ours")
            return _look(os.fstat(file.fileno())), offset

    def _write(self, offset: timedelta) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        draft.write_text(f"{offset.total_seconds()}\n")
        draft.replace(self._path)


def _look(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_size, status.st_ino
