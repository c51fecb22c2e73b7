"""arXiv's pages of past days, `/catchup/<category or archive>/<date>`: HTML → Announcement.

The format is known from arXiv's own code only: arxiv-browse, templates/catchup.html and controllers/catchup_page.py.
Quirks  entries are listed as they were announced that day, with the words, comments and versions that they have now;
        a page has 2,000, and the one past the end says so; a day without announcement is a page with a total of 0
"""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from selectolax.lexbor import LexborNode

from digests.errors import SourceMalformed
from digests.papers.html_page import check_page, parse_html
from digests.papers.listing import find_reason
from digests.papers.page_entries import read_page
from digests.papers.paper import Announcement, Kind, Source
from digests.papers.taxonomy import canonical_category, category_name, find_archive, find_category, scope_named
from digests.papers.whole_text import clean_line

_HEADING: Final = re.compile(r"Catchup results for (.+) on \w{3}, (\d{1,2} \w{3} \d{4})")
_TOTAL: Final = re.compile(r"Total of (\d{1,9}) entries for")
# Its own address with another date or page; every page has it but a single one of the newest day. Those of words have
# a host.
_LINK: Final = re.compile(r"/catchup/([\w.-]+)/\d{4}-\d{2}-\d{2}\b")
#: What wire.py knows the page by; words of a paper cannot hold it, their `<` is escaped.
MARK: Final = re.compile(rb"<h1[^>]*>\s*Catchup results for ")


def read_catch_up(document: bytes) -> Announcement:
    """What one page says, `total` being 0 where arXiv announced nothing of the scope that day.

    A version is the newest one, which may be later than that day's.
    Raises  SourceMalformed for anything that is no such page, with arXiv's own reason where it gives one.
    """
    page = parse_html(document)
    body = page.css_first("#dlpage")
    heading = body.css_first("h1") if body else None
    if body is None or heading is None:
        raise SourceMalformed(f"This is no arXiv catch-up page: {find_reason(document) or 'it has no list'}")
    check_page(document)
    name, day = _read_heading(clean_line(heading.text()))
    total = _find_total(body)
    if total is None:
        raise SourceMalformed("This arXiv catch-up page has no total: it is cut off.")
    found = read_page(body, source=Source.CATCHUP, scope="", announced_on=day, total=total)
    return replace(found, scope=_find_scope(body, name, found))


def _read_heading(text: str) -> tuple[str, date]:
    found = _HEADING.fullmatch(text)
    try:
        if found:
            return found[1], datetime.strptime(f"{found[2]} +0000", "%d %b %Y %z").date()
    except ValueError:
        pass
    raise SourceMalformed(f"This is no arXiv catch-up page: it is headed {text[:100]!r}.")


def _find_total(body: LexborNode) -> int | None:
    """Only above the list: an abstract may say anything."""
    for node in body.iter():
        if node.tag == "dl":
            break
        if found := _TOTAL.search(" ".join(node.text().split())):
            return int(found[1])
    return None


def _find_scope(body: LexborNode, name: str, page: Announcement) -> str:
    """By its links, else by its name; where two have that (Machine Learning) by where its new papers are at home."""
    hrefs = (node.attributes.get("href") or "" for node in body.css('a[href*="/catchup/"]'))
    linked = next((found[1] for href in hrefs if (found := _LINK.match(href))), None)
    if linked is not None:
        if find_category(linked) or find_archive(linked):
            return canonical_category(linked)
        raise SourceMalformed(f"This catch-up page is of {linked!r}, which is no category or archive.")
    homes = {entry.paper.primary_category for entry in page.entries if entry.kind is Kind.NEW}
    named = {scope_named(name), *(home for home in homes if category_name(home) == name)} - {None}
    if len(named) != 1:
        raise SourceMalformed(f"This catch-up page names no category that arXiv has: {name!r}")
    return str(named.pop())
