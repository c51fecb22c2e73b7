"""Which errors of a task are worth another try, and when. Sends and summaries keep their own account in the store."""

from celery import Task

from digests.errors import SourceUnavailable, StoreError


class RetriedTask(Task):
    """Again after 2, 4, 8 … seconds: far below the broker's visibility timeout, beyond which a task runs twice."""

    #: A lock, a restart of the database, a source that asks to wait: the next try may work.
    autoretry_for = (SourceUnavailable, StoreError)
    retry_backoff = 2
    retry_backoff_max = 120
    retry_jitter = True
    max_retries = 5
