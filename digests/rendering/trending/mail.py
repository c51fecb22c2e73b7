"""It as a mail: subject, plain text and HTML that Gmail shows whole."""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from digests.composing.trending import TrendingDigest, abridge
from digests.papers.paper import ArxivId
from digests.phrases import load_phrases
from digests.rendering.email import MAX_LINE_CHARS, MAX_PREHEADER_CHARS, Mail, inline_styles, is_shown_whole
from digests.rendering.templates import fill, load_source
from digests.rendering.trending.page import TrendingPage, build_trending_page
from digests.summaries.summary import Card

_FOLDER: Final = "email/trending"
#: The look of all mails of the house, and what only this one has.
_STYLES: Final = ("email/daily/style.css", f"{_FOLDER}/style.css")
_MAX_ABSTRACT_CHARS: Final = 500


def render_trending_mail(
    digest: TrendingDigest, cards: Mapping[ArxivId, Card], *, leave_url: str = "", leave_mailto: str = ""
) -> Mail:
    """One reader's mail. Where the HTML grows too big the later papers become one line each."""
    page = build_trending_page(digest, cards)
    links = {"leave_url": leave_url, "leave_mailto": leave_mailto}
    return Mail(
        subject=" ".join(_fill_mail("subject.txt", page).split()),
        text=_fill_mail("body.txt", page, **links),
        html=_fit_html(digest, cards, links),
    )


def render_trending_text(digest: TrendingDigest, cards: Mapping[ArxivId, Card]) -> str:
    """The mail's plain text, by itself."""
    return _fill_mail("body.txt", build_trending_page(digest, cards), leave_url="", leave_mailto="")


def _fit_html(digest: TrendingDigest, cards: Mapping[ArxivId, Card], links: Mapping[str, str]) -> str:
    html, full = "", 2 * len(digest.entries)
    while full := full // 2:
        html = _render_html(build_trending_page(abridge(digest, full), cards), links)
        if is_shown_whole(html):
            return html
    return _render_html(build_trending_page(abridge(digest, 0), cards), links)


def _render_html(page: TrendingPage, links: Mapping[str, str]) -> str:
    titles = " / ".join(str(paper.card.title) for paper in page.papers[:3])
    html = _fill_mail(
        "body.html",
        page,
        # Our own files: the only text that is not escaped.
        css=Markup("".join(map(load_source, _STYLES))),  # noqa: S704
        preheader=(page.nothing or titles)[:MAX_PREHEADER_CHARS],
        max_abstract_chars=_MAX_ABSTRACT_CHARS,
        max_line_chars=MAX_LINE_CHARS,
        **links,
    )
    return inline_styles(html)


def _fill_mail(name: str, page: TrendingPage, **fields: object) -> str:
    return fill(f"{_FOLDER}/{name}", page=page, phrases=load_phrases(page.language), **fields)
