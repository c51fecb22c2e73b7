"""The tasks: one call into the house each. Ids in, nothing out; every task may run twice, at the same time too."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from time import monotonic
from typing import Final, TypeVar

import structlog
from celery import Task

from digests.bootstrap import Services, open_services
from digests.clock import utc_now
from digests.composing.digest import Nothing
from digests.composing.trending import Period
from digests.coverage.overdue import look_for_overdue
from digests.day import Day
from digests.delivery.addresses import close_gone
from digests.delivery.ledger import expire_claims
from digests.due import find_awaiting, find_due, find_unannounced, work_out_next
from digests.errors import SourceUnavailable
from digests.heartbeat import beat, find_heartbeats
from digests.papers.batches import find_recent_dates
from digests.papers.collecting.pages import collect
from digests.papers.paper import ArxivId, Source
from digests.past.index import index_past
from digests.store.clock_jumps import pull_back, start_over
from digests.summaries.due import summarise_due
from digests.summaries.summarize import KINDS
from digests.summaries.summary import CHINESE
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
# Then another task goes on: this one must end before its soft time limit, and an asking may take minutes.
_POLLING_SECONDS = 120.0
# Hosts' clocks differ by seconds.
_CLOCK_TOLERANCE = timedelta(minutes=1)
# What there was no money for is due at noon of the next day. Who needs summaries of older batches wakes them.
_LOOK_BACK = timedelta(hours=48)

_loop: Final = LoopThread()


@cache
def _services() -> Services:
    """One per pool process, made by its first task: nothing that is open crosses a fork."""
    return open_services()


@app.task(name="papers.poll")
def poll() -> None:
    """Ask for what is to be asked for now, one document after the other."""
    services = _services()
    collector = services.gathering.collector
    began = monotonic()
    while monotonic() < began + _POLLING_SECONDS:
        step = collector.step()
        if step is None:
            return
        # History is for questions: it is indexed at the next beat.
        if step.is_news:
            services.drop_withdrawn()
            _prepare_all(step.changed)
    poll.delay()


@app.task(name="papers.collect", bind=True)
def collect_papers(self: Task, scope: str, source: str) -> None:
    """Fetch one scope's newest announcement; `source` is a word of papers.Source."""
    services = _services()
    try:
        on = collect(services.gathering.desk, scope=scope, source=Source(source))
    except SourceUnavailable as error:
        seconds = min(error.retry_after_seconds or _SOURCE_RETRY_SECONDS, _LONGEST_RETRY_SECONDS)
        raise self.retry(exc=error, countdown=seconds) from error
    _prepare_all(() if on is None else (on,))


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
    is_waited_for = _wake_summaries(day.on.isoformat(), day.plan_summaries(subscriber_ids))
    # Of many readers' lots the last one: a dispatch looks at everybody, and comes every minute in any case.
    if not is_waited_for and len(subscriber_ids) < _READERS_PER_TASK:
        dispatch.delay()


@app.task(name="digests.summarise")
def summarise(on: str, paper_ids: Sequence[str]) -> None:
    services = _services()
    ids = [ArxivId(paper_id) for paper_id in paper_ids]
    _loop.run(summarise_due(services.store, services.summarizer, ids, services.now))
    # The last one out: while another task still holds a summary of this day, that one will.
    if not any(map(_day([on]).has_open_summaries, KINDS)):
        dispatch.delay()
    dispatch_trending.delay()


@app.task(name="digests.dispatch")
def dispatch() -> None:
    """Once a minute, and when something has become ready: find whose digest is due."""
    services = _services()
    _look_at_clock(services)
    work_out_next(services.store, services.now())
    for due in find_due(services.store, services.now(), services.channel_names, services.calendar):
        dates = [on.isoformat() for on in due.dates]
        may_wait = not due.is_late
        if may_wait and _day(dates).has_open_summaries(due.language):
            continue
        for chunk in _chunks(due.subscriber_ids, _READERS_PER_TASK):
            compose.delay(dates, chunk, may_wait, due.language)
    untold = find_unannounced(
        services.store,
        services.now(),
        services.channel_names,
        services.calendar,
        lambda on: services.day(on).notice_slot,
    )
    for one in untold:
        for chunk in _chunks(one.subscriber_ids, _READERS_PER_TASK):
            announce_nothing.delay(one.announced_on.isoformat(), one.nothing, chunk)


@app.task(name="digests.compose")
def compose(dates: Sequence[str], subscriber_ids: Sequence[int], may_wait: bool, language: str = CHINESE) -> None:
    """Compose these readers' digest of these batches, unless it waits for a summary and may still do so.

    language  of the summaries that all of them wait for
    """
    day = _day(dates)
    if may_wait:
        _wake_summaries(day.on.isoformat(), day.plan_summaries(subscriber_ids))
        # What another task has in hand is waited for too.
        if day.has_open_summaries(language):
            return
    if day.compose(set(subscriber_ids)):
        deliver.delay()


@app.task(name="trending.dispatch")
def dispatch_trending() -> None:
    """Once a minute, and when something has become ready: find whose list of what the community reads is due."""
    for due in _services().trending.find_due():
        for chunk in _chunks(due.subscriber_ids, _READERS_PER_TASK):
            compose_trending.delay(due.period, due.on.isoformat(), chunk, due.may_wait)


@app.task(name="trending.compose")
def compose_trending(period: str, on: str, subscriber_ids: Sequence[int], may_wait: bool) -> None:
    """Compose these readers' list of the period that ends on that date, unless it waits for a summary."""
    trending, which = _services().trending, (Period(period), date.fromisoformat(on), subscriber_ids)
    if may_wait:
        _wake_summaries(on, trending.plan_summaries(*which))
        if trending.has_open_summaries(*which):
            return
    if trending.compose(*which):
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
        _wake_summaries(day.on.isoformat(), day.find_due_summaries())
    if not services.settings.is_sandbox:
        # There somebody announces by a button, when it pleases them.
        look_for_overdue(services.store, services.calendar, services.now())
    _loop.run(services.tell_alerts())
    deliver.delay()


def _look_at_clock(services: Services) -> None:
    """By the real one: a sandbox moves its own, and only forward."""
    last = find_heartbeats(services.store).get("worker")
    if last is not None and last > utc_now() + _CLOCK_TOLERANCE:
        log.warning("clock_set_back", last_beat_at=last.isoformat())
        start_over(services.store, services.now())
    beat(services.store, "worker", utc_now())


def _prepare_all(dates: Collection[date]) -> None:
    for on in sorted(dates):
        prepare.delay(on.isoformat())
    if dates:
        index.delay()


def _day(dates: Sequence[str]) -> Day:
    *earlier, newest = [date.fromisoformat(on) for on in dates]
    return _services().day(newest, earlier)


def _wake_summaries(on: str, paper_ids: Sequence[ArxivId]) -> bool:
    """Whether there is anything to wait for; `on` (ISO date) is whose digest waits for it."""
    for chunk in _chunks(paper_ids, _PAPERS_PER_TASK):
        summarise.delay(on, chunk)
    return bool(paper_ids)


def _chunks(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
