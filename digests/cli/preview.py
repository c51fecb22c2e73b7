"""`digest`: what one reader would get, in any format."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from digests.cli.options import OnDate, on_or_newest, services
from digests.cli.readers import SubscriberArgument, find_subscriber
from digests.errors import PaperPostError
from digests.papers.shelf import load_batch
from digests.rendering.formats import render
from digests.subscribers.readers import load_reader

Format = Literal["html", "text", "markdown", "telegram", "json"]


def register(app: typer.Typer) -> None:
    app.command()(digest)


def digest(
    subscriber: SubscriberArgument,
    on: OnDate = None,
    form: Annotated[Format, typer.Option("--format", help="How it should look.")] = "text",
    out: Annotated[Path | None, typer.Option(metavar="F", help="A file instead of standard output.")] = None,
) -> None:
    """Preview a reader's digest: sends nothing, calls no model. A missing summary shows the English, labelled."""
    with services() as opened:
        day = on_or_newest(opened, on)
        if not load_batch(opened.store, day):
            raise PaperPostError(f"No papers of {day} are stored. Bring them in first: paperpost ingest FILE")
        reader = load_reader(opened.store, find_subscriber(opened, subscriber).id)
        preview = opened.day(day).preview(reader)
    text = render(preview.digest, preview.cards, form)
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise PaperPostError(f"{out} cannot be written: {error.strerror}") from error
