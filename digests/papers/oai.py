r"""Answers of arXiv's OAI-PMH server: ListRecords and GetRecord → Harvest.

Format  https://info.arxiv.org/help/oa/index.html; of the metadata formats, arXiv and arXivRaw
Quirks  errors come with status 200, and "nothing new" is one of them; arXivRaw leaves TeX in everything and has the
        authors in one string; the arXiv format does not say the version, and its <created> is that of the current one;
        a withdrawn paper stays as a record, of which arXivRaw says source type I
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lxml import etree

from digests.errors import SourceMalformed
from digests.papers.identifier import read_identifier
from digests.papers.paper import Harvest, Paper, Record, Source, Unreadable, Version
from digests.papers.taxonomy import canonical_categories
from digests.papers.whole_text import MAX_TITLE_CHARS, clean_line, clean_words, read_names, split_authors
from digests.papers.withdrawal import says_withdrawn
from digests.papers.xml_entries import parse_xml, read_entries

_OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
_ARXIV: Final = "{http://arxiv.org/OAI/arXiv/}"
_RAW: Final = "{http://arxiv.org/OAI/arXivRaw/}"
_NOTHING: Final = "noRecordsMatch"
_EXPIRED: Final = "badResumptionToken"
_LISTS: Final = ("ListRecords", "GetRecord")
# As arXiv itself splits an author line.
_AND: Final = re.compile(r",?\s+(?:and|\\?&)\s+")
_VERSION: Final = re.compile(r"v(\d{1,3})", re.ASCII)
#: Archives that are a group of their own; all others are of physics, which is also the name of an archive.
_OWN_GROUPS: Final = frozenset({"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"})
# One letter each: A has other files, S is TeX source, D is made by pdfTeX …
_WITHDRAWN: Final = "I"


def build_set(scope: str) -> str:
    """The set of an archive or a category in ListSets: `cs`, `cs:cs:LG`, `physics:hep-th`, `physics:physics`."""
    archive, _, category = scope.partition(".")
    if archive in _OWN_GROUPS and not category:
        return archive
    group = archive if archive in _OWN_GROUPS else "physics"
    return ":".join(filter(None, (group, archive, category)))


class TokenRefused(SourceMalformed):
    """The list must be asked for from its beginning; tokens end at midnight UTC. No room but this one knows of it."""


def read_oai(document: bytes) -> Harvest:
    """What one answer says. A record that cannot be read is reported in `broken`; the others are read.

    Raises  SourceMalformed for what is no list of records, with the server's own reason for a refusal; TokenRefused is
            one of a token.
    """
    root = parse_xml(document)
    if root.tag != f"{_OAI}OAI-PMH":
        raise SourceMalformed("This is no answer of OAI-PMH.")
    refusals = [(error.get("code") or "error", error.text or "") for error in root.iterfind(f"{_OAI}error")]
    if refusals and all(code == _NOTHING for code, _ in refusals):
        return Harvest(source=Source.OAI)
    if refusals:
        refusal = TokenRefused if any(code == _EXPIRED for code, _ in refusals) else SourceMalformed
        raise refusal("; ".join(clean_line(f"{code}: {text}", max_chars=400) for code, text in refusals[:5]))
    listing = next((node for name in _LISTS for node in root.iterfind(f"{_OAI}{name}")), None)
    if listing is None:
        raise SourceMalformed(f"This answer of OAI-PMH has no records: only {' and '.join(_LISTS)} do.")
    records, broken = read_entries(listing.iterfind(f"{_OAI}record"), _read_record)
    token = (listing.findtext(f"{_OAI}resumptionToken") or "").strip()
    papers = tuple(record.paper for record in records)
    return Harvest(source=Source.OAI, papers=papers, records=records, broken=broken, next_token=token)


def _read_record(record: etree._Element) -> Record:
    header = record.find(f"{_OAI}header")
    if header is not None and header.get("status") == "deleted":
        raise Unreadable("arXiv has deleted it")
    for namespace, name, read_authors in _FORMATS:
        metadata = record.find(f"{_OAI}metadata/{namespace}{name}")
        if metadata is not None:
            paper = _read_metadata(metadata, namespace, read_authors)
            versions = tuple(_read_version(node) for node in _list_versions(metadata))
            return Record(paper, _read_datestamp(header), versions)
    raise Unreadable("it is in neither of the formats arXiv and arXivRaw")


def _read_datestamp(header: etree._Element | None) -> date | None:
    text = "" if header is None else header.findtext(f"{_OAI}datestamp") or ""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _read_metadata(
    metadata: etree._Element, namespace: str, read_authors: Callable[[etree._Element], tuple[str, ...]]
) -> Paper:
    def text_of(name: str) -> str:
        return metadata.findtext(f"{namespace}{name}") or ""

    found = read_identifier(text_of("id"))
    if found is None:
        raise Unreadable(f"it has no arXiv id: {text_of('id')[:60]!r}")
    title = clean_words(text_of("title"), max_chars=MAX_TITLE_CHARS)
    categories = canonical_categories(text_of("categories").split())
    if not title or not categories:
        raise Unreadable("it has no category" if title else "it has no title")
    comments, abstract = clean_words(text_of("comments")), clean_words(text_of("abstract"))
    newest = _find_newest(metadata)
    return Paper(
        id=found[0],
        version=_read_number(newest),
        title=title,
        authors=read_authors(metadata),
        abstract=abstract,
        categories=categories,
        comments=comments,
        journal_ref=clean_words(text_of("journal-ref")),
        doi=clean_line(text_of("doi")),
        licence=clean_line(text_of("license")),
        is_withdrawn=says_withdrawn(comments, abstract) if newest is None else _is_withdrawal(newest),
    )


def _list_versions(metadata: etree._Element) -> list[etree._Element]:
    """Oldest first: arXivRaw has the whole history."""
    nodes = (node for node in metadata.iterfind(f"{_RAW}version") if _read_number(node) is not None)
    return sorted(nodes, key=lambda node: _read_number(node) or 0)


def _find_newest(metadata: etree._Element) -> etree._Element | None:
    versions = _list_versions(metadata)
    return versions[-1] if versions else None


def _read_number(version: etree._Element | None) -> int | None:
    found = _VERSION.fullmatch("" if version is None else version.get("version") or "")
    return int(found[1]) if found else None


def _is_withdrawal(version: etree._Element) -> bool:
    return _WITHDRAWN in (version.findtext(f"{_RAW}source_type") or "")


def _read_version(node: etree._Element) -> Version:
    return Version(_read_number(node) or 0, _read_moment(node.findtext(f"{_RAW}date") or ""))


def _read_moment(text: str) -> datetime | None:
    """`Wed, 02 Feb 2011 11:55:18 GMT`"""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_author_list(metadata: etree._Element) -> tuple[str, ...]:
    parts = [f"{_ARXIV}{name}" for name in ("forenames", "keyname", "suffix")]
    authors = metadata.iterfind(f"{_ARXIV}authors/{_ARXIV}author")
    return read_names(" ".join(author.findtext(part) or "" for part in parts) for author in authors)


def _read_author_line(metadata: etree._Element) -> tuple[str, ...]:
    """`Ann Lee (1), Bo Chan and Cy Dee ((1) Univ. of X)` → Ann Lee, Bo Chan, Cy Dee."""
    return split_authors(_AND.sub(", ", metadata.findtext(f"{_RAW}authors") or ""))


_FORMATS: Final = ((_RAW, "arXivRaw", _read_author_line), (_ARXIV, "arXiv", _read_author_list))
