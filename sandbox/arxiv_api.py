"""A stand-in for arXiv's query API: sample papers by id.

GET  /api/query?id_list=&start=&max_results=   as recorded in 2026: an id that nobody has is left out without a word,
                                               one that is none makes an error of the whole answer
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from digests.clock import utc_now
from digests.papers.identifier import read_identifier
from sandbox.arxiv_text import accented, greek
from sandbox.sample import SamplePaper

_SIZE: Final = 10
_ATOM: Final = "application/atom+xml; charset=utf-8"

_pages: Final = Environment(loader=PackageLoader("sandbox", "pages"), autoescape=True, undefined=StrictUndefined)
_pages.filters["timestamp"] = lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def build_api(papers: Callable[[], Iterable[SamplePaper]]) -> APIRouter:
    """The routes; `papers` are what arXiv has at the moment."""
    router = APIRouter()

    @router.get("/api/query")
    async def query(request: Request) -> Response:
        asked = [text for text in request.query_params.get("id_list", "").split(",") if text]
        if error := _find_error(request, asked):
            return Response(_render(error=error, total=1, size=1), status_code=400, media_type=_ATOM)
        start, size = _read_number(request, "start", 0), _read_number(request, "max_results", _SIZE)
        found = list(_find(asked, {paper.id: paper for paper in papers()}))
        entries = [_build_entry(*one) for one in found[start : start + size]]
        body = _render(entries=entries, total=len(found), start=start, size=size, id_list=",".join(asked))
        return Response(body, media_type=_ATOM)

    return router


def _render(**values: Any) -> bytes:
    nothing = {"error": "", "entries": [], "start": 0, "id_list": "", "asked_at": utc_now()}
    return _pages.get_template("api.xml").render(**nothing | values).encode()


def _find_error(request: Request, asked: list[str]) -> str:
    if request.query_params.get("search_query"):
        return "the sandbox looks papers up by id only"
    wrong = next((text for text in asked if read_identifier(text) is None), "")
    return f"incorrect id format for {wrong}" if wrong else ""


def _read_number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _find(asked: list[str], papers: dict[str, SamplePaper]) -> Iterator[tuple[SamplePaper, int]]:
    """Each paper with the version asked for, else with its newest."""
    for text in asked:
        paper_id, version = read_identifier(text) or ("", None)
        paper = papers.get(paper_id)
        if paper and (version or 1) <= paper.version:
            yield paper, version or paper.version


def _build_entry(paper: SamplePaper, version: int) -> dict[str, Any]:
    """The API says TeX accents and Greek letters in Unicode everywhere."""
    texts = {name: greek(accented(getattr(paper, name))) for name in ("title", "abstract", "comments", "journal_ref")}
    return texts | {
        "id": f"{paper.id}v{version}",
        "categories": paper.categories,
        "authors": [_read_author(author, paper) for author in paper.authors],
        "submitted_at": _guess_date(paper.id),
    }


def _read_author(author: str, paper: SamplePaper) -> tuple[str, list[str]]:
    """`Ann Lee (1)` → Ann Lee, [Institute of Y]."""
    marks = re.findall(r"\((\d+)\)", author)
    return accented(author.partition(" (")[0]), [accented(paper.affiliations[int(mark) - 1]) for mark in marks]


def _guess_date(paper_id: str) -> datetime:
    """Some day of the id's month: the sample says nothing of a paper's own dates."""
    digits = paper_id.rpartition("/")[2]
    year, month = int(digits[:2]), int(digits[2:4])
    return datetime(year + (1900 if year > 90 else 2000), month, 1, 12, tzinfo=UTC)
