r"""Answers of arXiv's OAI-PMH server: ListRecords and GetRecord → Harvest.

Format  https://info.arxiv.org/help/oa/index.html; of the metadata formats, arXiv and arXivRaw
Quirks  errors come with status 200, and "nothing new" is one of them; arXivRaw leaves TeX in everything and has the
        authors in one string; the arXiv format does not say the version, and its <created> is that of the current one
"""

import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from digests.errors import SourceMalformed
from digests.papers.identifier import read_identifier
from digests.papers.paper import Harvest, Paper, Source, Unreadable
from digests.papers.taxonomy import canonical_categories
from digests.papers.whole_text import MAX_TITLE_CHARS, clean_line, clean_words, read_names, split_authors
from digests.papers.xml_entries import parse_xml, read_entries

_OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
_ARXIV: Final = "{http://arxiv.org/OAI/arXiv/}"
_RAW: Final = "{http://arxiv.org/OAI/arXivRaw/}"
_NOTHING: Final = "noRecordsMatch"
_LISTS: Final = ("ListRecords", "GetRecord")
# As arXiv itself splits an author line.
_AND: Final = re.compile(r",?\s+(?:and|\\?&)\s+")
_VERSION: Final = re.compile(r"v(\d{1,3})", re.ASCII)


def read_oai(document: bytes) -> Harvest:
    """What one answer says. A record that cannot be read is reported in `broken`; the others are read.

    Raises  SourceMalformed for what is no list of records, with the server's own reason for a refusal.
    """
    root = parse_xml(document)
    if root.tag != f"{_OAI}OAI-PMH":
        raise SourceMalformed("This is no answer of OAI-PMH.")
    refusals = [(error.get("code") or "error", error.text or "") for error in root.iterfind(f"{_OAI}error")]
    if refusals and all(code == _NOTHING for code, _ in refusals):
        return Harvest(source=Source.OAI)
    if refusals:
        raise SourceMalformed("; ".join(clean_line(f"{code}: {text}", max_chars=400) for code, text in refusals[:5]))
    listing = next((node for name in _LISTS for node in root.iterfind(f"{_OAI}{name}")), None)
    if listing is None:
        raise SourceMalformed(f"This answer of OAI-PMH has no records: only {' and '.join(_LISTS)} do.")
    papers, broken = read_entries(listing.iterfind(f"{_OAI}record"), _read_record)
    token = (listing.findtext(f"{_OAI}resumptionToken") or "").strip()
    return Harvest(source=Source.OAI, papers=papers, broken=broken, next_token=token)


def _read_record(record: etree._Element) -> Paper:
    header = record.find(f"{_OAI}header")
    if header is not None and header.get("status") == "deleted":
        raise Unreadable("arXiv has deleted it")
    for namespace, name, read_authors in _FORMATS:
        metadata = record.find(f"{_OAI}metadata/{namespace}{name}")
        if metadata is not None:
            return _read_metadata(metadata, namespace, read_authors)
    raise Unreadable("it is in neither of the formats arXiv and arXivRaw")


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
    return Paper(
        id=found[0],
        version=_read_version(metadata),
        title=title,
        authors=read_authors(metadata),
        abstract=clean_words(text_of("abstract")),
        categories=categories,
        comments=clean_words(text_of("comments")),
        journal_ref=clean_words(text_of("journal-ref")),
        doi=clean_line(text_of("doi")),
        licence=clean_line(text_of("license")),
    )


def _read_version(metadata: etree._Element) -> int | None:
    """The last one: arXivRaw has the whole history."""
    names = (version.get("version") or "" for version in metadata.iterfind(f"{_RAW}version"))
    return max((int(found[1]) for name in names if (found := _VERSION.fullmatch(name))), default=None)


def _read_author_list(metadata: etree._Element) -> tuple[str, ...]:
    parts = [f"{_ARXIV}{name}" for name in ("forenames", "keyname", "suffix")]
    authors = metadata.iterfind(f"{_ARXIV}authors/{_ARXIV}author")
    return read_names(" ".join(author.findtext(part) or "" for part in parts) for author in authors)


def _read_author_line(metadata: etree._Element) -> tuple[str, ...]:
    """`Ann Lee (1), Bo Chan and Cy Dee ((1) Univ. of X)` → Ann Lee, Bo Chan, Cy Dee."""
    return split_authors(_AND.sub(", ", metadata.findtext(f"{_RAW}authors") or ""))


_FORMATS: Final = ((_RAW, "arXivRaw", _read_author_line), (_ARXIV, "arXiv", _read_author_list))
