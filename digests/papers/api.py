"""Answers of arXiv's query API: Atom → Harvest.

Format  https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned
Quirks  an error is a feed with one entry; an answer may count papers and show none, with status 200; arXiv's categories
        stand in one list with ACM and MSC classes
"""

from collections.abc import Iterable
from typing import Final

from lxml import etree

from digests.errors import SourceMalformed
from digests.papers.identifier import read_identifier
from digests.papers.paper import Harvest, Paper, Source, Unreadable
from digests.papers.taxonomy import canonical_categories
from digests.papers.whole_text import MAX_TITLE_CHARS, clean_line, clean_words, read_names
from digests.papers.withdrawal import says_withdrawn
from digests.papers.xml_entries import parse_xml, read_entries

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_ARXIV: Final = "{http://arxiv.org/schemas/atom}"
_OPENSEARCH: Final = "{http://a9.com/-/spec/opensearch/1.1/}"
_ERROR_PART: Final = "/api/errors"


def read_api(document: bytes) -> Harvest:
    """What one answer says. A broken entry is reported in `broken`; the others are read.

    Raises  SourceMalformed for what is no answer of the API, with arXiv's own reason for an error, and for an answer
            that counts papers and shows none.
    """
    feed = read_answer(document)
    if is_hollow(feed):
        raise SourceMalformed("This answer counts papers and shows none; arXiv's API does so at times: ask it again.")
    papers, broken = read_entries(feed.iterfind(f"{_ATOM}entry"), _read_entry)
    return Harvest(source=Source.API, papers=papers, broken=broken)


def read_answer(document: bytes) -> etree._Element:
    """The feed. Raises SourceMalformed for anything else, and for an error."""
    feed = parse_xml(document)
    if feed.tag != f"{_ATOM}feed" or feed.find(f"{_OPENSEARCH}totalResults") is None:
        raise SourceMalformed("This is no answer of arXiv's API.")
    entry = feed.find(f"{_ATOM}entry")
    if entry is not None and _ERROR_PART in (entry.findtext(f"{_ATOM}id") or ""):
        reason = entry.findtext(f"{_ATOM}summary") or "an error without a reason"
        raise SourceMalformed(clean_line(reason, max_chars=400))
    return feed


def is_hollow(feed: etree._Element) -> bool:
    """It counts papers from this place on and shows none: https://github.com/lukasschwab/arxiv.py/issues/43"""
    has_more = _read_count(feed, "totalResults") > _read_count(feed, "startIndex")
    return has_more and _read_count(feed, "itemsPerPage") > 0 and feed.find(f"{_ATOM}entry") is None


def build_paper(
    *,
    entry_id: str,
    title: str,
    authors: Iterable[str],
    summary: str,
    primary_category: str,
    categories: Iterable[str],
    comment: str | None = None,
    journal_ref: str | None = None,
    doi: str | None = None,
) -> Paper:
    """From an entry's fields as they stand there. Raises Unreadable.

    entry_id  `http://arxiv.org/abs/2104.12255v1`
    """
    found = read_identifier(entry_id.partition("/abs/")[2])
    if found is None:
        raise Unreadable(f"it has no arXiv id: {entry_id[:60]!r}")
    clean_title = clean_words(title, max_chars=MAX_TITLE_CHARS)
    known = canonical_categories([primary_category, *categories])
    if not clean_title or not known:
        raise Unreadable("it has no category" if clean_title else "it has no title")
    paper_id, version = found
    comments, abstract = clean_words(comment or ""), clean_words(summary)
    return Paper(
        id=paper_id,
        version=version,
        title=clean_title,
        authors=read_names(authors),
        abstract=abstract,
        categories=known,
        comments=comments,
        journal_ref=clean_words(journal_ref or ""),
        doi=clean_line(doi or ""),
        is_withdrawn=says_withdrawn(comments, abstract),
    )


def _read_entry(entry: etree._Element) -> Paper:
    primary = entry.find(f"{_ARXIV}primary_category")
    return build_paper(
        entry_id=entry.findtext(f"{_ATOM}id") or "",
        title=entry.findtext(f"{_ATOM}title") or "",
        authors=[name.text or "" for name in entry.iterfind(f"{_ATOM}author/{_ATOM}name")],
        summary=entry.findtext(f"{_ATOM}summary") or "",
        primary_category="" if primary is None else primary.get("term") or "",
        categories=[category.get("term") or "" for category in entry.iterfind(f"{_ATOM}category")],
        comment=entry.findtext(f"{_ARXIV}comment"),
        journal_ref=entry.findtext(f"{_ARXIV}journal_ref"),
        doi=entry.findtext(f"{_ARXIV}doi"),
    )


def _read_count(feed: etree._Element, name: str) -> int:
    text = (feed.findtext(f"{_OPENSEARCH}{name}") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
