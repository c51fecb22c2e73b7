"""The tasks: one call into the house each. Ids in, nothing out; every task may run twice, at the same time too."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Final, TypeVar

import structlog
from celery import Task

from digests.bootstrap import Services, open_services
from digests.clock import utc_now
from digests.composing.digest import Nothing
from digests.day import Day
from digests.delivery.addresses import close_gone
from digests.delivery.ledger import expire_claims
from digests.due import find_awaiting, find_due, find_unannounced, work_out_next
from digests.errors import SourceMalformed, SourceUnavailable
from digests.heartbeat import beat, find_heartbeats
from digests.papers.calendar import find_expected
from digests.papers.collect import collect
from digests.papers.paper import ArxivId, Source
from digests.papers.polling import claim_poll, settle_poll, watch
from digests.papers.shelf import count_seen, find_recent_dates
from digests.past.index import index_past
from digests.store.clock_jumps import pull_back, start_over
from digests.subscribers.archives import find_archives_read
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
# What is not what it should be will hardly be so in a minute; a person must look.
_MALFORMED_WAIT_SECONDS = 3600
# Hosts' clocks differ by seconds.
_CLOCK_TOLERANCE = timedelta(minutes=1)
# Summaries of older batches are woken by whoever needs them.
_LOOK_BACK = timedelta(hours=24)

_loop: Final = LoopThread()


@cache
def _services() -> Services:
    """One per pool process, made by its first task: nothing that is open crosses a fork."""
    return open_services()


@app.task(name="papers.poll")
def poll() -> None:
    """Ask for one archive's page, if one is to be asked for; another one is the next task's business."""
    services = _services()
    named = services.watched
    watch(services.store, find_archives_read(services.store) if named is None else named, services.now())
    # One at a time: the host allows no more, and waiting for it must not take the other processes of the pool.
    scope = claim_poll(services.store, services.now())
    if scope is not None:
        _poll_scope(services, scope)
        poll.delay()


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
        index.delay()


@app.task(name="papers.index")
def index() -> None:
    """Make what was announced searchable, for back-tests."""
    index_past(_services().store, _services().now())


@app.task(name="digests.prepare")
def prepare(on: str) -> None:
    """Have the batch of `on` (ISO date) matched for all who will get it, before anybody's hour comes."""
    for chunk in _chunks(find_awaiting(_services().store, date.fromisoformat(on)), _READERS_PER_TASK):
        plan.delay(on, chunk)


@app.task(name="digests.plan")
def plan(on: str, subscriber_ids: Sequence[int]) -> None:
    """Match the batch of `on` for these readers, and wake the summaries that are missing."""
    day = _day([on])
    if not _wake_summaries(day, day.plan_summaries(subscriber_ids)):
        dispatch.delay()


@app.task(name="digests.summarise")
def summarise(on: str, paper_ids: Sequence[str]) -> None:
    services = _services()
    ids = [ArxivId(paper_id) for paper_id in paper_ids]
    _loop.run(summarise_due(services.store, services.summarizer, ids, services.now))
    # The last one out: while another task still holds a summary of this day, that one will.
    if not _day([on]).has_open_summaries():
        dispatch.delay()


@app.task(name="digests.dispatch")
def dispatch() -> None:
    """Once a minute, and when something has become ready: find whose digest is due."""
    services = _services()
    _look_at_clock(services)
    work_out_next(services.store, services.now())
    for due in find_due(services.store, services.now(), services.channel_names):
        dates = [on.isoformat() for on in due.dates]
        may_wait = due.needs_summaries and not due.is_late
        if may_wait and _day(dates).has_open_summaries():
            continue
        for chunk in _chunks(due.subscriber_ids, _READERS_PER_TASK):
            compose.delay(dates, chunk, may_wait)
    untold = find_unannounced(
        services.store, services.now(), services.channel_names, lambda on: services.day(on).notice_slot
    )
    for one in untold:
        for chunk in _chunks(one.subscriber_ids, _READERS_PER_TASK):
            announce_nothing.delay(one.announced_on.isoformat(), one.nothing, chunk)


@app.task(name="digests.compose")
def compose(dates: Sequence[str], subscriber_ids: Sequence[int], may_wait: bool) -> None:
    """Compose these readers' digest of these batches, unless it waits for a summary and may still do so."""
    day = _day(dates)
    if may_wait:
        _wake_summaries(day, day.plan_summaries(subscriber_ids))
        # What another task has in hand is waited for too.
        if day.has_open_summaries():
            return
    if day.compose(set(subscriber_ids)):
        deliver.delay()


@app.task(name="digests.announce_nothing")
def announce_nothing(on: str, nothing: str, subscriber_ids: Sequence[int]) -> None:
    """Tell these readers why nothing comes; `nothing` is a word of composing.Nothing."""
    if _day([on]).announce_nothing(Nothing(nothing), set(subscriber_ids)):
        deliver.delay()


@app.task(name="digests.deliver")
def deliver() -> None:
    """Send what is due; where more is due than one task should hold, wake another."""
    services = _services()
    _loop.run(services.send_codes())
    tally = _loop.run(services.courier.deliver_due(limit=_SENDS_PER_TASK))
    if tally.total() >= _SENDS_PER_TASK:
        deliver.delay()


@app.task(name="digests.sweep")
def sweep() -> None:
    """Find what nobody was woken for: the broker loses messages when it is killed, and processes die."""
    services = _services()
    pull_back(services.store, services.now())
    expired = expire_claims(services.store, services.now())
    closed = close_gone(services.store, services.now())
    if expired or closed:
        log.warning("sweep_found", expired=expired, closed=closed)
    for on in find_recent_dates(services.store, services.now() - _LOOK_BACK):
        day = services.day(on)
        _wake_summaries(day, day.find_due_summaries())
    deliver.delay()


def _look_at_clock(services: Services) -> None:
    """By the real one: a sandbox moves its own, and only forward."""
    last = find_heartbeats(services.store).get("worker")
    if last is not None and last > utc_now() + _CLOCK_TOLERANCE:
        log.warning("clock_set_back", last_beat_at=last.isoformat())
        start_over(services.store, services.now())
    beat(services.store, "worker", utc_now())


def _poll_scope(services: Services, scope: str) -> None:
    fault, wait_seconds, every_seconds = "it was cut off", 0.0, services.settings.poll_seconds
    expected = find_expected(services.now())
    seen = count_seen(services.store, expected)
    try:
        collect(services.store, services.fetcher, scope=scope, source=Source.LISTING, now=services.now)
        fault = ""
    except SourceUnavailable as error:
        fault, wait_seconds = str(error), error.retry_after_seconds or 0.0
    except SourceMalformed as error:
        fault, every_seconds = str(error), _MALFORMED_WAIT_SECONDS
    finally:
        # Also when this task's time is over.
        settle_poll(
            services.store, scope, services.now(), every_seconds=every_seconds, fault=fault, wait_seconds=wait_seconds
        )
    if fault:
        log.warning("poll_failed", scope=scope, reason=fault)
    # A page that never proves itself whole too: in three hours its papers go out.
    if count_seen(services.store, expected) != seen:
        prepare.delay(expected.isoformat())
        index.delay()


def _day(dates: Sequence[str]) -> Day:
    *earlier, newest = [date.fromisoformat(on) for on in dates]
    return _services().day(newest, earlier)


def _wake_summaries(day: Day, paper_ids: Sequence[ArxivId]) -> bool:
    """Whether there is anything to wait for."""
    for chunk in _chunks(paper_ids, _PAPERS_PER_TASK):
        summarise.delay(day.on.isoformat(), chunk)
    return bool(paper_ids)


def _chunks(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
