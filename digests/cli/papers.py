"""`ingest`: files of papers into the store, or papers by their ids."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

from digests.bootstrap import Services
from digests.cli.options import AsJson, parse_date, print_json, services
from digests.errors import SourceMalformed
from digests.papers.huggingface import DailyPapers
from digests.papers.paper import Announcement, Broken, Source
from digests.papers.shelf import Stored, store_announcement, store_papers
from digests.papers.trending import store_daily
from digests.papers.wire import Document, read_payload, read_wire

_MAX_SHOWN_BROKEN = 10

_SourceName = Literal["auto", "list", "catchup", "rss", "atom", "api", "oai", "hf"]


@dataclass(frozen=True)
class Ingested:
    """One file's outcome; `error` is empty where it could be read, `note` where there is nothing to know about it."""

    file: str
    source: str = ""
    scope: str = ""
    announced_on: date | None = None
    entries: int = 0
    new: int = 0
    known: int = 0
    broken: tuple[Broken, ...] = ()
    note: str = ""
    error: str = ""


def register(app: typer.Typer) -> None:
    app.command()(ingest)


def ingest(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help="Listing pages, RSS or Atom feeds, answers of arXiv's API or of OAI-PMH, Hugging Face's daily papers; "
            ".gz too.",
        ),
    ] = None,
    source: Annotated[_SourceName, typer.Option(help="The wire format.")] = "auto",
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="ID", help="No file: look this paper up at arXiv. Several ids: --id A --id B."),
    ] = None,
    on: Annotated[
        date | None,
        typer.Option("--on", parser=parse_date, metavar="DATE", help="arXiv's date, for a page or feed without one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring papers in. Prints per file: entries, new, known, broken. Again changes nothing."""
    if bool(files) == bool(ids):
        raise typer.BadParameter("Give files, or ids with --id, not both.")
    if ids and (on or source not in {"auto", Source.API}):
        raise typer.BadParameter("--id asks arXiv's API: leave out --on and any other --source.")
    with services() as opened:
        results = [_ingest_file(opened, path, source, on) for path in files or ()]
        if ids:
            results.append(_ingest_ids(opened, ids))
    if as_json:
        print_json([asdict(result) | {"broken": len(result.broken)} for result in results])
    else:
        _print_table(results)
    if any(result.error for result in results):
        raise typer.Exit(1)


def _ingest_file(opened: Services, path: Path, source: _SourceName, on: date | None) -> Ingested:
    try:
        document = read_wire(read_payload(path), source)
        return _store_document(opened, str(path), document, on)
    except OSError as error:
        return Ingested(str(path), error=f"cannot be read: {error.strerror}")
    except SourceMalformed as error:
        return Ingested(str(path), error=str(error))


def _store_document(opened: Services, file: str, document: Document, on: date | None) -> Ingested:
    if isinstance(document, Announcement):
        return _store_announcement(opened, file, document, on)
    if on:
        return Ingested(file, error="is no announcement, so it can be of no day; leave out --on")
    if isinstance(document, DailyPapers):
        stored = store_daily(opened.store, document, opened.now)
        return _build_outcome(file, Source.HF, stored, document.broken, note=_note_daily(document))
    stored = store_papers(opened.store, document.papers, document.source, opened.now)
    note = f"more follow with resumptionToken={document.next_token}" if document.next_token else ""
    return _build_outcome(file, document.source, stored, document.broken, note=note)


def _store_announcement(opened: Services, file: str, announcement: Announcement, on: date | None) -> Ingested:
    if on and announcement.announced_on not in {None, on}:
        return Ingested(file, error=f"has a date of its own, {announcement.announced_on}; leave out --on")
    stored = store_announcement(opened.store, announcement, now=opened.now, on=on)
    return _build_outcome(
        file,
        announcement.source,
        stored,
        announcement.broken,
        scope=announcement.scope,
        announced_on=announcement.announced_on or on,
    )


def _ingest_ids(opened: Services, ids: Sequence[str]) -> Ingested:
    found = opened.gathering.look_up(ids)
    stored = store_papers(opened.store, found.papers, Source.API, opened.now)
    error = f"arXiv has none, or not yet: {', '.join(found.missing)}" if found.missing else ""
    return _build_outcome(opened.settings.arxiv_api_url, Source.API, stored, found.broken, error=error)


def _build_outcome(file: str, source: Source, stored: Stored, broken: tuple[Broken, ...], **others: Any) -> Ingested:
    return Ingested(
        file, source=source, entries=stored.entries, new=stored.new, known=stored.known, broken=broken, **others
    )


def _note_daily(daily: DailyPapers) -> str:
    dateless = sum(entry.listed_on is None for entry in daily.papers)
    notes = [
        f"{dateless} of them without a day: only the papers are stored" if dateless else "",
        "a full page, so the day may have more: ask with limit=100 and p=1" if daily.may_be_cut else "",
    ]
    return "; ".join(note for note in notes if note)


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
        for said in filter(None, (result.note, result.error)):
            errors.print(f"{result.file}: {said}")
