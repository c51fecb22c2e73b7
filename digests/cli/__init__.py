"""The command line `paperpost`. Exit status: 0 done, 1 failed, 2 wrong use. Needs neither broker nor service."""

import logging
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from digests.cli import (
    backfill,
    health,
    inspect,
    papers,
    preview,
    quality,
    readers,
    resummarise,
    run,
    schedule,
    trending,
    up,
)
from digests.errors import ConfigError, InputError, PaperPostError, QueryRefused
from digests.keywords.refusals import explain_refusal
from digests.logs import configure_logs
from digests.phrases import load_phrases


class _Commands(TyperGroup):
    """Our own errors become one sentence on standard error and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PaperPostError as error:
            Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(_sentence(error))
            raise typer.Exit(2 if isinstance(error, ConfigError | InputError) else 1) from error


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="论文邮差 PaperPost: every new arXiv paper that matters to a reader, once, in Chinese. "
    "DATE is arXiv's own: the date on its listing page.",
)


@app.callback()
def _start() -> None:
    # What a person asked for stands on standard output; the log is for when it failed.
    configure_logs(logging.WARNING)


for commands in (
    up,
    papers,
    backfill,
    schedule,
    inspect,
    readers,
    preview,
    trending,
    run,
    resummarise,
    quality,
    health,
):
    commands.register(app)


def _sentence(error: PaperPostError) -> str:
    phrases = load_phrases("en")
    if isinstance(error, QueryRefused):
        return explain_refusal(error, phrases)
    if isinstance(error, InputError) and error.code:
        return phrases(error.code, **error.fields)
    return str(error)
