"""arXiv's XML documents: parsed strictly, read entry by entry."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from lxml import etree

from digests.errors import SourceMalformed
from digests.papers.paper import Broken, Unreadable
from digests.papers.whole_text import clean_line

_MAX_PAYLOAD_CHARS = 500
# 2,500 records have some 100,000; a document of empty tags takes eighty times its size in memory.
_MAX_TAGS: Final = 500_000

_Read = TypeVar("_Read")


def parse_xml(payload: bytes) -> etree._Element:
    """The root. Raises SourceMalformed for what is cut off, and for a document type declaration."""
    if payload.count(b"<") > _MAX_TAGS:
        raise SourceMalformed(f"This XML document has more than {_MAX_TAGS} tags.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(payload, parser)
    except etree.XMLSyntaxError as error:
        raise SourceMalformed(f"This is no whole XML document: {clean_line(str(error), max_chars=200)}") from error
    document: Any = root.getroottree()
    if document.docinfo.doctype:
        # arXiv's have none; entities that eat memory or read files need one.
        raise SourceMalformed("This XML has a document type declaration.")
    return root


def read_entries(
    nodes: Iterable[etree._Element], read: Callable[[etree._Element], _Read]
) -> tuple[tuple[_Read, ...], tuple[Broken, ...]]:
    """What `read` makes of each node, and a Broken for each at which it raises Unreadable."""
    found: list[_Read] = []
    broken: list[Broken] = []
    for number, node in enumerate(nodes, start=1):
        try:
            found.append(read(node))
        except Unreadable as error:
            payload = etree.tostring(node, encoding="unicode")[:_MAX_PAYLOAD_CHARS]
            broken.append(Broken(f"entry {number}", str(error), payload))
    return tuple(found), tuple(broken)
