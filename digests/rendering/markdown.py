"""A digest as Markdown, with every paper in full: for a file, an issue or a note."""

import re
from collections.abc import Iterator, Mapping

from digests.composing.digest import Digest
from digests.papers.paper import ArxivId
from digests.phrases import Phrases, load_phrases
from digests.rendering.dates import beijing_moment, eastern_moment, format_seconds, say_counts
from digests.rendering.latex import clean
from digests.rendering.page import Page, PaperView, SectionView, build_page
from digests.summaries.draft import Kind
from digests.summaries.summary import Card

_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~$&]")
#: RFC 3986's characters without brackets; ends where a sentence's own punctuation would begin.
_ADDRESS = re.compile(
    r"(https?://(?:[\w.~:/?#@!$&'*+,;=%-]|\([\w.~:/?#@!$&'*+,;=%-]*\))*(?:[\w/~=#&+-]|\([\w./-]*\)))", re.ASCII
)
#: Only at a line's start: a list, a heading or a rule.
_LIST = re.compile(r"^(\d{1,9})?([.)+=-])")


def render_markdown(digest: Digest, cards: Mapping[ArxivId, Card]) -> str:
    """One section a keyword, also for those without a result."""
    page = build_page(digest, cards)
    phrases = load_phrases(page.language)
    lines = [f"# {escape(phrases('digest.markdown_title', date=_name_dates(digest, phrases)))}"]
    lines += [escape(line) for line in _head(digest, page, phrases) if line]
    if page.unreadable:
        lines.append(f"> {escape(page.unreadable)}")
    for section in page.sections:
        lines += _render_section(section, phrases)
    lines += _render_updates(page)
    lines += ["---", *([escape(page.next_due)] if page.next_due else []), escape(phrases("digest.thanks"))]
    return "\n\n".join(lines) + "\n"


def _name_dates(digest: Digest, phrases: Phrases) -> str:
    first, last = digest.batch_dates[0].isoformat(), digest.batch_dates[-1].isoformat()
    return first if first == last else phrases("digest.markdown_dates", first=first, last=last)


def _head(digest: Digest, page: Page, phrases: Phrases) -> Iterator[str]:
    generated = format_seconds(digest.composed_at)
    if digest.is_out and len(digest.batch_dates) == 1:
        moments = {"eastern": eastern_moment(digest), "beijing": beijing_moment(digest)}
        yield phrases("digest.markdown_generated", generated=generated, **moments)
    else:
        yield phrases("digest.markdown_generated_alone", generated=generated)
        yield page.announced
    if digest.is_searched:
        # Every paper stands in full here, whatever the digest has as one line.
        yield say_counts(digest, phrases)
    yield page.coverage
    yield page.nothing


def escape(text: str) -> str:
    """`text` as it reads, on one line, wherever Markdown would see markup; web addresses become links."""
    pieces = _ADDRESS.split(clean(text))
    escaped = "".join(f"<{piece}>" if index % 2 else _escape_words(piece) for index, piece in enumerate(pieces))
    return _LIST.sub(lambda found: f"{found[1] or ''}\\{found[2]}", escaped)


def _escape_words(text: str) -> str:
    return _SPECIAL.sub(lambda found: "&amp;" if found[0] == "&" else "\\" + found[0], text)


def _render_section(section: SectionView, phrases: Phrases) -> Iterator[str]:
    yield f"## {escape(phrases('digest.markdown_keyword', keyword=section.keyword))}"
    yield escape(section.note)
    for paper in sorted((*section.papers, *section.brief), key=lambda paper: -paper.entry.score):
        yield from _render_paper(paper, phrases)


def _render_paper(paper: PaperView, phrases: Phrases) -> Iterator[str]:
    card, colon = paper.card, phrases("digest.colon")
    yield f"### {escape((card.original_title or card.title).text)}"
    if card.original_title:
        yield f"**{escape(card.title.text)}**"
    yield "\n".join(_render_facts(paper, phrases))
    if card.missing or card.doubt:
        yield f"> {escape(card.missing or card.doubt)}"
    if card.tldr:
        yield f"**{escape(phrases('digest.label_tldr'))}**{colon}{escape(card.tldr.text)}"
    if card.points:
        yield "\n".join(f"- {escape(point.label)}{colon}{escape(point.text.text)}" for point in card.points)
    if card.original_abstract:
        yield from (f"**{escape(card.original_label)}**", escape(card.original_abstract.text))
    if card.kind is Kind.FULL and card.abstract:
        yield from (f"**{escape(phrases('digest.abstract_translated'))}**", escape(card.abstract.text))


def _render_updates(page: Page) -> Iterator[str]:
    if page.updates:
        yield f"## {escape(page.updates_heading)}"
    for update in page.updates:
        card = update.card
        yield f"### {escape((card.original_title or card.title).text)}"
        if card.original_title:
            yield f"**{escape(card.title.text)}**"
        facts = [*(escape(fact) for fact in update.facts), *([escape(update.comment)] if update.comment else [])]
        yield "\n".join(f"- {fact}" for fact in (*facts, f"<{card.paper.abs_url}>"))


def _render_facts(paper: PaperView, phrases: Phrases) -> Iterator[str]:
    card = paper.card
    subjects = "; ".join(card.subjects) + (f" [{phrases('digest.cross')}]" if paper.is_cross else "")
    keywords = phrases("digest.rest_join").join((paper.why.keyword, *paper.why.also))
    for label, text in (
        ("authors", escape(", ".join(card.all_authors))),
        ("subjects", escape(subjects)),
        ("link", f"<{card.paper.abs_url}>"),
        ("pdf", f"<{card.paper.pdf_url}>"),
        ("html", f"<{card.html_url}>"),
        ("why", escape(keywords)),
    ):
        yield f"- {phrases(f'digest.label_{label}')}{phrases('digest.colon')}{text}"
    yield from (f"- {escape(mark)}" for mark in paper.marks)
