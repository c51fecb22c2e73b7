"""Which errors of a task are worth another try, and when. Sends and summaries keep their own account in the store."""

from sqlalchemy.exc import OperationalError

from digests.errors import SourceUnavailable, StoreError

#: A lock, a restart of the database, a source that asks to wait: the next try may work.
TRANSIENT = (OperationalError, SourceUnavailable, StoreError)

#: 2, 4, 8 … seconds with jitter: all far below the broker's visibility timeout, beyond which a task runs twice.
RETRY = {
    "autoretry_for": TRANSIENT,
    "retry_backoff": 2,
    "retry_backoff_max": 120,
    "retry_jitter": True,
    "max_retries": 5,
}
