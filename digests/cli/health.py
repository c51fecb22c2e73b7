"""`doctor` and `status`: does it work, and what has it done."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table

from digests.cli.options import AsJson, print_json, services
from digests.health import check_all
from digests.settings import load_settings
from digests.status import Status, report_status

_console = Console(soft_wrap=True, highlight=False, markup=False)
_MARKS = {True: "ok", False: "FAILED", None: "-"}


def register(app: typer.Typer) -> None:
    app.command()(doctor)
    app.command()(status)


def doctor(as_json: AsJson = False) -> None:
    """Check every outside part: reachable, credentials good, what to set. Exit status 1 when something fails."""
    settings = load_settings()
    is_sandbox = settings.is_sandbox
    checks = asyncio.run(check_all(settings))
    if as_json:
        print_json({"sandbox": is_sandbox, "checks": [asdict(check) for check in checks]})
    else:
        _console.print("Sandbox mode: no real channel is set." if is_sandbox else "Real mode.")
        table = Table(box=None, pad_edge=False, show_header=False)
        for check in checks:
            table.add_row(_MARKS[check.ok], check.name, check.detail, check.advice)
        _console.print(table)
    if any(check.ok is False for check in checks):
        raise typer.Exit(1)


def status(as_json: AsJson = False) -> None:
    """Show the newest batches, readers, and every send by state."""
    with services() as opened:
        report = report_status(opened.store)
    if as_json:
        print_json(asdict(report))
    else:
        _print_status(report)


def _print_status(report: Status) -> None:
    if not report.batches:
        _console.print("batches     none stored yet; bring some in: paperpost ingest FILE")
    for batch in report.batches:
        whole = "whole" if batch.closed_at else f"open ({batch.fault})"
        total = "" if batch.total is None else f"/{batch.total}"
        _console.print(f"batch       {batch.announced_on}  {batch.scope}  {batch.source}  {batch.seen}{total}  {whole}")
    addresses = f"{report.addresses} addresses, {report.unconfirmed} not confirmed"
    _console.print(f"readers     {report.readers} ({report.paused} paused; {addresses}), {report.keywords} keywords")
    _console.print(f"summaries   {_counts(report.summaries)}")
    _console.print(f"sends       {_counts(report.deliveries)}")


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(numbers.items())) or "none"
