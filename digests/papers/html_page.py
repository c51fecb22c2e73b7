"""HTML from outside: bounded before it is parsed, and whole. A browser would make the best of what is not."""

import re
from collections import Counter
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from digests.errors import SourceMalformed

#: A page of 2,000 entries has 43,000 tags; each costs half a kilobyte of memory.
MAX_TAGS: Final = 500_000
#: Such a page leaves 141 open. The parser's time grows with the square of the depth: minutes for a megabyte of <div>.
MAX_OPEN: Final = 2_000

_TAG: Final = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# A proxy may write a comment behind the end.
_END_BYTES: Final = 1_024


def parse_html(document: bytes) -> LexborHTMLParser:
    """Raises SourceMalformed for what has more tags, or more of them open, than any page of arXiv's."""
    if _is_wild(document):
        raise SourceMalformed("This is no page of arXiv's: it has too many tags, or too many of them open.")
    return LexborHTMLParser(document.decode("utf-8", "replace"))


def check_page(document: bytes) -> None:
    """Raises SourceMalformed where a page is cut off, or not in UTF-8: some words of it are not arXiv's."""
    if b"</html>" not in document[-_END_BYTES:].lower():
        raise SourceMalformed("This page is cut off: it has no end.")
    try:
        document.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceMalformed(f"This page is not in UTF-8: byte {error.start}.") from error


def _is_wild(document: bytes) -> bool:
    """Tags are counted by name: an end tag without a beginning closes nothing."""
    by_name: Counter[bytes] = Counter()
    is_open = 0
    for number, tag in enumerate(_TAG.finditer(document)):
        name = tag[2].lower()
        if not tag[1]:
            by_name[name] += 1
            is_open += 1
        elif by_name[name]:
            by_name[name] -= 1
            is_open -= 1
        if is_open > MAX_OPEN or number > MAX_TAGS:
            return True
    return False
