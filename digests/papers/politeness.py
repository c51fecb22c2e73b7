"""Taking turns at a host, for all processes of the installation together.

arXiv asks for 15 s between listing pages (robots.txt, Crawl-delay) and for 3 s and one connection at a time over RSS,
API and OAI-PMH together (https://info.arxiv.org/help/api/tou.html): those three share one key. Hugging Face counts 500
questions in five minutes (https://huggingface.co/docs/hub/rate-limits).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from digests.clock import Now
from digests.errors import SourceUnavailable
from digests.store.engine import Store
from digests.store.tables import politeness

#: /list and /catchup.
LISTING_KEY: Final = "arxiv.org/list"
LISTING_INTERVAL_SECONDS: Final = 15.0
#: RSS, API and OAI-PMH.
SERVICES_KEY: Final = "arxiv.org/services"
SERVICES_INTERVAL_SECONDS: Final = 3.0
HF_KEY: Final = "huggingface.co"
HF_INTERVAL_SECONDS: Final = 1.0
INTERVALS_SECONDS: Final[Mapping[str, float]] = {
    LISTING_KEY: LISTING_INTERVAL_SECONDS,
    SERVICES_KEY: SERVICES_INTERVAL_SECONDS,
    HF_KEY: HF_INTERVAL_SECONDS,
}

#: Waits so many seconds; a test passes one that moves its clock.
Wait = Callable[[float], None]

_PATIENCE_SECONDS: Final = 900.0


@contextmanager
def take_turn(
    store: Store, host_key: str, *, interval_seconds: float, longest_seconds: float, now: Now, wait: Wait
) -> Iterator[None]:
    """Wait until the host is free and keep it for the block, then let it rest for `interval_seconds`.

    longest_seconds  how long the block can take; a process that died holds the host no longer than that
    Raises  SourceUnavailable when others have kept it for a quarter of an hour.
    """
    step_seconds = max(interval_seconds, 1.0)
    waited_seconds = 0.0
    while (free_at := _claim(store, host_key, longest_seconds, now)) is not None:
        if waited_seconds >= _PATIENCE_SECONDS:
            raise SourceUnavailable(f"{host_key} is busy with our other requests.", retry_after_seconds=step_seconds)
        # In steps: who has it may end long before it must.
        pause_seconds = min((free_at - now()).total_seconds(), step_seconds)
        wait(max(pause_seconds, 0.01))
        waited_seconds += max(pause_seconds, 0.01)
    try:
        yield
    finally:
        _release(store, host_key, now() + timedelta(seconds=interval_seconds))


def _claim(store: Store, host_key: str, longest_seconds: float, now: Now) -> datetime | None:
    """None when the host is ours now, else the moment until which it is not."""
    with store.writing() as connection:
        first = store.insert(politeness).values(host=host_key, next_at=now())
        connection.execute(first.on_conflict_do_nothing())
        row = politeness.c.host == host_key
        # The row's lock makes it atomic on PostgreSQL, BEGIN IMMEDIATE does on SQLite.
        free_at: datetime = connection.execute(select(politeness.c.next_at).where(row).with_for_update()).scalar_one()
        now_at = now()
        if free_at > now_at:
            return free_at
        connection.execute(update(politeness).where(row).values(next_at=now_at + timedelta(seconds=longest_seconds)))
        return None


def _release(store: Store, host_key: str, free_at: datetime) -> None:
    with store.writing() as connection:
        connection.execute(update(politeness).where(politeness.c.host == host_key).values(next_at=free_at))
