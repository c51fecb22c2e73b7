"""Waking the worker from another process, which need not have its settings."""

from pathlib import Path

from celery import Celery

from digests.broker import celery_url
from digests.papers.paper import Source


def wake_collect(*, redis_url: str, home: Path, scope: str, source: Source) -> None:
    """Ask the worker for `scope`'s newest announcement."""
    with Celery(set_as_current=False, broker=celery_url(redis_url, home)) as sender:
        sender.send_task("papers.collect", (scope, source.value), queue="fetch", ignore_result=True)
