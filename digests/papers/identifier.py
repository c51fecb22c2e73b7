"""arXiv identifiers, old and new: https://info.arxiv.org/help/arxiv_identifier.html"""

import re
from typing import Final

from digests.papers.paper import ArxivId

_IDENTIFIER: Final = re.compile(
    r"(?:(?P<new>\d{4}\.\d{4,5})|(?P<archive>[a-z-]+)(?:\.[A-Z]{2})?/(?P<number>\d{7}))(?:v(?P<version>\d{1,3}))?",
    re.ASCII,
)


def read_identifier(text: str) -> tuple[ArxivId, int | None] | None:
    """Id and version of `2604.18326v2`, `hep-th/9901001`; None for anything else.

    The subject class that some write into an old id is no part of it: `math.GT/0309136` is `math/0309136`.
    """
    found = _IDENTIFIER.fullmatch(text.strip())
    if found is None:
        return None
    paper_id = found["new"] or f"{found['archive']}/{found['number']}"
    return ArxivId(paper_id), int(found["version"]) if found["version"] else None
