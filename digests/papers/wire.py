"""Any of arXiv's documents, as bytes from the network or from a file: which one is it?"""

import gzip
import io
import zlib
from pathlib import Path
from typing import Final

from digests.errors import SourceMalformed
from digests.papers.listing import read_listing
from digests.papers.paper import Announcement, Source
from digests.papers.rss import read_feed
from digests.papers.whole_text import clean_line

_GZIP_MAGIC: Final = b"\x1f\x8b"
_MAX_BYTES: Final = 64 * 1024 * 1024

_NAMES: Final = {Source.LISTING: "a listing page", Source.RSS: "an RSS feed", Source.ATOM: "an Atom feed"}


def read_document(payload: bytes, source: str = "auto") -> Announcement:
    """What `payload` says: a listing page, an RSS or an Atom feed, packed by gzip or not.

    source  what it must be: `list`, `rss`, `atom`; `auto` goes by the content
    Raises  SourceMalformed when it is none of them, or not the one it must be.
    """
    document = _unpack(payload)
    if source == "list":
        return read_listing(document)
    if source == "auto" and not _is_xml(document):
        return _read_page(document)
    announcement = read_feed(document)
    if source not in {"auto", announcement.source}:
        raise SourceMalformed(f"This is {_NAMES[announcement.source]}, not {_NAMES[Source(source)]}.")
    return announcement


def read_payload(path: Path) -> bytes:
    """A file's bytes. Raises OSError, SourceMalformed for more than any document of arXiv's has."""
    with path.open("rb") as file:
        payload = file.read(_MAX_BYTES + 1)
    if len(payload) > _MAX_BYTES:
        raise SourceMalformed(f"This file has more than {_MAX_BYTES // 2**20} MiB.")
    return payload


def _unpack(payload: bytes) -> bytes:
    if not payload.startswith(_GZIP_MAGIC):
        return payload
    try:
        with gzip.open(io.BytesIO(payload)) as packed:
            document = packed.read(_MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceMalformed("This gzip file is damaged or cut off.") from error
    if len(document) > _MAX_BYTES:
        raise SourceMalformed(f"This gzip file unpacks to more than {_MAX_BYTES // 2**20} MiB.")
    return document


def _is_xml(document: bytes) -> bool:
    start = document.lstrip(b"\xef\xbb\xbf \t\r\n")[:256].lower()
    return start.startswith((b"<?xml", b"<rss", b"<feed")) and b"<html" not in start


def _read_page(document: bytes) -> Announcement:
    if b"<" not in document[:4096]:
        start = clean_line(document[:200].decode("utf-8", "replace"), max_chars=80)
        said = f"it begins with {start!r}" if start else "it is empty"
        raise SourceMalformed(f"This is neither an arXiv listing page nor an RSS or Atom feed: {said}.")
    return read_listing(document)
