"""`doctor` and `status`: does it work, and what has it done."""

import asyncio
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import groupby

import typer
from rich.console import Console

from digests import broker
from digests.cli.coverage import describe_catch_ups, describe_coverage
from digests.cli.options import AsJson, print_json, services
from digests.cli.spending import describe_spending
from digests.clock import utc_now
from digests.health.check import Check
from digests.papers.collecting.plan import Stage
from digests.settings import load_settings
from digests.status import PollStatus, Status, Totals, count_totals, report_status
from digests.summaries.spending.prices import to_micros

_WIDTH = 80
_MARKS = {True: "ok", False: "FAILED", None: "-"}


def register(app: typer.Typer) -> None:
    app.command()(doctor)
    app.command()(status)


def doctor(as_json: AsJson = False) -> None:
    """Check every outside part: reachable, credentials good, what to set. Exit status 1 when something fails."""
    # It knows every outside part's library: a second that no other command has to pay.
    from digests.health.checkup import check_all

    settings = load_settings()
    with Console(stderr=True).status("Asking every outside part …"):
        checks = asyncio.run(check_all(settings, utc_now))
    if as_json:
        print_json({"sandbox": settings.is_sandbox, "checks": [asdict(check) for check in checks]})
    else:
        typer.echo("Sandbox mode: no real channel is set." if settings.is_sandbox else "Real mode.")
        for check in checks:
            _print_check(check)
    if any(check.ok is False for check in checks):
        raise typer.Exit(1)


def status(as_json: AsJson = False) -> None:
    """Show the newest batches, who is due, what waits, what models cost, and every send by state."""
    with services() as opened:
        queues = broker.find_queue_lengths(opened.settings.redis_url, opened.settings.home)
        now = opened.now()
        report = report_status(
            opened.store,
            now,
            queues=queues,
            beats_now=utc_now(),
            priced=opened.settings.model_prices.keys(),
            budget_micros=to_micros(opened.settings.llm_daily_budget),
        )
        totals = count_totals(opened.store)
    if as_json:
        print_json(asdict(report) | asdict(totals))
        return
    for name, text in _describe(report, totals, now):
        _print_line(f"{name:<11} ", text)


def _print_check(check: Check) -> None:
    head = f"{_MARKS[check.ok]:<7} {check.name:<14} "
    _print_line(head, check.detail)
    if check.advice:
        _print_line(" " * len(head) + "→ ", check.advice)


def _print_line(head: str, text: str) -> None:
    """At most 80 columns, what is too long indented; an address or a path is never broken."""
    typer.echo(
        textwrap.fill(
            text,
            _WIDTH,
            initial_indent=head,
            subsequent_indent=" " * len(head),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _describe(report: Status, totals: Totals, now: datetime) -> Iterator[tuple[str, str]]:
    if report.last_batch_on is None:
        yield "papers", "none stored yet; bring some in: paperpost ingest FILE"
    for on, of_day in groupby(describe_coverage(report.coverage), key=lambda line: line[0]):
        for number, (_, text) in enumerate(of_day):
            yield "" if number else f"{on}", text
    for text in describe_catch_ups(report.catch_ups):
        yield "catching up", text
    yield from _describe_polls(report.polls, now)
    addresses = f"{report.addresses} addresses, {report.unconfirmed} not confirmed"
    yield "readers", f"{report.readers} ({report.paused} paused; {addresses}), {report.keywords} keywords"
    coming = f"the next {_moment(report.next_due_at)}" if report.next_due_at else "none to come"
    yield "digests due", f"{report.due_now} now, {coming}"
    yield "queues", _counts(report.queues) if report.queues is not None else "no broker answers"
    yield "summaries", _counts(totals.summaries)
    for number, text in enumerate(describe_spending(report.spending)):
        yield "" if number else "models", text
    yield "sends", _counts(totals.deliveries)
    yield "last 7 days", _counts(report.recent_deliveries)
    for reason in report.recent_reasons:
        yield "", f"{reason.count} {reason.state}: {reason.error}"
    for number, alert in enumerate(report.alerts):
        told = "" if alert.told_at else " (nobody told)"
        yield "" if number else "ALERTS", f"{_moment(alert.raised_at)}{told}: {alert.text}"
    beats = (f"{beat.process} {timedelta(seconds=beat.seconds_ago)} ago" for beat in report.heartbeats)
    yield "alive", ", ".join(beats) or "nobody has run here yet"


def _describe_polls(polls: tuple[PollStatus, ...], now: datetime) -> Iterator[tuple[str, str]]:
    if not polls:
        return
    for number, (stage, of_stage) in enumerate(groupby(sorted(polls, key=_place), key=lambda poll: poll.stage)):
        asked = list(of_stage)
        earliest = min(poll.next_at for poll in asked)
        names = " ".join(sorted(poll.scope for poll in asked))
        when = "now" if earliest <= now else _moment(earliest)
        yield "" if number else "asked for", f"{stage}: {names}; the next {when}"
    for poll in polls:
        if poll.failing_since:
            yield "", f"{poll.stage} of {poll.scope} fails since {_moment(poll.failing_since)}: {poll.fault}"


def _place(poll: PollStatus) -> tuple[int, str]:
    return list(Stage).index(Stage(poll.stage)), poll.scope


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(numbers.items())) or "none"
