"""The Celery application: `celery -A worker.app worker`. Beat has one without the tasks (worker/beat.py)."""

from typing import Any, Final

from celery import Celery
from celery.signals import setup_logging

from digests.logs import configure_logs


def build_app(**options: Any) -> Celery:
    app = Celery("paperpost", **options)
    app.config_from_object("worker.config")
    return app


app: Final = build_app(include=["worker.tasks"], task_cls="worker.retries:RetriedTask")


@setup_logging.connect
def _set_up_logging(**_signal: Any) -> None:
    """Being connected keeps Celery from setting up its own."""
    configure_logs()
