"""Which errors of a task are worth another try, and when. Sends and summaries keep their own account in the store."""

from typing import Any

import structlog
from celery import Task

from digests.errors import StoreError

log = structlog.get_logger(__name__)


class RetriedTask(Task):
    """Again after 2, 4, 8 … seconds: far below the broker's visibility timeout, beyond which a task runs twice."""

    #: A lock, a full disk, a restart of the database: the next try may work.
    autoretry_for = (StoreError,)
    retry_backoff = 2
    retry_backoff_max = 120
    retry_jitter = True
    max_retries = 5

    def on_retry(self, exc: Exception, task_id: str, _args: Any, _kwargs: Any, _einfo: Any) -> None:
        # Celery says it at INFO, among all that went well (digests/logs.py).
        log.warning("task_tried_again", task=self.name, task_id=task_id, error=str(exc))
