"""Does the house stand? For who watches it from outside: a proxy, a monitor, `paperpost doctor`."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from digests.errors import StoreError
from digests.heartbeat import MAX_SILENCE, find_heartbeats
from digests.store.engine import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """`faults` in words, empty when all is well; `worker_seconds` since the worker's last sign of life."""

    faults: tuple[str, ...] = ()
    worker_seconds: int | None = None

    @property
    def ok(self) -> bool:
        return not self.faults


def check_health(store: Store, now: datetime) -> Health:
    try:
        beat_at = find_heartbeats(store).get("worker")
    except (StoreError, SQLAlchemyError) as error:
        # Its sentence may hold the database's address: that is for the log.
        log.error("health_without_database", reason=str(error))  # noqa: TRY400 no traceback helps
        return Health(("the database does not answer",))
    if beat_at is None:
        return Health(("no worker has run here yet",))
    silence = now - beat_at
    seconds = int(silence.total_seconds())
    if silence > MAX_SILENCE:
        return Health((f"the worker has been silent for {seconds} s",), seconds)
    return Health(worker_seconds=seconds)
