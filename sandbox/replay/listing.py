"""arxiv.org: the pages of new papers.

GET  /list/{scope}/new?skip=&show=   the newest batch that is out, late or in part where the world says so
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from digests.papers.paper import Kind
from digests.papers.taxonomy import all_archives, all_categories, canonical_category
from sandbox.arxiv_pages import SHOW_VALUES, render_listing, render_refusal
from sandbox.replay.world import Page, World

HTML: Final = "text/html; charset=utf-8"
_LAG_SECONDS: Final = 300


def find_refusal(request: Request, scope: str) -> Response | None:
    """What arXiv answers before it looks at its papers."""
    if reason := _find_reason(request, scope):
        return HTMLResponse(render_refusal(reason), status_code=400)
    date = request.headers.get("If-Modified-Since")
    return _answer_since(date) if date else None


def answer_listing(world: World, request: Request, scope: str, now: datetime) -> Response:
    scope = canonical_category(scope)
    page = world.find_page(scope, now)
    skip, show = _read_skip(request), int(request.query_params.get("show", SHOW_VALUES[-1]))
    if _has_no_new_left(page, scope):
        # Plain text that calls itself HTML: arXiv's own 503 does.
        return HTMLResponse("Come back later.", status_code=503, headers={"Retry-After": f"{_LAG_SECONDS}"})
    day = page.day.model_copy(update={"papers": ()}) if page.is_empty else page.day
    state = (scope, day.announced_on, page.is_empty, len(page.missing), skip, show)
    body = world.keep(state, lambda: render_listing(day, scope, skip=skip, show=show, missing=page.missing))
    return Response(body, media_type=HTML)


def is_scope(name: str) -> bool:
    """Whether arXiv has it; case counts. Aliases and retired archives are there under another name."""
    return name in {*all_archives(), *all_categories()} or canonical_category(name).lower() != name.lower()


def _has_no_new_left(page: Page, scope: str) -> bool:
    """Since 2026-06-25 arXiv notices when none of the new papers that it counts is there."""
    new = {paper.id for paper, kind in page.day.announced(scope) if kind is Kind.NEW}
    return bool(new) and new <= page.missing


def _find_reason(request: Request, scope: str) -> str | None:
    """Why a listing is refused. What arXiv would ignore is our mistake, so it is said."""
    if strange := request.query_params.keys() - {"skip", "show"}:
        return f"Unexpected parameters: {', '.join(sorted(strange))}"
    if not is_scope(scope):
        return f"Invalid archive or category: {scope}"
    if request.query_params.get("show", "2000") not in map(str, SHOW_VALUES):
        return f"Invalid show value. Valid values: {', '.join(map(str, SHOW_VALUES))}"
    return None


def _read_skip(request: Request) -> int:
    """Not a number is 0, as in arXiv's own code."""
    text = request.query_params.get("skip", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _answer_since(date: str) -> Response:
    """The origin's test of If-Modified-Since is inverted: nobody may send it."""
    try:
        parsedate_to_datetime(date)
    except ValueError:
        return PlainTextResponse("Internal Server Error", status_code=500)
    return Response(status_code=304)
