"""Celery's own settings, read when Celery first asks for them. Why each: shared facts on Celery and Redis, measured.

The broker may lose or repeat a message when a process is killed; every task is therefore safe to run twice, and
`digests.sweep` finds what nobody was woken for.
"""

from datetime import timedelta

from digests.broker import celery_url
from digests.settings import load_settings

_settings = load_settings()

broker_url = celery_url(_settings.redis_url, _settings.home)
result_backend = None
task_ignore_result = True
task_acks_late = True
# A task that kills its child is tried three times; with reject_on_worker_lost alone it would loop for ever.
task_retry_on_worker_lost = True
task_reject_on_worker_lost = True
task_soft_time_limit = 540
task_time_limit = 600
task_default_queue = "match"
task_routes = {
    "papers.collect": {"queue": "fetch"},
    "papers.index": {"queue": "fetch"},
    "papers.poll": {"queue": "fetch"},
    "digests.summarise": {"queue": "summarise"},
    "digests.deliver": {"queue": "deliver"},
}
worker_prefetch_multiplier = 1
worker_max_tasks_per_child = 500
worker_soft_shutdown_timeout = 30
# True ends running tasks when the broker dies: their claims would hold what they had in hand until a lease ends.
worker_cancel_long_running_tasks_on_connection_loss = False
worker_send_task_events = False
broker_connection_retry_on_startup = True
broker_transport_options = {
    "visibility_timeout": 900,  # longer than any task; no task waits in the broker (long waits are rows with a time)
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 3,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": not broker_url.startswith("redis+socket"),
}


def _every(task: str, seconds: int) -> dict[str, object]:
    # One that waited behind a long queue is worth nothing: the next one is on its way.
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expires": seconds}}


# Only for what no task of ours brought: `ingest` on a command line, a process that was killed.
_INDEX_SECONDS = 300

beat_schedule = {
    "sweep": _every("digests.sweep", _settings.sweep_seconds),
    "dispatch": _every("digests.dispatch", _settings.tick_seconds),
    "dispatch_trending": _every("trending.dispatch", _settings.tick_seconds),
    "index": _every("papers.index", _INDEX_SECONDS),
    "poll": _every("papers.poll", _settings.tick_seconds),
}
timezone = "UTC"
