"""A digest as Telegram messages, split between papers."""

from collections.abc import Iterator, Mapping

from markupsafe import escape

from digests.composing.digest import Digest
from digests.papers.paper import ArxivId
from digests.phrases import Phrases, load_phrases
from digests.rendering.page import Page, PaperView, SectionView, build_page
from digests.rendering.parts import Block, fits, number, pack
from digests.rendering.templates import fill
from digests.summaries.summary import Card

#: A day of thirty papers is to stay a handful of messages: the whole abstract is a link away.
_ABSTRACT_CHARS = (700, 300, 150)
#: Each of the two, where a doubtful translation stands beside the original.
_COMPARED_CHARS = (300, 150)


def render_parts(digest: Digest, cards: Mapping[ArxivId, Card]) -> list[str]:
    """Messages in order, numbered where there are several; every paper stands whole in one of them."""
    page = build_page(digest, cards)
    phrases = load_phrases(page.language)
    return number(pack(_build_blocks(page, phrases)), phrases)


def mark_repeat(part: str, *, language: str = "zh") -> str:
    """The same message, saying that it may have come before; still within the limits."""
    return f"{load_phrases(language)('digest.repeat')}\n{part}"


def _build_blocks(page: Page, phrases: Phrases) -> Iterator[Block]:
    yield Block(fill("telegram/head.html", page=page, phrases=phrases).strip())
    if page.unreadable:
        yield Block(f"⚠️ {escape(page.unreadable)}")
    for section in page.sections:
        if section.hits:
            yield from _build_section(section, phrases)
    for index, keyword in enumerate(page.empty):
        name = fill("telegram/keyword.html", keyword=keyword).strip()
        if index == 0:
            yield Block(page.no_result + phrases("digest.colon") + name)
        else:
            yield Block(name, gap=phrases("digest.rest_join"))
    yield from _build_updates(page)
    if page.next_due:
        yield Block(str(escape(page.next_due)))


def _build_section(section: SectionView, phrases: Phrases) -> Iterator[Block]:
    """The heading is one block with the first paper: it never ends a message."""
    heading = fill("telegram/section.html", section=section).strip()
    gap = "\n\n"
    for paper in section.papers:
        yield Block(_render_paper(paper, heading, phrases))
        heading = ""
    if section.brief:
        heading = f"{heading}\n\n{phrases('digest.brief')}".strip()
    for paper in section.brief:
        yield Block(f"{heading}\n{_render_line(paper)}".strip(), gap)
        heading, gap = "", "\n"
    if heading:
        yield Block(heading)


def _build_updates(page: Page) -> Iterator[Block]:
    heading = f"▎<b>{escape(page.updates_heading)}</b>"
    for update in page.updates:
        text = fill("telegram/update.html", update=update).strip()
        yield Block(f"{heading}\n\n{text}".strip())
        heading = ""


def _render_paper(paper: PaperView, heading: str, phrases: Phrases) -> str:
    """The longest form that fits into a message; the abstract gives way first."""
    for text in _render_forms(paper, phrases):
        block = f"{heading}\n\n{text}".strip()
        if fits(block):
            return block
    return f"{heading}\n\n{_render_line(paper)}".strip()


def _render_forms(paper: PaperView, phrases: Phrases) -> Iterator[str]:
    for max_chars in _COMPARED_CHARS if len(paper.card.abstracts) > 1 else _ABSTRACT_CHARS:
        yield _render_card(paper, max_chars, phrases)
    yield _render_card(paper, 0, phrases)


def _render_card(paper: PaperView, max_abstract_chars: int, phrases: Phrases) -> str:
    card = paper.card
    abstracts = [
        (shown.label, shown.text.clip(max_abstract_chars), shown.text) for shown in card.abstracts if max_abstract_chars
    ]
    quoted = (f"{phrases('digest.quote_open')}{word}{phrases('digest.quote_close')}" for word in paper.why.also)
    also = phrases("digest.why_also", keywords="".join(quoted)) if paper.why.also else ""
    cross = phrases("digest.cross") * paper.is_cross
    byline = [*filter(None, (card.authors, card.paper.primary_category, cross)), *paper.marks]
    fields = {"card": card, "byline": byline, "abstracts": abstracts, "why": paper.why, "also": also}
    return fill("telegram/card.html", phrases=phrases, **fields).strip()


def _render_line(paper: PaperView) -> str:
    return fill("telegram/line.html", card=paper.card, marks=paper.marks).strip()
