"""The Celery application: `celery -A worker.app worker`, `celery -A worker.app beat`."""

from typing import Any

from celery import Celery
from celery.signals import setup_logging

from digests.logs import configure_logs

app = Celery("paperpost", include=["worker.tasks"], task_cls="worker.retries:RetriedTask")
app.config_from_object("worker.config")


@setup_logging.connect
def _set_up_logging(**_signal: Any) -> None:
    """Being connected keeps Celery from setting up its own."""
    configure_logs()
