"""One name for each way it can look."""

from collections.abc import Callable, Mapping
from typing import Final

from digests.composing.trending import TrendingDigest
from digests.papers.paper import ArxivId
from digests.rendering.trending.mail import render_trending_mail, render_trending_text
from digests.rendering.trending.markdown import render_trending_markdown
from digests.rendering.trending.telegram import render_trending_parts
from digests.summaries.summary import Card

_Cards = Mapping[ArxivId, Card]


def _render_html(digest: TrendingDigest, cards: _Cards) -> str:
    return render_trending_mail(digest, cards).html


def _render_telegram(digest: TrendingDigest, cards: _Cards) -> str:
    return "\n\n".join(render_trending_parts(digest, cards))


TRENDING_FORMATS: Final[Mapping[str, Callable[[TrendingDigest, _Cards], str]]] = {
    "html": _render_html,
    "text": render_trending_text,
    "markdown": render_trending_markdown,
    "telegram": _render_telegram,
}
