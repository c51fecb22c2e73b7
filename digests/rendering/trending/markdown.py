"""It as Markdown: for a file, an issue or a note."""

from collections.abc import Iterator, Mapping

from digests.composing.trending import TrendingDigest
from digests.papers.paper import ArxivId
from digests.phrases import Phrases, load_phrases
from digests.rendering.dates import format_seconds
from digests.rendering.markdown import escape
from digests.rendering.trending.page import PaperView, TrendingPage, build_trending_page
from digests.summaries.summary import Card


def render_trending_markdown(digest: TrendingDigest, cards: Mapping[ArxivId, Card]) -> str:
    page = build_trending_page(digest, cards)
    phrases = load_phrases(page.language)
    generated = phrases("digest.markdown_generated_alone", generated=format_seconds(digest.composed_at))
    lines = [f"# {escape(page.headline)}", *(escape(line) for line in (generated, *_head(page)) if line)]
    for paper in page.papers:
        lines += _render_paper(paper, phrases)
    if page.brief:
        lines += [f"## {escape(phrases('digest.brief'))}", "\n".join(map(_render_line, page.brief))]
    lines += [escape(page.left_out)] if page.left_out else []
    return "\n\n".join([*lines, "---", escape(phrases("trending.source")), escape(phrases("digest.thanks"))]) + "\n"


def _head(page: TrendingPage) -> tuple[str, ...]:
    return page.counts, page.as_of, page.nothing


def _render_paper(paper: PaperView, phrases: Phrases) -> Iterator[str]:
    card = paper.card
    yield f"## {paper.rank}. {escape((card.original_title or card.title).text)}"
    if card.original_title:
        yield f"**{escape(card.title.text)}**"
    yield "\n".join(_render_facts(paper, phrases))
    if card.missing or card.doubt:
        yield f"> {escape(card.missing or card.doubt)}"
    if card.tldr:
        yield escape(card.tldr.text)
    if paper.abstract:
        yield escape(paper.abstract.text)


def _render_facts(paper: PaperView, phrases: Phrases) -> Iterator[str]:
    colon = phrases("digest.colon")
    for label, text in (
        ("digest.label_authors", escape(paper.authors)),
        ("trending.label_listed", escape(paper.listed)),
        ("trending.label_upvotes", paper.upvotes),
        ("trending.label_comments", paper.comments),
        ("trending.label_github", escape(paper.github_url)),
        ("trending.label_stars", paper.stars),
        ("digest.label_link", f"<{paper.card.paper.abs_url}>"),
        ("digest.label_pdf", f"<{paper.card.paper.pdf_url}>"),
        ("trending.label_page", f"<{paper.community_url}>"),
    ):
        if text:
            yield f"- {phrases(label)}{colon}{text}"


def _render_line(paper: PaperView) -> str:
    return f"- {paper.upvotes} · {escape(paper.card.title.text)} <{paper.community_url}>"
