"""`match`: what a keyword brings."""

from typing import Annotated, Any

import typer
from rich.console import Console

from digests.cli.options import AsJson, OnDate, on_or_newest, print_json, services
from digests.errors import PaperPostError
from digests.keywords.language import Query, parse
from digests.keywords.match import Field, Match
from digests.keywords.matcher import Matcher
from digests.papers.paper import Announced, Paper
from digests.papers.shelf import load_batch


def register(app: typer.Typer) -> None:
    app.command()(match)


def match(
    query: Annotated[str, typer.Argument(metavar="QUERY", help='A keyword, such as "diffusion policy" or ti:agent.')],
    on: OnDate = None,
    as_json: AsJson = False,
) -> None:
    """Show which papers of a stored announcement a keyword hits: all kinds. No hit is success."""
    parsed = parse(query)
    with services() as opened:
        day = on_or_newest(opened, on)
        batch = load_batch(opened.store, day)
    if not batch:
        raise PaperPostError(f"No papers of {day} are stored. Bring them in first: paperpost ingest FILE")
    found = Matcher([parsed]).match([item.paper for item in batch]).get(parsed.canonical, [])
    papers = {item.paper.id: item for item in batch}
    hits = [(papers[hit.paper_id], hit) for hit in found]
    if as_json:
        _print_json(parsed, day.isoformat(), hits)
    else:
        _print_text(parsed, day.isoformat(), hits)


def _print_json(query: Query, on: str, hits: list[tuple[Announced, Match]]) -> None:
    papers = [
        {"id": item.paper.id, "title": item.paper.title, "kind": item.kind, "matched": _matched(item.paper, hit)}
        for item, hit in hits
    ]
    print_json({"query": query.typed, "canonical": query.canonical, "on": on, "count": len(papers), "papers": papers})


def _matched(paper: Paper, hit: Match) -> list[dict[str, Any]]:
    return [
        {"term": s.term, "field": s.field, "text": _field_text(paper, s.field)[s.start : s.end], "start": s.start}
        for s in hit.spans
    ]


def _print_text(query: Query, on: str, hits: list[tuple[Announced, Match]]) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"{query.canonical}: {len(hits)} of {on}")
    for item, hit in hits:
        words = dict.fromkeys(_field_text(item.paper, s.field)[s.start : s.end] for s in hit.spans)
        console.print(f"{item.paper.id}  {item.kind:<13}  {item.paper.title}  [{', '.join(words)}]")


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
