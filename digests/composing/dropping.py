"""A digest without papers that were withdrawn after it was composed. Pure."""

from collections import Counter
from collections.abc import Container
from dataclasses import replace

from digests.composing.digest import Digest, Elsewhere, Entry, Nothing, Section
from digests.papers.paper import ArxivId


def drop_papers(digest: Digest, gone: Container[ArxivId]) -> Digest:
    """The same digest, counted anew; the very same where none of them stands in it. What it says of updates stays.

    A keyword that hit nothing else has no section left: that it hit nothing would not be true.
    """
    homes = {
        entry.paper_id: (section.keyword, entry)
        for section in digest.sections
        for entry in (*section.entries, *section.brief)
        if entry.paper_id in gone
    }
    if not homes:
        return digest
    matched = digest.matched - len(homes)
    left = ((before, _drop_from(before, list(homes.values()))) for before in digest.sections)
    return replace(
        digest,
        seen=digest.seen - sum(entry.late_on is None for _, entry in homes.values()),
        matched=matched,
        sections=tuple(section for before, section in left if section.hits or not before.hits),
        nothing=digest.nothing if matched or digest.updates else Nothing.ALL_WITHDRAWN,
    )


def _drop_from(section: Section, dropped: list[tuple[str, Entry]]) -> Section:
    """`dropped` with the keyword under which each stood; it was counted under all its keywords."""
    hit = [(home, entry) for home, entry in dropped if section.keyword in {reason.keyword for reason in entry.reasons}]
    gone = {entry.paper_id for _, entry in hit}
    less = Counter(home for home, _ in hit if home != section.keyword)
    counts = (Elsewhere(one.keyword, one.count - less[one.keyword]) for one in section.elsewhere)
    return replace(
        section,
        hits=section.hits - len(hit),
        entries=tuple(entry for entry in section.entries if entry.paper_id not in gone),
        brief=tuple(entry for entry in section.brief if entry.paper_id not in gone),
        elsewhere=tuple(one for one in counts if one.count),
    )
