"""A digest as a mail: subject, plain text and HTML that Gmail shows whole."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from css_inline import CSSInliner
from markupsafe import Markup

from digests.composing.compose import abridge
from digests.composing.digest import Digest
from digests.papers.paper import ArxivId
from digests.phrases import load_phrases
from digests.rendering.page import Page, build_page
from digests.rendering.templates import fill, load_source
from digests.summaries.summary import Card

#: Gmail hides what comes after about 102 KB of HTML.
MAX_HTML_BYTES = 95_000
_FOLDER = "email/daily"
_MAX_ABSTRACT_CHARS = 700
MAX_LINE_CHARS = 140
_MAX_LINES = 150
#: What a mailbox shows behind the subject.
MAX_PREHEADER_CHARS = 110


@dataclass(frozen=True, slots=True)
class Mail:
    """`subject` is one line."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the reader leaves and changes things; empty where there is no such address."""

    leave_url: str = ""
    settings_url: str = ""
    leave_mailto: str = ""


def render_mail(
    digest: Digest,
    cards: Mapping[ArxivId, Card],
    *,
    leave_url: str = "",
    settings_url: str = "",
    leave_mailto: str = "",
) -> Mail:
    """One reader's mail. Where the HTML grows too big the later papers become one line each, and it says so."""
    links = Links(leave_url=leave_url, settings_url=settings_url, leave_mailto=leave_mailto)
    page = build_page(digest, cards)
    return Mail(
        subject=" ".join(_fill_mail("subject.txt", page, links).split()),
        text=_fill_mail("body.txt", page, links),
        html=_fit_html(digest, cards, links),
    )


def render_text(digest: Digest, cards: Mapping[ArxivId, Card]) -> str:
    """The mail's plain text, by itself."""
    return _fill_mail("body.txt", build_page(digest, cards), Links())


def _fit_html(digest: Digest, cards: Mapping[ArxivId, Card], links: Links) -> str:
    """First fewer papers in full, then fewer lines."""
    full = sum(len(section.entries) for section in digest.sections)

    def with_full(count: int) -> str:
        return _render_html(abridge(digest, count), cards, links, is_shortened=count < full)

    def with_lines(count: int) -> str:
        return _render_html(abridge(digest, 0), cards, links, is_shortened=True, max_lines=count)

    html = with_full(full)
    if is_shown_whole(html):
        return html
    return _largest(with_full, full) or _largest(with_lines, _MAX_LINES) or with_lines(0)


def _largest(draw: Callable[[int], str], too_many: int) -> str:
    """What `draw` gives for the greatest number below `too_many` that fits; empty where not even 0 does."""
    count = bisect_right(range(too_many), 0, key=lambda number: 0 if is_shown_whole(draw(number)) else 1)
    return draw(count - 1) if count else ""


def is_shown_whole(html: str) -> bool:
    """By Gmail."""
    return len(html.encode()) <= MAX_HTML_BYTES


def _render_html(
    digest: Digest,
    cards: Mapping[ArxivId, Card],
    links: Links,
    *,
    is_shortened: bool,
    max_lines: int = _MAX_LINES,
) -> str:
    page = build_page(digest, cards)
    phrases = load_phrases(page.language)
    left_out = max(len(page.brief) - max_lines, 0)
    remarks = [phrases("digest.shortened")] * is_shortened
    remarks += [phrases("digest.left_out", count=left_out)] * bool(left_out)
    shown = {paper.card.paper.id for paper in page.brief[:max_lines]}
    html = _fill_mail(
        "body.html",
        page,
        links,
        remarks=remarks,
        # Our own file: the only text that is not escaped.
        css=Markup(load_source(f"{_FOLDER}/style.css")),  # noqa: S704
        preheader=_build_preheader(page),
        max_abstract_chars=_MAX_ABSTRACT_CHARS,
        max_line_chars=MAX_LINE_CHARS,
        shown_lines=shown,
    )
    return inline_styles(html)


def _fill_mail(name: str, page: Page, links: Links, **fields: object) -> str:
    phrases = load_phrases(page.language)

    def quote_all(words: Sequence[str]) -> str:
        return "".join(f"{phrases('digest.quote_open')}{word}{phrases('digest.quote_close')}" for word in words)

    return fill(
        f"{_FOLDER}/{name}",
        page=page,
        phrases=phrases,
        quote_all=quote_all,
        leave_url=links.leave_url,
        settings_url=links.settings_url,
        leave_mailto=links.leave_mailto,
        **fields,
    )


def _build_preheader(page: Page) -> str:
    """What a mailbox shows behind the subject: the first papers' titles, or why there are none."""
    cards = [*(paper.card for paper in (*page.papers, *page.brief)), *(update.card for update in page.updates)]
    titles = " / ".join(str(card.title) for card in cards[:3])
    return (page.nothing or titles)[:MAX_PREHEADER_CHARS]


def inline_styles(html: str) -> str:
    """Some clients drop <style>, so the basics are inlined; what needs @media stays in <style>."""
    return _inliner().inline(html)


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(keep_style_tags=True, remove_inlined_selectors=True, load_remote_stylesheets=False)
