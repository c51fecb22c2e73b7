"""arXiv's feeds, RSS 2.0 and Atom 1.0: XML → Announcement.

Format  https://info.arxiv.org/help/rss_specifications.html
Limit   a feed has at most 2,000 items, and what is cut are new papers: see gate.py
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lxml import etree

from digests.clock import ARXIV_ZONE
from digests.errors import SourceMalformed
from digests.papers.identifier import read_identifier
from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Paper, Source, Unreadable
from digests.papers.taxonomy import canonical_category
from digests.papers.whole_text import MAX_TITLE_CHARS, clean_line, clean_words, split_authors
from digests.papers.withdrawal import says_withdrawn
from digests.papers.xml_entries import parse_xml, read_entries

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_ARXIV: Final = "{http://arxiv.org/schemas/atom}"
_PREFIX: Final = re.compile(r"\s*arXiv:(?P<id>\S+)\s+Announce Type:\s*(?P<kind>\S+)\s+Abstract:\s?")
_ERROR_TITLE: Final = "Feed error for query"
_TITLE_END: Final = " updates on arXiv.org"


@dataclass(frozen=True, slots=True)
class _Form:
    """Where RSS and Atom keep the same thing."""

    source: Source
    channel: str
    entry: str
    id: str
    text: str
    title: str
    about: str


_RSS_FORM: Final = _Form(Source.RSS, "channel", "item", "guid", "description", "title", "description")
_ATOM_FORM: Final = _Form(
    Source.ATOM, ".", f"{_ATOM}entry", f"{_ATOM}id", f"{_ATOM}summary", f"{_ATOM}title", f"{_ATOM}subtitle"
)


def read_feed(payload: bytes) -> Announcement:
    """What one feed says. A broken entry is reported in `broken`; the others are read.

    An Atom feed without entries has no date: `updated` is the time at which it was built.
    Raises  SourceMalformed for what is no arXiv feed, with arXiv's own reason for an error feed.
    """
    root = parse_xml(payload)
    form = {"rss": _RSS_FORM, f"{_ATOM}feed": _ATOM_FORM}.get(root.tag)
    channel = root.find(form.channel) if form else None
    if form is None or channel is None:
        raise SourceMalformed("This is no feed: neither RSS 2.0 nor Atom 1.0.")
    title = clean_line(channel.findtext(form.title) or "")
    if title.startswith(_ERROR_TITLE):
        raise SourceMalformed(clean_line(channel.findtext(form.about) or title, max_chars=400))
    if not title.endswith(_TITLE_END):
        raise SourceMalformed(f"This is no feed of arXiv; it calls itself {title[:80]!r}.")
    nodes = channel.findall(form.entry)
    entries, broken = read_entries(nodes, lambda node: _read_entry(node, form))
    return Announcement(
        source=form.source,
        scope=_read_scope(title),
        announced_on=_read_day(channel) if form is _RSS_FORM else _read_last_day(nodes),
        entries=entries,
        broken=broken,
    )


def _read_scope(title: str) -> str:
    names = title.removesuffix(_TITLE_END).split(",")
    return "+".join(canonical_category(name) for name in names)


def _read_day(node: etree._Element) -> date | None:
    """The day of pubDate in New York: feeds are dated at midnight there."""
    try:
        return _day_in_new_york(parsedate_to_datetime(node.findtext("pubDate") or ""))
    except (ValueError, OverflowError):
        return None


def _read_last_day(entries: list[etree._Element]) -> date | None:
    days = []
    for entry in entries:
        try:
            days.append(_day_in_new_york(datetime.fromisoformat(entry.findtext(f"{_ATOM}published") or "")))
        except (ValueError, OverflowError):
            continue
    return max(days, default=None)


def _day_in_new_york(moment: datetime) -> date:
    if moment.tzinfo is None:
        raise ValueError("a date without a zone")
    return moment.astimezone(ARXIV_ZONE).date()


def _read_entry(node: etree._Element, form: _Form) -> Announced:
    text = node.findtext(form.text) or ""
    prefix = _PREFIX.match(text)
    if prefix is None:
        raise Unreadable("its description does not begin as arXiv's do")
    kind = (node.findtext(f"{_ARXIV}announce_type") or prefix["kind"]).strip()
    if kind not in set(Kind):
        raise Unreadable(f"its announce type is unknown: {kind[:40]!r}")
    paper = _read_paper(node, form, identifier=prefix["id"], abstract=text[prefix.end() :])
    return Announced(paper, Kind(kind))


def _read_paper(node: etree._Element, form: _Form, *, identifier: str, abstract: str) -> Paper:
    paper_id, version = _read_id(node.findtext(form.id) or identifier)
    title = clean_words(node.findtext(form.title) or "", max_chars=MAX_TITLE_CHARS)
    categories = _read_categories(node, form)
    if not title or not categories:
        raise Unreadable("it has no title" if not title else "it has no category")
    words = clean_words(abstract)
    return Paper(
        id=paper_id,
        version=version,
        title=title,
        authors=split_authors(node.findtext(f"{_DC}creator") or ""),
        abstract=words,
        categories=categories,
        journal_ref=clean_words(node.findtext(f"{_ARXIV}journal_reference") or ""),
        doi=clean_line(node.findtext(f"{_ARXIV}DOI") or ""),
        licence=clean_line(node.findtext(f"{_DC}rights") or ""),
        is_withdrawn=says_withdrawn("", words),
    )


def _read_id(text: str) -> tuple[ArxivId, int | None]:
    found = read_identifier(text.strip().removeprefix("oai:arXiv.org:"))
    if found is None:
        raise Unreadable(f"it has no arXiv id: {text[:60]!r}")
    return found


def _read_categories(node: etree._Element, form: _Form) -> tuple[str, ...]:
    if form is _ATOM_FORM:
        names = [child.get("term") or "" for child in node.findall(f"{_ATOM}category")]
    else:
        names = [child.text or "" for child in node.findall("category")]
    return tuple(dict.fromkeys(canonical_category(name) for name in names if name.strip()))
