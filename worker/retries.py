"""Which errors of a task are worth another try, and when. Sends and summaries keep their own account in the store."""

from celery import Task

from digests.errors import StoreError


class RetriedTask(Task):
    """Again after 2, 4, 8 … seconds: far below the broker's visibility timeout, beyond which a task runs twice."""

    #: A lock, a full disk, a restart of the database: the next try may work.
    autoretry_for = (StoreError,)
    retry_backoff = 2
    retry_backoff_max = 120
    retry_jitter = True
    max_retries = 5
