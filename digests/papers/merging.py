"""One row a paper, whatever came first (invariant 2); pure."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any, Final

from digests.papers.paper import Kind, Paper, Source

_RANK: Final = {source: rank for rank, source in enumerate(Source)}
_KIND_RANK: Final = {kind: rank for rank, kind in enumerate(Kind)}
_WORDS: Final = ("title", "authors", "abstract", "journal_ref", "doi", "licence")
_GREEK: Final = re.compile(r"\\(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma"
                           r"|tau|upsilon|phi|chi|psi|omega)(?![a-z])", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A paper and whose words it has."""

    paper: Paper
    source: Source


def merge(known: Known | None, paper: Paper, source: Source) -> Known:
    """`known` with what `paper` adds: a newer version's words win, then the more trusted source's; nothing is emptied.

    Categories are only added: a cross-listing of today may reach us by a listing page days after the feed's words.
    """
    if known is None:
        return Known(paper, source)
    wins = (paper.version or 0, _RANK[source]) >= (known.paper.version or 0, _RANK[known.source])
    winner, other = (paper, known.paper) if wins else (known.paper, paper)
    fields: dict[str, Any] = {name: getattr(winner, name) or getattr(other, name) for name in _WORDS}
    merged = replace(
        known.paper,
        **fields,
        version=max(paper.version or 0, known.paper.version or 0) or None,
        categories=tuple(dict.fromkeys([*winner.categories, *sorted(other.categories)])),
        comments=_choose_comments(known.paper, paper),
        is_withdrawn=_is_withdrawn(known.paper, paper),
    )
    return Known(merged, source if wins else known.source)


def best_kind(*kinds: Kind) -> Kind:
    """A paper is new if any page says so, then a cross-listing, then a replacement."""
    return min(kinds, key=kind_rank)


def kind_rank(kind: Kind) -> int:
    return _KIND_RANK[kind]


def hash_words(paper: Paper) -> str:
    """SHA-256 of title and abstract; the same for one paper's words from a listing page and from a feed.

    What the two write differently is not seen: white space, Greek letters of titles, what arXiv puts before a bare host
    or a DOI to make it a link.
    """
    text = unicodedata.normalize("NFC", f"{paper.title}\n{paper.abstract}")
    plain = _GREEK.sub(_letter, text.replace("http://", "").replace("https://doi.org/", ""))
    return hashlib.sha256("".join(plain.split()).encode()).hexdigest()


def _choose_comments(known: Paper, paper: Paper) -> str:
    # Feeds have none, and authors change them without a new version: of one version the latest arrival's count.
    is_newer = (paper.version or 0) >= (known.version or 0)
    return (paper.comments or known.comments) if is_newer else (known.comments or paper.comments)


def _is_withdrawn(known: Paper, paper: Paper) -> bool:
    """As the newer version says; of one version what any source says, for most cannot tell."""
    versions = (known.version or 0, paper.version or 0)
    if versions[0] == versions[1] or 0 in versions:
        return known.is_withdrawn or paper.is_withdrawn
    return (paper if versions[1] > versions[0] else known).is_withdrawn


def _letter(match: re.Match[str]) -> str:
    name = match[1].lower().replace("lambda", "lamda")
    case = "CAPITAL" if match[1][0].isupper() else "SMALL"
    return unicodedata.lookup(f"GREEK {case} LETTER {name}")
