"""`backfill`: batches of the past into the store. An interruption loses nothing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from digests.bootstrap import Services
from digests.cli.options import AsJson, parse_date, print_json, services
from digests.errors import InputError
from digests.papers.calendar import find_expected
from digests.papers.collecting.missed import CatchUp, list_catch_ups, plan_since
from digests.papers.fetch import wait_seconds
from digests.papers.taxonomy import read_scopes

#: Older batches are dated by guess only, and a year of all of arXiv takes half a day to ask for.
_MAX_DAYS: Final = 366
_INTERRUPTED_STATUS: Final = 130


def register(app: typer.Typer) -> None:
    app.command()(backfill)


def backfill(
    since: Annotated[
        date, typer.Option("--since", parser=parse_date, metavar="DATE", help="The first batch to fetch.")
    ],
    archives: Annotated[
        list[str] | None,
        typer.Option(
            "--archive",
            metavar="NAME",
            help="An archive or a category; several: --archive cs --archive stat. Default: those that are read.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the batches since DATE that are not here. Stop it when you like: a new run, or the service, goes on."""
    with services() as opened:
        scopes = read_scopes(archives) if archives else opened.gathering.list_scopes()
        _check_since(since, opened)
        plan_since(opened.store, scopes, since, opened.now(), opened.calendar)
        mine = _list_mine(opened, scopes, since)
        is_interrupted = _follow(opened, scopes, since)
        after = _list_mine(opened, scopes, since)
    _report(after, was=mine, as_json=as_json)
    if is_interrupted:
        raise typer.Exit(_INTERRUPTED_STATUS)
    if any(one.fault for one in after):
        raise typer.Exit(1)


def _check_since(since: date, opened: Services) -> None:
    newest = find_expected(opened.now())
    if since >= newest:
        raise InputError(
            f"{since} is not past: the newest batch is that of {newest}, which the service fetches itself."
        )
    if since < newest - timedelta(days=_MAX_DAYS):
        raise InputError(f"{since} is too far back: give a date from {newest - timedelta(days=_MAX_DAYS)} on.")


def _list_mine(opened: Services, scopes: Sequence[str], since: date) -> list[CatchUp]:
    return [one for one in list_catch_ups(opened.store, since) if one.scope in scopes]


def _follow(opened: Services, scopes: Sequence[str], since: date) -> bool:
    """Until nothing of it is open; returns whether somebody has stopped it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("batches", total=None)
        try:
            while waiting := _show(progress, bar, _list_mine(opened, scopes, since)):
                if opened.gathering.collector.catch_up() is None:
                    # Somebody else is asking, or the next try of a failing one is later.
                    progress.update(bar, description=f"waiting: {waiting[0].fault or 'others are asking'}"[:100])
                    wait_seconds(1.0)
        except KeyboardInterrupt:
            return True
    return False


def _show(progress: Progress, bar: int, mine: Sequence[CatchUp]) -> list[CatchUp]:
    waiting = [one for one in mine if one.closed_at is None]
    what = f"{waiting[0].scope} {waiting[0].announced_on}" if waiting else "batches"
    progress.update(bar, description=what, completed=len(mine) - len(waiting), total=len(mine))  # type: ignore[arg-type]
    return waiting


def _report(mine: Sequence[CatchUp], *, was: Sequence[CatchUp], as_json: bool) -> None:
    closed = [one for one in mine if one.closed_at is not None]
    failed = [one for one in closed if one.fault]
    before = sum(one.closed_at is not None for one in was)
    if as_json:
        print_json({"batches": len(mine), "before": before, "fetched": len(closed) - before, "failed": len(failed)})
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    if not mine:
        console.print("Every batch since then is here already.")
        return
    console.print(f"{len(closed)} of {len(mine)} batches are through, {before} of them before this run.")
    for one in failed:
        console.print(f"{one.scope} {one.announced_on} cannot be had: {one.fault}")
    if len(closed) < len(mine):
        console.print("Give the same command again to go on; the service goes on by itself.")
