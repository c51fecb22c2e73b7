"""What must be true before the service starts; each failure is one sentence that says what to change."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from digests import broker
from digests.errors import ConfigError, StoreError
from digests.settings import Settings

_LOCK: Final = "up.lock"
_LOOPBACK: Final = "127.0.0.1"
_CONNECT_SECONDS: Final = 5
_WEB_ADVICE: Final = "Set PAPERPOST_WEB_PORT (and PAPERPOST_WEB_HOST) to another place."


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Nobody else runs a service in `home` meanwhile. The system frees the lock of a process that was killed.

    Raises  ConfigError naming the other process, StoreError for a folder that cannot be written or is full.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        # Unbuffered: a full disk is met at the write, not when the file is closed.
        lock = (home / _LOCK).open("ab+", buffering=0)
    except OSError as error:
        raise _unwritable(home, error) from error
    with lock:
        _take(lock, home)
        yield


def check_port(host: str, port: int, advice: str) -> None:
    """Raises  ConfigError: nobody can listen there."""
    try:
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            socket.create_server(address[:2], family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(f"Port {port} on {host} is in use. {advice}") from error
        raise ConfigError(f"Nobody can listen on {host}:{port}: {error.strerror}. {advice}") from error


def check_loopback() -> None:
    """Raises  ConfigError: stand-ins need ports of this machine that the system chooses."""
    try:
        with socket.create_server((_LOOPBACK, 0)) as server:
            # A network that is down lets us listen and nobody in.
            socket.create_connection(server.getsockname(), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        raise ConfigError(
            f"No port is free on {_LOOPBACK} ({error.strerror}), and the sandbox's stand-ins need some. "
            "Close what holds them, or see that the loopback network is up."
        ) from error


def choose_web_port(settings: Settings) -> int:
    """The sandbox's: ours or, where that is in use and nobody has set it, any that is free.

    Raises  ConfigError: nobody can listen on the one that was set.
    """
    try:
        check_port(settings.web_host, settings.web_port, _WEB_ADVICE)
    except ConfigError:
        if "web_port" in settings.model_fields_set:
            raise
        with socket.create_server((settings.web_host, 0)) as server:
            return int(server.getsockname()[1])
    return settings.web_port


def check_web_ports(settings: Settings) -> None:
    check_port(settings.web_host, settings.web_port, _WEB_ADVICE)
    if settings.telegram_webhook_url:
        check_port(_LOOPBACK, settings.telegram_webhook_port, "Set PAPERPOST_TELEGRAM_WEBHOOK_PORT to another.")


def check_redis(settings: Settings) -> None:
    if settings.redis_url and not broker.answers(settings.redis_url, settings.home):
        raise ConfigError("REDIS_URL: no server answers there. Start it, or leave REDIS_URL empty for our own broker.")


def _take(lock: BinaryIO, home: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n".encode())
    except BlockingIOError as error:
        lock.seek(0)
        pid = lock.read().decode(errors="replace").strip() or "unknown"
        raise ConfigError(
            f"PaperPost runs here already (process {pid}, in {home}). Stop that one, "
            "or set PAPERPOST_HOME to another folder."
        ) from error
    except OSError as error:
        raise _unwritable(home, error) from error


def _unwritable(home: Path, error: OSError) -> StoreError:
    return StoreError(f"{home} cannot be written: {error.strerror}. Set PAPERPOST_HOME to a folder that can.")
