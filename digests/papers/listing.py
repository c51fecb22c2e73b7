"""arXiv's listing pages `/list/<category or archive>/new`: HTML → Announcement."""

import re
from datetime import date, datetime
from typing import Final

from selectolax.lexbor import LexborNode

from digests.errors import SourceMalformed
from digests.papers.html_page import check_page, parse_html
from digests.papers.page_entries import read_page
from digests.papers.paper import Announcement, Source
from digests.papers.taxonomy import canonical_category, scope_named
from digests.papers.whole_text import clean_line

_DATE: Final = re.compile(r"Showing new listings for \w+, (\d{1,2} \w+ \d{4})")
_TOTAL: Final = re.compile(r"Total of (\d+) entries")


def read_listing(payload: bytes) -> Announcement:
    """What one listing page says. A broken entry is reported in `broken`; the others are read.

    Raises  SourceMalformed for anything that is not a listing page, with arXiv's own reason where it gives one.
    """
    page = parse_html(payload)
    body = page.css_first("#dlpage")
    if body is None:
        raise SourceMalformed(f"This is no arXiv listing page: {find_reason(payload) or 'it has no list'}")
    check_page(payload)
    day = _find_date(body)
    if day is None:
        raise SourceMalformed("This is no arXiv listing page: it has no date line")
    total = _TOTAL.search(" ".join(node.text() for node in body.css("div.paging")))
    return read_page(
        body,
        source=Source.LISTING,
        scope=_find_scope(body),
        announced_on=day,
        total=int(total[1]) if total else None,
    )


def find_reason(payload: bytes) -> str | None:
    """The sentence of arXiv's error page, or of a short plain text, such as its 503 has."""
    text = payload.decode("utf-8", "replace")
    if "<" not in text:
        return clean_line(text, max_chars=200) or None
    try:
        heading = parse_html(payload).css_first("#content h1")
    except SourceMalformed:
        return None
    return clean_line(heading.text(), max_chars=200) if heading else None


def _find_date(body: LexborNode) -> date | None:
    for heading in body.css("h3"):
        if found := _DATE.search(heading.text()):
            try:
                return datetime.strptime(f"{found[1]} +0000", "%d %B %Y %z").date()
            except ValueError:
                return None
    return None


def _find_scope(body: LexborNode) -> str:
    """The link to the recent papers has the id; the heading may be two scopes' name, as Machine Learning is."""
    link = body.css_first('a[id^="recent-"]')
    if link is not None:
        return canonical_category((link.attributes.get("id") or "").removeprefix("recent-"))
    heading = body.css_first("h1")
    name = clean_line(heading.text()) if heading else ""
    scope = scope_named(name)
    if scope is None:
        raise SourceMalformed(f"This listing page names no category that arXiv has: {name!r}")
    return scope
