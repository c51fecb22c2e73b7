"""`run` and `demo`: one announcement through everything."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from digests.bootstrap import Services
from digests.cli.options import AsJson, OnDate, on_or_newest, print_json
from digests.cli.outside_services import mail_folder, outside_services
from digests.delivery.ledger import expire_claims
from digests.delivery.states import DeliveryState
from digests.due import find_groups
from digests.errors import PaperPostError
from digests.papers.shelf import load_batch
from digests.status import DayReport, report_day
from digests.summaries.due import summarise_due

_messages = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def register(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(demo)


def run(on: OnDate = None, as_json: AsJson = False) -> None:
    """Match, summarise, compose and deliver the batch of a day, in this process, now. Again sends nothing twice."""
    with _services() as opened:
        day = on_or_newest(opened, on)
        if not load_batch(opened.store, day):
            raise PaperPostError(f"No papers of {day} are stored. Bring them in first: paperpost ingest FILE")
        seconds = asyncio.run(run_day(opened, day))
        report = report_day(opened.store, day)
    if as_json:
        print_json(asdict(report) | {"seconds": seconds})
    else:
        _print_report(Console(soft_wrap=True, highlight=False, markup=False), report, seconds)
    if not report.is_delivered:
        raise typer.Exit(1)


async def run_day(services: Services, on: date) -> dict[str, float]:
    """The whole way of one batch; returns seconds per stage. Belongs to the loop that runs it.

    Who has missed earlier batches gets them with it.
    """
    groups = [(services.day(on, dates[:-1]), ids) for dates, ids in find_groups(services.store, on).items()]
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds[stage] = round(time.monotonic() - started, 2)

    try:
        expire_claims(services.store, services.now())
        with timed("match"):
            due = {paper_id for day, ids in groups for paper_id in day.plan_summaries(ids)}
        with timed("summarise"):
            if due:
                await summarise_due(services.store, services.summarizer, due, services.now)
        with timed("compose"):
            for day, ids in groups:
                day.compose(ids)
        with timed("deliver"):
            # While something gets through, more may; what has to wait longer is for the next run.
            while (await services.courier.deliver_due())[DeliveryState.SENT]:
                pass
    finally:
        await services.close_connections()
    return seconds


def demo(
    papers: Annotated[
        list[Path] | None,
        typer.Option("--papers", metavar="F", help="Announcement files instead of the sample; repeat."),
    ] = None,
    keywords: Annotated[str, typer.Option(help='Keywords instead of the default ones: "a; b".')] = "",
    out: Annotated[Path, typer.Option(help="Where the results go; emptied first.")] = Path("build/demo"),
) -> None:
    """Run the whole main job once against stand-ins, with a real worker, broker, SMTP, HTTP and Bot API."""
    from sandbox.demo import KEYWORDS, run_demo

    console = Console(highlight=False, markup=False, soft_wrap=True)
    outcome = run_demo(papers or [], keywords or KEYWORDS, out, console)
    for report in outcome.days:
        _print_report(console, report, outcome.seconds)
    console.print(f"Received: {outcome.mails} mail(s), {outcome.messages} chat message(s).")
    files = ("digest.html", "digest.txt", "digest.md", "telegram.html", "mail.eml", "report.json")
    console.print(f"Look at {out}/: {', '.join(files)}")
    if not outcome.is_delivered:
        _messages.print(f"Not everything was delivered; the logs are in {out / 'state' / 'logs'}.")
        raise typer.Exit(1)


@contextmanager
def _services() -> Iterator[Services]:
    with outside_services(_messages) as opened:
        try:
            yield opened
        finally:
            if opened.settings.is_sandbox:
                _messages.print(f"The stand-in mailbox wrote what it got to {mail_folder(opened.settings)}.")


def _print_report(console: Console, report: DayReport, seconds: dict[str, float]) -> None:
    def counts(numbers: dict[str, int]) -> str:
        return ", ".join(f"{number} {name}" for name, number in sorted(numbers.items())) or "none"

    console.print(f"{report.on}: {report.seen} papers seen ({counts(dict(report.papers))})")
    console.print(f"  matched     {report.matched} papers for {report.editions} reader(s)")
    console.print(f"  summarised  {counts(dict(report.summaries))}")
    console.print(f"  sent        {counts(dict(report.deliveries))}")
    for reason in report.errors:
        console.print(f"  not sent    {reason}")
    console.print("  seconds     " + ", ".join(f"{name} {number}" for name, number in seconds.items()))
