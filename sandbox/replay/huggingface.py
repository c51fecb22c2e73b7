"""huggingface.co: the daily papers.

GET  /api/daily_papers?date=YYYY-MM-DD&limit=&p=   by day of UTC; the list grows on its day, votes for longer
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from sandbox.arxiv_text import accented
from sandbox.replay.daily import Listed
from sandbox.replay.rules import Host, Traffic, find_host
from sandbox.replay.shown import Look
from sandbox.replay.world import World

_LIMIT: Final = 50
_MAX_LIMIT: Final = 100
#: `week`, `month`, `submitter` and `sort` are there too; nobody here asks for them.
_NAMES: Final = {"date", "limit", "p"}
# The entry's own date is hours off: New York's wall time that calls itself UTC.
_OFF: Final = timedelta(hours=4)


def build_huggingface(look: Look) -> APIRouter:
    router = APIRouter()

    @router.get("/api/daily_papers")
    async def daily_papers(request: Request) -> JSONResponse:
        world, now = look()
        try:
            on, limit, page = _read_question(request, now)
        except ValueError as error:
            return JSONResponse({"error": f"The stand-in refuses: {error}"}, status_code=400)
        found = _find(world, on, now)[page * limit :][:limit]
        return JSONResponse([_build_entry(listed, now) for listed in found])

    return router


def refuse_flood(traffic: Traffic, path: str, now: datetime) -> Response | None:
    """More than an address without an account may ask for gets no answer until a window is over."""
    if find_host(path) is not Host.HF or not traffic.is_hf_exhausted:
        return None
    seconds = traffic.find_hf_wait(now)
    headers = {"RateLimit": f'"api";r=0;t={seconds}', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
    return JSONResponse({"error": "The stand-in was asked too often."}, status_code=429, headers=headers)


def _find(world: World, on: date, now: datetime) -> list[Listed]:
    """The newest first: who turns pages while it grows meets a paper again."""
    found = [listed for listed in world.daily if listed.listed_at.date() == on and listed.listed_at <= now]
    return sorted(found, key=lambda listed: (listed.listed_at, listed.paper.id), reverse=True)


def _read_question(request: Request, now: datetime) -> tuple[date, int, int]:
    """Raises  ValueError with the reason."""
    query = request.query_params
    if strange := query.keys() - _NAMES:
        raise ValueError(f"unknown parameters {', '.join(sorted(strange))}")
    today = now.astimezone(UTC).date()
    on = date.fromisoformat(query["date"]) if "date" in query else today
    if len(query.get("date", "2026-11-20")) != 10 or on > today:
        raise ValueError("the date is not YYYY-MM-DD, or later than today")
    limit, page = int(query.get("limit", _LIMIT)), int(query.get("p", 0))
    if not 1 <= limit <= _MAX_LIMIT or page < 0:
        raise ValueError(f"limit is 1 to {_MAX_LIMIT}, p at least 0")
    return on, limit, page


def _build_entry(listed: Listed, now: datetime) -> dict[str, Any]:
    paper = listed.paper
    published_at = datetime.combine(listed.published_on, datetime.min.time(), tzinfo=UTC)
    title, summary = accented(paper.title), accented(paper.abstract)
    inner = {
        "id": paper.id,
        "authors": [{"name": accented(name.partition(" (")[0]), "hidden": False} for name in paper.authors],
        "publishedAt": _write(published_at),
        "submittedOnDailyAt": _write(listed.listed_at.replace(hour=0, minute=0, second=0)),
        "title": title,
        "summary": summary,
        "upvotes": listed.grow(listed.upvotes, now),
        "discussionId": f"sandbox{paper.id}",
        "ai_summary": f"A sentence of the sandbox about {title}.",
        "ai_keywords": ["sandbox"],
        "organization": {"name": "sandbox", "fullname": "The Sandbox"},
    }
    if listed.repo:
        inner |= {"githubRepo": listed.repo, "githubStars": listed.grow(listed.stars, now)}
    outer = {
        "paper": _without(inner, listed),
        "publishedAt": _write(published_at - _OFF),
        "title": title,
        "summary": summary,
        "thumbnail": f"https://cdn.sandbox.invalid/{paper.id}.png",
        "numComments": listed.grow(listed.comments, now),
        "isAuthorParticipating": False,
    }
    return _without(outer, listed)


def _without(fields: dict[str, Any], listed: Listed) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in listed.missing}


def _write(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
