"""Where the broker is: REDIS_URL, or our own Valkey server on a unix socket under PAPERPOST_HOME."""

import hashlib
import tempfile
from pathlib import Path
from typing import Final

import redis

#: Celery's, one list each; the worker's tasks are routed to them.
QUEUES: Final = ("fetch", "match", "summarise", "deliver")

# sockaddr_un holds 107 bytes of path.
_LONGEST_SOCKET_PATH: Final = 100


def socket_path(home: Path) -> Path:
    """The embedded broker's socket: in `home`, or in the temporary folder where that path is too long."""
    path = home.resolve() / "broker" / "b.sock"
    if len(str(path).encode()) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"paperpost-{digest}" / "b.sock"


def celery_url(redis_url: str, home: Path) -> str:
    """The broker as Celery writes it."""
    return redis_url or f"redis+socket://{socket_path(home)}?virtual_host=0"


def redis_py_url(redis_url: str, home: Path) -> str:
    """The same server as redis-py writes it; the embedded one in a database of its own."""
    return redis_url or f"unix://{socket_path(home)}?db=1"


def answers(redis_url: str, home: Path) -> bool:
    """Does the broker answer now?"""
    client = redis.Redis.from_url(redis_py_url(redis_url, home), socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def find_queue_lengths(redis_url: str, home: Path) -> dict[str, int] | None:
    """Tasks that wait in each queue; None where no broker answers."""
    # Celery's database of the embedded one, which is not that of `redis_py_url`.
    url = redis_url or f"unix://{socket_path(home)}?db=0"
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return {queue: client.llen(queue) for queue in QUEUES}
    except redis.RedisError:
        return None
    finally:
        client.close()
