"""What several commands share: the DATE option, JSON output, services opened for one command."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType

from digests.bootstrap import Services, open_services
from digests.errors import PaperPostError
from digests.papers.shelf import latest_date
from digests.settings import Settings


def parse_date(text: str) -> date:
    """A DATE argument. Raises typer.BadParameter, which is exit status 2."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-04-21") from error


OnDate = Annotated[
    date | None, typer.Option("--on", parser=parse_date, metavar="DATE", help="arXiv's date; default: the newest")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


@contextmanager
def services(settings: Settings | None = None) -> Iterator[Services]:
    opened = open_services(settings)
    try:
        yield opened
    finally:
        opened.close()


def on_or_newest(opened: Services, on: date | None) -> date:
    """`on`, or the newest stored batch's date. Raises PaperPostError when nothing is stored at all."""
    newest = on or latest_date(opened.store)
    if newest is None:
        raise PaperPostError("No papers are stored yet. Bring some in first: paperpost ingest FILE")
    return newest


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_each_json(answers: Sequence[Any]) -> None:
    """The answers for what may be one thing or several: an object, or a list of them."""
    print_json(answers[0] if len(answers) == 1 else answers)


def print_each(answers: Sequence[Sequence[RenderableType]]) -> None:
    """The same as lines, with an empty one between."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for number, lines in enumerate(answers):
        for line in ["", *lines] if number else lines:
            console.print(line)
