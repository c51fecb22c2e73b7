"""A digest as Telegram messages: HTML parse mode, split between papers.

Limits: 4,096 UTF-16 units after the entities are parsed, 100 entities; what is beyond is refused or loses its markup.
Source https://core.telegram.org/bots/api#html-style (2026-06)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import escape

from digests.composing.digest import Digest
from digests.papers.paper import ArxivId
from digests.phrases import Phrases, load_phrases
from digests.rendering.page import Page, PaperView, SectionView, build_page
from digests.rendering.templates import fill
from digests.summaries.summary import Card

MAX_UNITS = 4096
MAX_ENTITIES = 100
#: Kept free for the part's number and for the mark of a repeat.
_RESERVED_UNITS = 96
_TAG = re.compile(r"<[a-z]")
#: A day of thirty papers is to stay a handful of messages: the whole abstract is a link away.
_ABSTRACT_CHARS = (700, 300, 150)
#: Each of the two, where a doubtful translation stands beside the original.
_COMPARED_CHARS = (300, 150)


@dataclass(frozen=True, slots=True)
class _Block:
    """What is never cut. `gap` stands before it unless it begins a message."""

    text: str
    gap: str = "\n\n"


def render_parts(digest: Digest, cards: Mapping[ArxivId, Card]) -> list[str]:
    """Messages in order, numbered where there are several; every paper stands whole in one of them."""
    page = build_page(digest, cards)
    phrases = load_phrases(page.language)
    parts = _pack(_build_blocks(page, phrases))
    if len(parts) == 1:
        return parts
    total = len(parts)
    # The first line is what a phone shows as the notification, so the number stands last.
    return [f"{part}\n\n{phrases('digest.part', part=number, total=total)}" for number, part in enumerate(parts, 1)]


def mark_repeat(part: str, *, language: str = "zh") -> str:
    """The same message, saying that it may have come before; still within the limits."""
    return f"{load_phrases(language)('digest.repeat')}\n{part}"


def count_units(text: str) -> int:
    """Telegram's length of `text`, markup included: never less than what Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def count_entities(text: str) -> int:
    return len(_TAG.findall(text))


def _fits(text: str) -> bool:
    return count_units(text) <= MAX_UNITS - _RESERVED_UNITS and count_entities(text) <= MAX_ENTITIES


def _pack(blocks: Iterator[_Block]) -> list[str]:
    parts: list[str] = []
    for block in blocks:
        longer = parts[-1] + block.gap + block.text if parts else ""
        if longer and _fits(longer):
            parts[-1] = longer
        else:
            parts.append(block.text)
    return parts


def _build_blocks(page: Page, phrases: Phrases) -> Iterator[_Block]:
    yield _Block(fill("telegram/head.html", page=page, phrases=phrases).strip())
    if page.unreadable:
        yield _Block(f"⚠️ {escape(page.unreadable)}")
    for section in page.sections:
        if section.hits:
            yield from _build_section(section, phrases)
    for index, keyword in enumerate(page.empty):
        name = fill("telegram/keyword.html", keyword=keyword).strip()
        if index == 0:
            yield _Block(page.no_result + phrases("digest.colon") + name)
        else:
            yield _Block(name, gap=phrases("digest.rest_join"))
    if page.next_due:
        yield _Block(str(escape(page.next_due)))


def _build_section(section: SectionView, phrases: Phrases) -> Iterator[_Block]:
    """The heading is one block with the first paper: it never ends a message."""
    heading = fill("telegram/section.html", section=section).strip()
    gap = "\n\n"
    for paper in section.papers:
        yield _Block(_render_paper(paper, heading, phrases))
        heading = ""
    if section.brief:
        heading = f"{heading}\n\n{phrases('digest.brief')}".strip()
    for paper in section.brief:
        yield _Block(f"{heading}\n{_render_line(paper)}".strip(), gap)
        heading, gap = "", "\n"
    if heading:
        yield _Block(heading)


def _render_paper(paper: PaperView, heading: str, phrases: Phrases) -> str:
    """The longest form that fits into a message; the abstract gives way first."""
    for text in _render_forms(paper, phrases):
        block = f"{heading}\n\n{text}".strip()
        if _fits(block):
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
    byline = [*filter(None, (card.authors, card.paper.primary_category, phrases("digest.cross") * paper.is_cross))]
    fields = {"card": card, "byline": byline, "abstracts": abstracts, "why": paper.why, "also": also}
    return fill("telegram/card.html", phrases=phrases, **fields).strip()


def _render_line(paper: PaperView) -> str:
    return fill("telegram/line.html", card=paper.card).strip()
