"""`trending`: what the community reads, in any format."""

from datetime import date
from typing import Annotated, Literal

import typer

from digests.bootstrap import Services
from digests.cli.options import parse_date, services
from digests.composing.trending import MAX_UPVOTES, MIN_UPVOTES, Period
from digests.errors import PaperPostError
from digests.papers.trending import find_newest_list
from digests.rendering.trending.formats import TRENDING_FORMATS

Format = Literal["html", "text", "markdown", "telegram"]


def register(app: typer.Typer) -> None:
    app.command()(trending)


def trending(
    period: Annotated[Period, typer.Option(help="Of one day, one week or one month (UTC).")] = Period.DAILY,
    on: Annotated[
        date | None,
        typer.Option("--on", parser=parse_date, metavar="DATE", help="A day in it; default: the newest list's"),
    ] = None,
    min_upvotes: Annotated[
        int | None,
        typer.Option(min=0, max=MAX_UPVOTES, metavar="N", help="That a paper needs; default: as a reader's /trending."),
    ] = None,
    language: Annotated[Literal["zh", "zh-Hant", "en"], typer.Option(help="The reader's language.")] = "zh",
    form: Annotated[Format, typer.Option("--format", help="How it should look.")] = "text",
) -> None:
    """Show Hugging Face's daily papers by votes: reads the store, sends nothing, calls no model."""
    with services() as opened:
        digest, cards = opened.trending.preview(
            period,
            period.find_end(_find_day(opened, on)),
            min_upvotes=MIN_UPVOTES[period] if min_upvotes is None else min_upvotes,
            language=language,
        )
    if not digest.listed:
        days = " to ".join(dict.fromkeys([str(digest.first_on), str(digest.last_on)]))
        raise PaperPostError(f"No list of {days} is stored. Bring one in first: paperpost ingest FILE")
    typer.echo(TRENDING_FORMATS[form](digest, cards))


def _find_day(opened: Services, on: date | None) -> date:
    day = on or find_newest_list(opened.store)
    if day is None:
        raise PaperPostError("No list is stored yet. Bring one in first: paperpost ingest FILE")
    return day
