"""One process of ours through all its lives: started, looked at, ended."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from worker.logfile import LogFile

_PR_SET_PDEATHSIG: Final = 1
# Looked up here: between fork and exec, another thread's lock of the loader would never be released.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

_SETTLED_SECONDS: Final = 5.0
_STEADY_SECONDS: Final = 60.0
_QUICK_SECONDS: Final = 10.0
_FIRST_WAIT_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Process:
    """A child: what to run, and how to tell that it is ready. None: at once, and no other child needs it."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] | None = None


class Child:
    """`restart_at` (monotonic) is set while it is dead and waits for its next start, `ended` says what it died of."""

    def __init__(self, process: Process, log: LogFile, environment: Mapping[str, str], folder: Path | None) -> None:
        self.process = process
        self.log = log
        self.restart_at: float | None = None
        self.ended = ""
        self.is_ready = False
        self._environment = environment
        self._folder = folder
        self._popen: subprocess.Popen[bytes] | None = None
        self._started_at = monotonic()
        self._wait_seconds = 0.0
        self._is_missed = False

    @property
    def pid(self) -> int:
        """Of its present life, or of its last one."""
        return self._popen.pid if self._popen else 0

    def start(self) -> None:
        """Raises OSError: no such command, no memory, no room for its log."""
        self.restart_at = None
        self.is_ready = False
        self._started_at = monotonic()
        with self.log.open() as log:
            self._popen = subprocess.Popen(  # noqa: S603 our own commands
                self.process.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=dict(self._environment),
                cwd=self._folder,
                # Ctrl-C reaches us only; we stop the children in our order.
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 it takes no lock
            )

    def look(self) -> None:
        """Ask whether it is ready by now."""
        self.is_ready = self.is_ready or self.process.is_ready is None or self.process.is_ready()

    def has_ended(self) -> bool:
        """Whether it is dead. Then nothing of it is left: a pool's processes may outlive their parent."""
        if self._popen is None or self._popen.poll() is None:
            return False
        self.kill()
        self.ended = self._describe_end(self._popen.returncode)
        self._is_missed = True
        return True

    def is_back(self) -> bool:
        """True once after each death: it is ready again, and does not look like dying at once."""
        self.look()
        if not self._is_missed or not self.is_ready or monotonic() - self._started_at < _SETTLED_SECONDS:
            return False
        self._is_missed = False
        return True

    def plan_restart(self) -> float:
        """How long its next start has to wait, in seconds."""
        lived_seconds = monotonic() - self._started_at
        self._wait_seconds = next_wait_seconds(self._wait_seconds, lived_seconds)
        self.restart_at = monotonic() + self._wait_seconds
        return self._wait_seconds

    def ask_to_end(self) -> None:
        if self._popen is not None:
            self._popen.terminate()

    def end(self, timeout_seconds: float) -> None:
        """Wait for the end it was asked for; kill what has not ended in time."""
        if self._popen is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout_seconds)
        self.kill()
        self._popen.wait()

    def kill(self) -> None:
        """The process and all that it has started. Its number is that of its group, and stays taken while one lives."""
        if self._popen is not None:
            # macOS answers "not permitted" for a group of which only the dead are left.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def _describe_end(self, status: int) -> str:
        if status < 0:
            # Real-time signals have no name of their own.
            return signal.strsignal(-status) or f"signal {-status}"
        line = self.log.find_last_line()
        return f"exit status {status}" + (f": {line}" if line and status else "")


def next_wait_seconds(last_seconds: float, lived_seconds: float) -> float:
    """At once after a long life; after ever longer pauses where each life is over in seconds, as with a wrong token."""
    if lived_seconds >= _STEADY_SECONDS:
        return 0.0
    if lived_seconds >= _QUICK_SECONDS:
        return _FIRST_WAIT_SECONDS
    return min(max(2 * last_seconds, _FIRST_WAIT_SECONDS), _LONGEST_WAIT_SECONDS)


def _die_with(parent: int) -> Callable[[], None]:
    """For a child just after its fork: die with the thread that started it, whatever kills that (Linux only)."""

    def prepare() -> None:
        if _prctl is not None:
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return prepare
