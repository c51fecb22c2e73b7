"""arxiv.org: the pages of past days.

GET  /catchup/{scope}/{date}?abs=True&page=   as arXiv's own code makes them: arxiv-browse, controllers/catchup_page.py
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from digests.clock import ARXIV_ZONE
from digests.papers.taxonomy import canonical_category, category_name
from sandbox.arxiv_pages import KINDS, build_sections, render_refusal, render_template
from sandbox.replay.groups import list_physics
from sandbox.replay.listing import HTML, is_scope
from sandbox.replay.shown import Look
from sandbox.replay.world import PAGE_SIZE, Announced, World

_PHYSICS: Final = "grp_physics"
_OLDEST: Final = timedelta(days=91)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def build_catch_up(look: Look) -> APIRouter:
    router = APIRouter()

    @router.get("/catchup/{scope}/{day}")
    async def catch_up(request: Request, scope: str, day: str) -> Response:
        world, now = look()
        query = request.query_params
        if reason := _find_reason(request, scope, day, now):
            return HTMLResponse(render_refusal(reason), status_code=400)
        canonical = canonical_category(scope)
        page, has_abstracts = int(query.get("page", "1")), query.get("abs") == "True"
        if canonical != scope:
            return RedirectResponse(f"/catchup/{canonical}/{day}?page={page}&abs={has_abstracts}", status_code=301)
        return Response(_render(world, scope, date.fromisoformat(day), page, now, has_abstracts), media_type=HTML)

    return router


def _find_reason(request: Request, scope: str, day: str, now: datetime) -> str | None:
    """In the order of arXiv's own checks."""
    if request.query_params.keys() - {"abs", "page"}:
        return "Unexpected parameters. Only accepted parameters are: 'page', and 'abs'"
    if scope != _PHYSICS and not is_scope(scope):
        return f"Invalid subject. Subject must be an archive, category or '{_PHYSICS}'"
    if reason := _find_fault_of_date(day, now):
        return reason
    if request.query_params.get("abs", "False") not in {"True", "False"}:
        return "Invalid abs value."
    page = request.query_params.get("page", "1")
    return None if page.isascii() and page.isdigit() and int(page) else "Invalid page value."


def _find_fault_of_date(day: str, now: datetime) -> str | None:
    """Which zone the clock of arXiv's server has is not known: of each check the strictest."""
    on = _read_date(day)
    if on is None:
        return "Invalid date format. Use format: YYYY-MM-DD"
    if on < now.astimezone(UTC).date() - _OLDEST:
        return f"Invalid date: {on}. Catchup only allowed for past 90 days"
    if on > now.astimezone(ARXIV_ZONE).date():
        return f"Invalid date: {on}. Can't request date later than today"
    return None


def _read_date(day: str) -> date | None:
    try:
        return date.fromisoformat(day) if _DATE.fullmatch(day) else None
    except ValueError:
        return None


def _render(world: World, scope: str, on: date, page: int, now: datetime, has_abstracts: bool) -> bytes:
    told = world.find_past("+".join(list_physics()) if scope == _PHYSICS else scope, on, now)
    skip = (page - 1) * PAGE_SIZE
    address = f"/catchup/{scope}/{on}?abs={has_abstracts}"
    next_on = world.find_next_on(on, now)
    return render_template(
        "catch_up.html",
        name="Physics" if scope == _PHYSICS else category_name(scope),
        date=f"{on:%a, %d %b %Y}",
        total=len(told),
        page=page,
        address=address,
        next_address=next_on and f"/catchup/{scope}/{next_on}?abs={has_abstracts}&page=1",
        links=list(_build_links(told, page, address)),
        pages=list(_build_pages(told, page, address)),
        sections=list(build_sections(told, skip, PAGE_SIZE, has_abstracts=has_abstracts)),
    )


def _build_links(told: list[Announced], page: int, address: str) -> Iterator[dict[str, str]]:
    """Where each kind begins: an anchor counts from the top of its page, though the items count over all pages."""
    for text, kinds in KINDS:
        first = next((at for at, (_, kind) in enumerate(told) if kind in kinds), None)
        if first is not None:
            number, place = divmod(first, PAGE_SIZE)
            href = "" if number + 1 == page else f"{address}&page={number + 1}"
            yield {"text": text, "href": f"{href}#item{place + 1}"}


def _build_pages(told: list[Announced], page: int, address: str) -> Iterator[dict[str, Any]]:
    """One too many where the last page is full: that one says that there is nothing further."""
    if len(told) <= PAGE_SIZE:
        return
    for number in range(1, len(told) // PAGE_SIZE + 2):
        yield {"number": number, "href": "" if number == page else f"{address}&page={number}"}
