"""`resummarise`: a text again, with today's prompt, glossary and model."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from digests.bootstrap import Services
from digests.cli.options import parse_date
from digests.cli.outside_services import outside_services
from digests.errors import ConfigError, InputError, PaperPostError
from digests.papers.identifier import read_identifier
from digests.papers.paper import ArxivId
from digests.papers.shelf import find_papers, load_batch
from digests.phrases import load_phrases
from digests.summaries.asking.model import Tokens
from digests.summaries.draft import Kind
from digests.summaries.faults import HARMLESS
from digests.summaries.resummarising.rows import Ending, find_texts
from digests.summaries.resummarising.run import AskedAgain, ask_again
from digests.summaries.spending.prices import format_micros
from digests.summaries.summary import CHINESE, Summary, SummaryState

_INTERRUPTED_STATUS: Final = 130
_messages: Final = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
_COUNTED_AS: Final = {
    Ending.REPLACED: "with a new text",
    Ending.KEPT: "with the old text",
    Ending.ENGLISH: "still in English",
    Ending.BUSY: "left to another run",
    Ending.UNASKED: "not asked",
}


def register(app: typer.Typer) -> None:
    app.command()(resummarise)


def resummarise(
    ids: Annotated[
        list[str] | None,
        typer.Option("--paper", metavar="ID", help="A paper that is stored. Several: --paper A --paper B."),
    ] = None,
    on: Annotated[
        date | None,
        typer.Option(
            "--on", parser=parse_date, metavar="DATE", help="Every paper of arXiv's date that was asked for before."
        ),
    ] = None,
) -> None:
    """Ask again for a paper's Chinese (and English notes), with today's prompt, glossary and model.

    Readers keep the old text until a new one is there that is no worse: a failed one replaces none, and a marked one
    none without a mark. Nothing is sent again: it is for the reading page, and for digests still to come.
    """
    if bool(ids) == bool(on):
        raise typer.BadParameter("Give --paper ID or --on DATE, and not both.")
    asked = [_read_id(text) for text in ids or ()]
    with outside_services(_messages) as opened:
        if not opened.summary_keys:
            raise ConfigError("No model is set, so nobody can be asked: set PAPERPOST_LLM_MODEL and OPENAI_API_KEY.")
        texts = _find_texts_on(opened, on) if on else _find_texts_of(opened, asked)
        ended, is_interrupted = _follow(opened, texts, judges_all=bool(ids))
    _report(ended, asked=len(texts))
    if is_interrupted:
        raise typer.Exit(_INTERRUPTED_STATUS)
    if not all(_is_through(one) for one in ended):
        raise typer.Exit(1)


def _read_id(text: str) -> ArxivId:
    found = read_identifier(text)
    if found is None:
        raise InputError(f"No arXiv id: {text[:40]!r}. Write it like 2604.18326 or hep-th/9901001.")
    return found[0]


def _find_texts_of(opened: Services, ids: Sequence[ArxivId]) -> list[tuple[ArxivId, str]]:
    """A paper that nobody was asked about yet gets Chinese."""
    missing = sorted(set(ids) - find_papers(opened.store, ids).keys())
    if missing:
        raise PaperPostError(f"Not stored: {', '.join(missing)}. Bring it in first: paperpost ingest --id {missing[0]}")
    found = (find_texts(opened.store, [paper_id]) or [(paper_id, CHINESE)] for paper_id in ids)
    return list(dict.fromkeys(text for texts in found for text in texts))


def _find_texts_on(opened: Services, on: date) -> list[tuple[ArxivId, str]]:
    batch = load_batch(opened.store, on)
    if not batch:
        raise PaperPostError(f"No papers of {on} are stored. Bring them in first: paperpost ingest FILE")
    texts = find_texts(opened.store, [one.paper.id for one in batch])
    if not texts:
        raise PaperPostError(
            f"Nobody was asked about a paper of {on} yet: that comes with the readers' digests, or with paperpost run."
        )
    return texts


def _follow(
    opened: Services, texts: Sequence[tuple[ArxivId, str]], *, judges_all: bool
) -> tuple[list[AskedAgain], bool]:
    """What became of each, and whether somebody has stopped it."""
    ended: list[AskedAgain] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        bar = progress.add_task("asking again", total=len(texts))

        def tell(one: AskedAgain) -> None:
            ended.append(one)
            progress.advance(bar)

        try:
            asyncio.run(_ask(opened, texts, tell, judges_all=judges_all))
        except KeyboardInterrupt:
            return ended, True
    return ended, False


async def _ask(
    opened: Services,
    texts: Sequence[tuple[ArxivId, str]],
    tell: Callable[[AskedAgain], None],
    *,
    judges_all: bool,
) -> None:
    try:
        await ask_again(opened.store, opened.summarizer, texts, opened.now, tell, judges_all=judges_all)
    finally:
        await opened.close_connections()


def _report(ended: Sequence[AskedAgain], *, asked: int) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for one in sorted(ended, key=lambda one: (one.paper_id, one.language)):
        console.print(f"{one.paper_id} {one.language}: {_say(one)}")
    counts = Counter(one.ending for one in ended)
    said = [f"{counts[ending]} {what}" for ending, what in _COUNTED_AS.items() if counts[ending]]
    console.print(f"{len(ended)} of {asked}: {', '.join(said) or 'none asked'}. {_say_cost(ended)}")


def _say(one: AskedAgain) -> str:
    if one.outcome is None:
        return f"not asked: {one.reason}" if one.reason else "left alone: another run has it, or has just asked"
    summary = one.outcome.summary
    if one.ending is Ending.BUSY:
        return "the answer came too late: another run has it now"
    if one.ending is Ending.ENGLISH:
        return f"still in English: {_explain(summary)}"
    if not summary.is_readable:
        return f"old text kept, for there is no new one: {_explain(summary)}"
    what = "new text" if one.ending is Ending.REPLACED else "old text kept, for the new one is worth less"
    marks = [
        "only a title and a sentence" if summary.kind is Kind.BRIEF else "",
        f"marked: {_explain(summary)}" if summary.state is SummaryState.DOUBTFUL else "",
    ]
    return "; ".join([what, *filter(None, marks)])


def _explain(summary: Summary) -> str:
    sentences = load_phrases("en").section("faults")
    return "; ".join(sentences.get(code, code) for code in summary.faults if code not in HARMLESS)


def _say_cost(ended: Sequence[AskedAgain]) -> str:
    usages = [one.outcome.usage for one in ended if one.outcome]
    tokens = sum((usage.tokens for usage in usages), Tokens())
    micros = sum(usage.micros for usage in usages)
    cost = f", {format_micros(micros)} in the currency of PAPERPOST_LLM_PRICES" if micros else ""
    return f"{tokens.prompt} tokens asked ({tokens.cached} of them cached), {tokens.completion} answered{cost}."


def _is_through(one: AskedAgain) -> bool:
    """The model gave a text, or another run sees to it."""
    return one.ending is Ending.BUSY or (one.outcome is not None and one.outcome.summary.is_readable)
