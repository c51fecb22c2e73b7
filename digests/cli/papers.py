"""`ingest`: announcement files into the store."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

from digests.bootstrap import Services
from digests.cli.options import AsJson, parse_date, print_json, services
from digests.errors import SourceMalformed
from digests.papers.paper import Broken
from digests.papers.shelf import store_announcement
from digests.papers.wire import read_document, read_payload

_MAX_SHOWN_BROKEN = 10


@dataclass(frozen=True)
class Ingested:
    """One file's outcome; `error` is empty where it could be read."""

    file: str
    source: str = ""
    scope: str = ""
    announced_on: date | None = None
    entries: int = 0
    new: int = 0
    known: int = 0
    broken: tuple[Broken, ...] = ()
    error: str = ""


def register(app: typer.Typer) -> None:
    app.command()(ingest)


def ingest(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Listing pages, RSS or Atom feeds; .gz too.")],
    source: Annotated[Literal["auto", "list", "rss", "atom"], typer.Option(help="The wire format.")] = "auto",
    on: Annotated[
        date | None,
        typer.Option("--on", parser=parse_date, metavar="DATE", help="arXiv's date, for a file that has none."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring announcement files in. Prints per file: entries, new, known, broken. Again changes nothing."""
    with services() as opened:
        results = [_ingest_file(opened, path, source, on) for path in files]
    if as_json:
        print_json([asdict(result) | {"broken": len(result.broken)} for result in results])
    else:
        _print_table(results)
    if any(result.error for result in results):
        raise typer.Exit(1)


def _ingest_file(
    opened: Services, path: Path, source: Literal["auto", "list", "rss", "atom"], on: date | None
) -> Ingested:
    try:
        announcement = read_document(read_payload(path), source)
        if on and announcement.announced_on not in {None, on}:
            return Ingested(str(path), error=f"has a date of its own, {announcement.announced_on}; leave out --on")
        stored = store_announcement(opened.store, announcement, now=opened.now, on=on)
    except OSError as error:
        return Ingested(str(path), error=f"cannot be read: {error.strerror}")
    except SourceMalformed as error:
        return Ingested(str(path), error=str(error))
    return Ingested(
        file=str(path),
        source=announcement.source,
        scope=announcement.scope,
        announced_on=announcement.announced_on or on,
        entries=stored.entries,
        new=stored.new,
        known=stored.known,
        broken=announcement.broken,
    )


def _print_table(results: list[Ingested]) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    table = Table(Column("file", overflow="fold"), "source", "scope", "date", box=None, pad_edge=False)
    for heading in ("entries", "new", "known", "broken"):
        table.add_column(heading, justify="right")
    for result in results:
        counts = (result.entries, result.new, result.known, len(result.broken))
        row = (Path(result.file).name, result.source, result.scope, str(result.announced_on or ""))
        table.add_row(*row, *(str(count) for count in counts))
    console.print(table)
    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    for result in results:
        for broken in result.broken[:_MAX_SHOWN_BROKEN]:
            errors.print(f"{Path(result.file).name}: {broken.where}: {broken.reason}")
        if len(result.broken) > _MAX_SHOWN_BROKEN:
            errors.print(f"{Path(result.file).name}: and {len(result.broken) - _MAX_SHOWN_BROKEN} more")
        if result.error:
            errors.print(f"{result.file}: {result.error}")
