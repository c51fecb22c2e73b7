"""What arXiv's pages of one announcement have in common: headings, and a `dt` and a `dd` for each paper."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from selectolax.lexbor import LexborNode

from digests.papers.identifier import read_identifier
from digests.papers.paper import Announced, Announcement, Broken, Kind, Paper, Section, Source, Unreadable
from digests.papers.taxonomy import canonical_category
from digests.papers.whole_text import MAX_TITLE_CHARS, clean_line, clean_words, split_authors
from digests.papers.withdrawal import says_withdrawn

_HEADING: Final = re.compile(
    r"(New|Cross|Replacement) submissions \((?:continued, )?showing (?:(?:first|last) )?(\d+) of (\d+) entries\)"
)
_KINDS: Final = {"New": Kind.NEW, "Cross": Kind.CROSS, "Replacement": Kind.REPLACE}
_STUB: Final = re.compile(r"this \w+ URL")
# arXiv takes `framework.We` (a blank is missing) for a host and puts http:// before it.
_BARE_HOST: Final = re.compile(r"http://([^/]+\.([^./]+))")
_TOP_LEVEL: Final = re.compile(r"[a-z]{2}|com|net|org|edu|gov|info|app|dev|cloud|tech|site|page|xyz|online|science")
_SUBJECT: Final = re.compile(r"\(([^()\s]+)\)\s*$")
_HTML_VERSION: Final = re.compile(r"/html/.+v(\d{1,3})$")


def read_page(body: LexborNode, *, source: Source, scope: str, announced_on: date, total: int | None) -> Announcement:
    """The page's own words about itself, and its entries. A broken one is reported in `broken`; the others are read."""
    found = list(_read_lists(body))
    return Announcement(
        source=source,
        scope=scope,
        announced_on=announced_on,
        entries=tuple(part for part in found if isinstance(part, Announced)),
        broken=tuple(part for part in found if isinstance(part, Broken)),
        sections=tuple(part for part in found if isinstance(part, Section)),
        total=total,
    )


def _read_lists(body: LexborNode) -> Iterator[Section | Announced | Broken]:
    """Everything inside the page's `dl`s, in its order: headings, then dt/dd pairs."""
    for articles in body.css("dl"):
        kind: Kind | None = None
        term: LexborNode | None = None
        for node in articles.iter():
            if node.tag in {"h3", "dt"} and term is not None:
                yield _report(term, "it has no dd")
                term = None
            if node.tag == "h3":
                section = _read_heading(node)
                kind = section.kind if isinstance(section, Section) else None
                yield section
            elif node.tag == "dt":
                term = node
            elif node.tag == "dd" and term is not None:
                yield _read_entry(term, node, kind)
                term = None
        if term is not None:
            yield _report(term, "it has no dd")


def _read_heading(node: LexborNode) -> Section | Broken:
    text = clean_line(node.text())
    found = _HEADING.fullmatch(text)
    if found is None:
        return Broken("heading", "it is no heading that we know", text[:200])
    return Section(_KINDS[found[1]], int(found[2]), int(found[3]))


def _read_entry(term: LexborNode, details: LexborNode, kind: Kind | None) -> Announced | Broken:
    try:
        paper = _read_paper(term, details)
    except Unreadable as error:
        return _report(term, str(error))
    return Announced(paper, kind or _read_kind(term), _find_item(term))


def _read_paper(term: LexborNode, details: LexborNode) -> Paper:
    link = term.css_first('a[title="Abstract"]')
    found = read_identifier((link.attributes.get("id") if link else None) or "")
    if found is None:
        raise Unreadable("it has no arXiv id")
    title = clean_words(_read_field(details, ".list-title"), max_chars=MAX_TITLE_CHARS)
    if not title:
        raise Unreadable("it has no title")
    categories = _read_subjects(details)
    if not categories:
        raise Unreadable("it has no category")
    comments = clean_words(_read_field(details, ".list-comments"))
    abstract = clean_words(_read_field(details, "p.mathjax"))
    return Paper(
        id=found[0],
        version=_find_version(term),
        title=title,
        authors=split_authors(_read_field(details, ".list-authors")),
        abstract=abstract,
        categories=categories,
        comments=comments,
        journal_ref=clean_words(_read_field(details, ".list-journal-ref")),
        is_withdrawn=says_withdrawn(comments, abstract),
    )


def _read_field(details: LexborNode, selector: str) -> str:
    field = details.css_first(selector)
    if field is None:
        return ""
    for descriptor in field.css("span.descriptor"):
        descriptor.decompose()
    for link in field.css("a"):
        if _STUB.fullmatch(link.text().strip()):
            link.replace_with(_as_written(link.attributes.get("href") or ""))
    return field.text()


def _as_written(url: str) -> str:
    host = _BARE_HOST.fullmatch(url)
    return host[1] if host and not _TOP_LEVEL.fullmatch(host[2]) else url


def _read_subjects(details: LexborNode) -> tuple[str, ...]:
    parts = _read_field(details, ".list-subjects").split(";")
    codes = [found[1] for part in parts if (found := _SUBJECT.search(part))]
    return tuple(dict.fromkeys(canonical_category(code) for code in codes))


def _find_version(term: LexborNode) -> int | None:
    """Only the link to the HTML form has it, and not every paper has that link."""
    link = term.css_first('a[title="View HTML"]')
    found = _HTML_VERSION.search((link.attributes.get("href") if link else None) or "")
    return int(found[1]) if found else None


def _find_item(term: LexborNode) -> int | None:
    anchor = term.css_first("a[name]")
    found = re.fullmatch(r"item(\d{1,6})", (anchor.attributes.get("name") if anchor else None) or "")
    return int(found[1]) if found else None


def _read_kind(term: LexborNode) -> Kind:
    text = term.text()
    if "(replaced)" in text:
        return Kind.REPLACE
    return Kind.CROSS if "(cross-list" in text else Kind.NEW


def _report(term: LexborNode, reason: str) -> Broken:
    item = _find_item(term)
    return Broken(f"item {item}" if item else "an entry", reason, (term.html or "")[:500])
