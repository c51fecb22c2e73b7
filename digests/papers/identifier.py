"""arXiv identifiers, old and new: https://info.arxiv.org/help/arxiv_identifier.html"""

import re
from typing import Final

from digests.papers.paper import ArxivId

_IDENTIFIER: Final = re.compile(r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(?P<version>\d{1,3}))?")


def read_identifier(text: str) -> tuple[ArxivId, int | None] | None:
    """Id and version of `2604.18326v2`, `hep-th/9901001`; None for anything else."""
    found = _IDENTIFIER.fullmatch(text.strip())
    if found is None:
        return None
    return ArxivId(found["id"]), int(found["version"]) if found["version"] else None
