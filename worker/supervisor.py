"""Our own processes: started in order, restarted when they die, gone when we are gone."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Final, Self

from digests.errors import ConfigError
from worker.child import Child, Process
from worker.logfile import LogFile

_STOP_SECONDS: Final = 20
_START_SECONDS: Final = 20
_POLL_SECONDS: Final = 0.05
_TURN_SECONDS: Final = 0.2


def _tell_nobody(_sentence: str) -> None:
    pass


@dataclass
class Supervisor:
    """Runs `processes` in order, each one's output in `log_folder`/<name>.log, and restarts what dies.

    folder   where they start; None: here
    secrets  what may never be said of a log
    report   gets a sentence when a child dies and when it is back, from another thread; it must not raise

    Children die with us even after a kill -9 (PR_SET_PDEATHSIG; Linux only, elsewhere they stop with the terminal).
    """

    processes: Sequence[Process]
    log_folder: Path
    environment: Mapping[str, str]
    folder: Path | None = None
    secrets: Collection[str] = ()
    report: Callable[[str], None] = _tell_nobody
    _children: dict[str, Child] = field(default_factory=dict)
    _healer: threading.Thread = field(init=False)
    _has_failed: bool = False
    _stopping: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)
    #: Held while children are looked after, so that none is started behind the back of `stop`.
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        """Raises  ConfigError for a process that cannot start or is not ready in time; nothing is left running then."""
        try:
            self.log_folder.mkdir(parents=True, exist_ok=True)
            for process in self.processes:
                self._start_first(process)
        except BaseException:
            self.stop()
            raise
        self._healer = threading.Thread(target=self._heal, name="supervisor", daemon=True)
        self._healer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        # A bug's traceback comes at its end.
        self._healer.join()

    def pid(self, name: str) -> int:
        return self._children[name].pid

    def states(self) -> Mapping[str, str]:
        """What each process does now, in words."""
        if self._has_failed:
            return dict.fromkeys(self._children, "not looked after any more")
        return {name: _describe(child) for name, child in self._children.copy().items()}

    def stop(self) -> None:
        """Ask every child to end, and kill what has not ended in time: together, and then those that others need."""
        self._stopping.set()
        with self._turn:
            latest_first = list(reversed(self._children.values()))
            _end([child for child in latest_first if child.process.is_ready is None])
            for child in latest_first:
                if child.process.is_ready is not None:
                    _end([child])
        self._stopped.set()

    def kill(self) -> None:
        """End all at once. May be called from a signal handler, in the middle of `stop`."""
        self._stopping.set()
        for child in self._children.values():
            child.kill()

    def _start_first(self, process: Process) -> None:
        log = LogFile(self.log_folder / f"{process.name}.log", self.secrets)
        child = self._children[process.name] = Child(process, log, self.environment, self.folder)
        try:
            child.start()
        except OSError as error:
            raise ConfigError(f"{process.name} cannot be started: {error.strerror}; see {log.path}") from error
        waiting = threading.Event()
        for _ in range(int(_START_SECONDS / _POLL_SECONDS)):
            child.look()
            if child.is_ready:
                return
            if child.has_ended():
                raise ConfigError(f"{process.name} did not start ({child.ended}); see {log.path}")
            waiting.wait(_POLL_SECONDS)
        raise ConfigError(f"{process.name} is not ready after {_START_SECONDS} s; see {log.path}")

    def _heal(self) -> None:
        try:
            while not self._stopping.wait(_TURN_SECONDS):
                for child in self._children.values():
                    with self._turn:
                        if not self._stopping.is_set():
                            self._look_after(child)
        except BaseException as error:
            self._has_failed = True
            self.report(
                f"The supervisor has failed ({type(error).__name__}: {error}). What dies from now on stays dead: "
                "stop PaperPost and start it again, and tell its authors."
            )
            raise
        finally:
            # PR_SET_PDEATHSIG means the thread that started a child: what we healed must outlive the loop above.
            self._stopped.wait()

    def _look_after(self, child: Child) -> None:
        """One quick step, so that no child waits for another."""
        name = child.process.name
        if child.restart_at is not None:
            if monotonic() >= child.restart_at:
                self._restart(child)
        elif child.has_ended():
            wait_seconds = child.plan_restart()
            again = f"in {wait_seconds:g} s" if wait_seconds else "now"
            self.report(f"{name} ended ({child.ended}); starts again {again}; see {child.log.path}")
        elif child.is_back():
            self.report(f"{name} runs again")

    def _restart(self, child: Child) -> None:
        try:
            child.start()
        except OSError as error:
            child.ended = f"cannot be started: {error.strerror}"
            wait_seconds = child.plan_restart()
            self.report(f"{child.process.name} {child.ended}; tries again in {wait_seconds:g} s")


def _end(children: Collection[Child]) -> None:
    for child in children:
        child.ask_to_end()
    for child in children:
        child.end(_STOP_SECONDS)


def _describe(child: Child) -> str:
    restart_at = child.restart_at
    if restart_at is not None:
        return f"restarts in {max(0.0, restart_at - monotonic()):.0f} s: {child.ended}"
    return "runs" if child.is_ready else "starts"
