"""`match`: what a keyword brings."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import typer

from digests.cli.options import AsJson, OnDate, on_or_newest, print_each, print_each_json, services
from digests.cli.since import match_since
from digests.errors import PaperPostError
from digests.keywords.language import Query, parse, split_keywords
from digests.keywords.match import Field, Match
from digests.keywords.matcher import Matcher
from digests.papers.paper import Announced, Paper
from digests.papers.shelf import load_batch


def register(app: typer.Typer) -> None:
    # What begins with a dash is a keyword to refuse in our words, not an option that click does not know.
    app.command(context_settings={"ignore_unknown_options": True})(match)


def match(
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY",
            help='A keyword, such as "diffusion policy" or ti:agent. Several with commas: each is shown for itself.',
        ),
    ],
    on: OnDate = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS|DATE",
            help="What it would have brought day by day, new and cross-listed: 60d, or from 2026-04-21 on.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which papers of a stored announcement a keyword hits: all kinds. No hit is success.

    With --json one keyword is an object, several are a list of them, in the order of typing.
    """
    if on and since is not None:
        raise typer.BadParameter("Give --on or --since, not both.")
    # What holds no keyword is refused as one.
    queries = [parse(typed.text) for typed in split_keywords(query)] or [parse(query)]
    if since is not None:
        with services() as opened:
            match_since(opened, queries, since, as_json=as_json)
    else:
        _match_on(queries, on, as_json=as_json)


def _match_on(queries: Sequence[Query], on: date | None, *, as_json: bool) -> None:
    with services() as opened:
        day = on_or_newest(opened, on)
        batch = load_batch(opened.store, day)
    if not batch:
        raise PaperPostError(f"No papers of {day} are stored. Bring them in first: paperpost ingest FILE")
    found = Matcher(queries).match([item.paper for item in batch])
    papers = {item.paper.id: item for item in batch}
    shown = [(query, [(papers[hit.paper_id], hit) for hit in found.get(query.canonical, ())]) for query in queries]
    if as_json:
        print_each_json([_build_json(query, day.isoformat(), hits) for query, hits in shown])
    else:
        print_each([_say(query, day.isoformat(), hits) for query, hits in shown])


def _build_json(query: Query, on: str, hits: list[tuple[Announced, Match]]) -> dict[str, Any]:
    papers = [
        {"id": item.paper.id, "title": item.paper.title, "kind": item.kind, "matched": _matched(item.paper, hit)}
        for item, hit in hits
    ]
    return {"query": query.typed, "canonical": query.canonical, "on": on, "count": len(papers), "papers": papers}


def _matched(paper: Paper, hit: Match) -> list[dict[str, Any]]:
    return [
        {"term": s.term, "field": s.field, "text": _field_text(paper, s.field)[s.start : s.end], "start": s.start}
        for s in hit.spans
    ]


def _say(query: Query, on: str, hits: list[tuple[Announced, Match]]) -> list[str]:
    lines = [f"{query.canonical}: {len(hits)} of {on}"]
    for item, hit in hits:
        words = dict.fromkeys(_field_text(item.paper, s.field)[s.start : s.end] for s in hit.spans)
        lines.append(f"{item.paper.id}  {item.kind:<13}  {item.paper.title}  [{', '.join(words)}]")
    return lines


def _field_text(paper: Paper, field: Field) -> str:
    texts = {
        Field.TITLE: paper.title,
        Field.ABSTRACT: paper.abstract,
        Field.COMMENTS: paper.comments,
        Field.AUTHORS: ", ".join(paper.authors),
        Field.CATEGORY: " ".join(paper.categories),
        Field.PRIMARY: paper.primary_category,
        Field.ID: paper.id,
    }
    return texts.get(field, "")
