"""The tasks: one call into the house each. Ids in, nothing out; every task may run twice, at the same time too."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TypeVar

import structlog
from celery import Task

from digests.bootstrap import Services, open_services
from digests.delivery.addresses import close_gone
from digests.delivery.ledger import expire_claims
from digests.errors import SourceUnavailable
from digests.papers.collect import collect
from digests.papers.paper import ArxivId, Source
from digests.papers.shelf import find_recent_dates
from digests.summaries.due import summarise_due
from worker.app import app
from worker.loop import LoopThread

T = TypeVar("T")

log = structlog.get_logger(__name__)

# As many as the model takes at once by default: even when each one takes its whole deadline (300 s), the task ends
# before its soft time limit.
_PAPERS_PER_TASK = 8
_READERS_PER_TASK = 500
# Cut off by the soft time limit a send would be `unknown`: a task must end long before, at 25 messages a second.
_SENDS_PER_TASK = 50
# arXiv asks for 300. A longer wait in the broker than its visibility timeout would run the task twice.
_SOURCE_RETRY_SECONDS = 60
_LONGEST_RETRY_SECONDS = 600
# A day that is still not composed then needs a person; sends that are planned are swept for ever.
_LOOK_BACK = timedelta(hours=24)

_loop = LoopThread()


@cache
def _services() -> Services:
    """One per pool process, made by its first task: nothing that is open crosses a fork."""
    return open_services()


@app.task(name="papers.collect", bind=True)
def collect_papers(self: Task, scope: str, source: str) -> None:
    """Fetch one scope's newest announcement; `source` is a word of papers.Source."""
    services = _services()
    try:
        on = collect(services.store, services.fetcher, scope=scope, source=Source(source), now=services.now)
    except SourceUnavailable as error:
        seconds = min(error.retry_after_seconds or _SOURCE_RETRY_SECONDS, _LONGEST_RETRY_SECONDS)
        raise self.retry(exc=error, countdown=seconds) from error
    if on is not None:
        prepare.delay(on.isoformat())


@app.task(name="digests.prepare")
def prepare(on: str) -> None:
    """Match the batch of `on` (ISO date), and wake summaries or, where none is missing, composing."""
    day = _services().day(date.fromisoformat(on))
    missing = day.plan_summaries()
    for chunk in _chunks(missing, _PAPERS_PER_TASK):
        summarise.delay(on, chunk)
    if not missing:
        _compose_when_ready(on)


@app.task(name="digests.summarise")
def summarise(on: str, paper_ids: Sequence[str]) -> None:
    services = _services()
    ids = [ArxivId(paper_id) for paper_id in paper_ids]
    _loop.run(summarise_due(services.store, services.summarizer, ids, services.now))
    _compose_when_ready(on)


@app.task(name="digests.compose")
def compose(on: str, subscriber_ids: Sequence[int]) -> None:
    if _services().day(date.fromisoformat(on)).compose(set(subscriber_ids)):
        deliver.delay()


@app.task(name="digests.deliver")
def deliver() -> None:
    """Send what is due; where more is due than one task should hold, wake another."""
    tally = _loop.run(_services().courier.deliver_due(limit=_SENDS_PER_TASK))
    if tally.total() >= _SENDS_PER_TASK:
        deliver.delay()


@app.task(name="digests.sweep")
def sweep() -> None:
    """Find what nobody was woken for: the broker loses messages when it is killed, and processes die."""
    services = _services()
    expired = expire_claims(services.store, services.now())
    closed = close_gone(services.store, services.now())
    if expired or closed:
        log.warning("sweep_found", expired=expired, closed=closed)
    for on in find_recent_dates(services.store, services.now() - _LOOK_BACK):
        prepare.delay(on.isoformat())
    deliver.delay()


def _compose_when_ready(on: str) -> None:
    """The last one out composes: while another task still holds a summary of this day, that one will."""
    day = _services().day(date.fromisoformat(on))
    if day.has_open_summaries() or not day.is_ripe():
        return
    for chunk in _chunks([reader.id for reader in day.waiting_readers()], _READERS_PER_TASK):
        compose.delay(on, chunk)


def _chunks(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
