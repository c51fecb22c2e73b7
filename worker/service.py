"""What the service is made of: the same processes for real readers, for the sandbox, and in Procfile."""

from digests.broker import QUEUES
from digests.settings import Settings
from worker.child import Process
from worker.processes import beat_process, bot_process, broker_process, web_process, worker_process


def service_processes(settings: Settings) -> list[Process]:
    """In the order of their start.

    Raises  ConfigError, StoreError: the broker that is needed cannot be had.
    """
    processes = [] if settings.redis_url else [broker_process(settings.home)]
    processes += [worker_process(QUEUES), beat_process()]
    if settings.has_telegram:
        processes.append(bot_process())
    return [*processes, web_process()]
