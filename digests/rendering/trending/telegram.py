"""It as Telegram messages, split between papers."""

from collections.abc import Iterator, Mapping
from typing import Final

from digests.composing.trending import TrendingDigest
from digests.papers.paper import ArxivId
from digests.phrases import Phrases, load_phrases
from digests.rendering.parts import Block, fits, number, pack
from digests.rendering.templates import fill
from digests.rendering.trending.page import PaperView, TrendingPage, build_trending_page
from digests.summaries.summary import Card

#: An English abstract stands in for a summary, or beside a doubtful one.
_ABSTRACT_CHARS: Final = (400, 150, 0)


def render_trending_parts(digest: TrendingDigest, cards: Mapping[ArxivId, Card]) -> list[str]:
    """Messages in order, numbered where there are several; every paper stands whole in one of them."""
    page = build_trending_page(digest, cards)
    phrases = load_phrases(page.language)
    return number(pack(_build_blocks(page, phrases)), phrases)


def _build_blocks(page: TrendingPage, phrases: Phrases) -> Iterator[Block]:
    yield Block(fill("telegram/trending_head.html", page=page, phrases=phrases).strip())
    for paper in page.papers:
        yield Block(_render_paper(paper, phrases))
    heading, gap = phrases("digest.brief"), "\n\n"
    for paper in page.brief:
        line = fill("telegram/trending_line.html", paper=paper).strip()
        yield Block(f"{heading}\n{line}".strip(), gap)
        heading, gap = "", "\n"
    yield Block(fill("telegram/trending_foot.html", page=page, phrases=phrases).strip())


def _render_paper(paper: PaperView, phrases: Phrases) -> str:
    """The longest form that fits into a message."""
    for max_chars in _ABSTRACT_CHARS:
        abstract = paper.abstract.clip(max_chars) if max_chars else None
        text = fill("telegram/trending.html", paper=paper, abstract=abstract, phrases=phrases).strip()
        if fits(text):
            return text
    return fill("telegram/trending_line.html", paper=paper).strip()
