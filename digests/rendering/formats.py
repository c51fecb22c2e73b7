"""One name for each way a digest can look."""

from collections.abc import Callable, Mapping
from typing import Final

from digests.composing.digest import Digest
from digests.papers.paper import ArxivId
from digests.rendering.email import render_mail, render_text
from digests.rendering.json import render_json
from digests.rendering.markdown import render_markdown
from digests.rendering.telegram import render_parts
from digests.summaries.summary import Card

_Cards = Mapping[ArxivId, Card]


def _render_html(digest: Digest, cards: _Cards) -> str:
    return render_mail(digest, cards).html


def _render_telegram(digest: Digest, cards: _Cards) -> str:
    return "\n\n".join(render_parts(digest, cards))


FORMATS: Final[Mapping[str, Callable[[Digest, _Cards], str]]] = {
    "html": _render_html,
    "text": render_text,
    "markdown": render_markdown,
    "telegram": _render_telegram,
    "json": render_json,
}


def render(digest: Digest, cards: _Cards, format: str) -> str:  # noqa: A002 the word of the command line
    """The whole digest in one of `FORMATS`."""
    return FORMATS[format](digest, cards)
