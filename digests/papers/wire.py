"""Any document of arXiv's or Hugging Face's, as bytes from the network or from a file: which one is it?"""

import gzip
import io
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from digests.errors import SourceMalformed
from digests.papers.api import read_api
from digests.papers.catch_up_page import MARK, read_catch_up
from digests.papers.huggingface import DailyPapers, read_daily
from digests.papers.listing import read_listing
from digests.papers.oai import read_oai
from digests.papers.paper import Announcement, Harvest, Source
from digests.papers.rss import read_feed
from digests.papers.whole_text import clean_line

_GZIP_MAGIC: Final = b"\x1f\x8b"
_MAX_BYTES: Final = 64 * 1024 * 1024

_NAMES: Final = {
    Source.LISTING: "a listing page",
    Source.CATCHUP: "a catch-up page",
    Source.RSS: "an RSS feed",
    Source.ATOM: "an Atom feed",
    Source.API: "an answer of arXiv's API",
    Source.OAI: "an answer of OAI-PMH",
    Source.HF: "a list of Hugging Face's daily papers",
}

#: What a document says: of one announcement, of papers whenever announced, of what the community reads.
Document = Announcement | Harvest | DailyPapers


def read_wire(payload: bytes, source: str = "auto") -> Document:
    """What `payload` says, packed by gzip or not.

    source  what it must be, a word of Source; `auto` goes by the content
    Raises  SourceMalformed when it is none of them, or not the one it must be.
    """
    document = unpack(payload)
    found = _recognise(document)
    if source == "auto":
        return _READERS[found](document) if found else _read_page(document)
    if found not in {None, source} and not Source(source).is_page:
        raise SourceMalformed(f"This is {_NAMES[Source(found)]}, not {_NAMES[Source(source)]}.")
    return _READERS[Source(source)](document)


def read_document(payload: bytes, source: str = "auto") -> Announcement:
    """read_wire for announcements: a listing or catch-up page, an RSS or an Atom feed."""
    document = read_wire(payload, source)
    if isinstance(document, Announcement):
        return document
    name = _NAMES[document.source if isinstance(document, Harvest) else Source.HF]
    raise SourceMalformed(f"This is {name} and announces nothing.")


def read_payload(path: Path) -> bytes:
    """A file's bytes. Raises OSError, SourceMalformed for more than any document of arXiv's has."""
    with path.open("rb") as file:
        payload = file.read(_MAX_BYTES + 1)
    if len(payload) > _MAX_BYTES:
        raise SourceMalformed(f"This file has more than {_MAX_BYTES // 2**20} MiB.")
    return payload


def unpack(payload: bytes) -> bytes:
    """The document, packed by gzip or not. Raises SourceMalformed for what is cut off or too large."""
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


def _recognise(document: bytes) -> Source | None:
    """What it looks like from its beginning; None for what is neither XML nor JSON."""
    start = document[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"[", b"{")):
        return Source.HF
    if not start.startswith((b"<?xml", b"<rss", b"<feed", b"<oai-pmh")) or b"<html" in start[:256]:
        return None
    marks = {b"<oai-pmh": Source.OAI, b"/-/spec/opensearch/": Source.API, b"<feed": Source.ATOM}
    return next((source for mark, source in marks.items() if mark in start), Source.RSS)


def _read_page(document: bytes) -> Announcement:
    if b"<" not in document[:4096]:
        start = clean_line(document[:200].decode("utf-8", "replace"), max_chars=80)
        said = f"it begins with {start!r}" if start else "it is empty"
        raise SourceMalformed(f"This is neither an arXiv listing page nor a feed nor any other answer: {said}.")
    return (read_catch_up if MARK.search(document) else read_listing)(document)


_READERS: Final[Mapping[Source, Callable[[bytes], Document]]] = {
    Source.LISTING: read_listing,
    Source.CATCHUP: read_catch_up,
    Source.RSS: read_feed,
    Source.ATOM: read_feed,
    Source.API: read_api,
    Source.OAI: read_oai,
    Source.HF: read_daily,
}
