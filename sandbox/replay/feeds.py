"""rss.arxiv.org: what a category announced today.

GET  /rss/{scope}   /atom/{scope}   of one name or several joined by `+`, in any case
"""

from datetime import datetime
from typing import Final

from fastapi import Request, Response

from digests.clock import ARXIV_ZONE
from digests.papers.taxonomy import (
    all_archives,
    all_categories,
    archive_of,
    canonical_category,
    find_archive,
    find_category,
)
from sandbox.arxiv_pages import FeedFormat, render_fed, render_feed_error
from sandbox.replay.world import World

XML: Final = "application/xml"


def find_error(request: Request, scope: str, now: datetime) -> Response | None:
    """An error feed with status 400 for the first name that arXiv does not have."""
    today = now.astimezone(ARXIV_ZONE).date()
    for name in scope.split("+"):
        if not (find_category(name) or find_archive(name)):
            error = render_feed_error(today, scope, _bad_name(name), feed_format=_read_format(request))
            return Response(error, status_code=400, media_type=XML)
    return None


def answer_feed(world: World, request: Request, scope: str, now: datetime) -> Response:
    names = "+".join(canonical_category(name) for name in scope.split("+"))
    on, fed = world.find_fed(names, now)
    return Response(render_fed(on, fed, names, feed_format=_read_format(request)), media_type=XML)


def _read_format(request: Request) -> FeedFormat:
    return "rss" if request.url.path.startswith("/rss/") else "atom"


def _bad_name(name: str) -> str:
    archive, _, subject = name.partition(".")
    if not find_archive(archive):
        return f"Bad archive '{archive}'. Valid archive names are: {', '.join(all_archives())}."
    inside = [category for category in all_categories() if archive_of(category) == archive]
    return f"Bad subject class '{subject}'. Valid subject classes for the archive '{archive}' are: {', '.join(inside)}."
