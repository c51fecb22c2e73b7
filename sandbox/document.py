"""A recorded answer of arXiv, and where it belongs."""

from dataclasses import dataclass
from typing import Final

from digests.papers.paper import Source

_PATHS: Final = {Source.LISTING: "/list/{}/new", Source.RSS: "/rss/{}", Source.ATOM: "/atom/{}"}


@dataclass(frozen=True, slots=True)
class Document:
    """One recorded answer. `path` may name a page: `/list/cs.CV/new?skip=250&show=250`."""

    path: str
    payload: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200


def document_path(page: tuple[str, Source]) -> str:
    """Where arXiv has the page of a scope and source."""
    scope, source = page
    return _PATHS[source].format(scope)
