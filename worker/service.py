"""What the service is made of: the same processes for real readers, for the sandbox, and in Procfile."""

from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from digests.settings import Settings
from worker.app import QUEUES
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


def find_secrets(settings: Settings) -> Collection[str]:
    """What must never be said: tokens, keys, and the passwords in addresses, as written and as meant."""
    plain = (settings.telegram_token, settings.llm_api_key, settings.secret_key, settings.smtp_url)
    addresses = (settings.smtp_url.get_secret_value(), settings.redis_url, settings.database_url)
    passwords = [urlsplit(address).password or "" for address in addresses]
    words = {secret.get_secret_value() for secret in plain} | {*passwords, *map(unquote, passwords)}
    # The longest first: a password is part of its address.
    return sorted(words - {""}, key=len, reverse=True)
