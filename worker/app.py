"""The Celery application: `celery -A worker.app worker`, `celery -A worker.app beat`."""

from celery import Celery

app = Celery("paperpost", include=["worker.tasks"], task_cls="worker.retries:RetriedTask")
app.config_from_object("worker.config")

QUEUES = ("fetch", "match", "summarise", "deliver")
