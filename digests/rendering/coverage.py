"""How much of its batches a digest could look at: one sentence, short where all is well."""

from collections.abc import Iterator, Sequence
from typing import Final

from digests.composing.digest import Coverage, Extent
from digests.papers.taxonomy import archives_of
from digests.phrases import Phrases

#: Named of each kind.
_MAX_SCOPES: Final = 3


def say_coverage(coverage: Sequence[Coverage], phrases: Phrases) -> str:
    """Empty where nothing is known."""
    said = phrases("digest.coverage_join").join(_say_all(coverage, phrases))
    return phrases("digest.coverage", scopes=said) if said else ""


def _say_all(coverage: Sequence[Coverage], phrases: Phrases) -> Iterator[str]:
    of = {extent: [item for item in coverage if item.extent is extent] for extent in Extent}
    whole = _drop_looked_at(of[Extent.WHOLE])
    has_faults = len(of[Extent.WHOLE]) < len(coverage)
    if 0 < len(whole) <= _MAX_SCOPES:
        yield phrases("digest.coverage_whole", scopes=_name(whole, phrases))
    elif whole and not has_faults:
        yield phrases("digest.coverage_all")
    for item in of[Extent.PARTIAL][:_MAX_SCOPES]:
        key = "digest.coverage_unknown" if item.total is None else "digest.coverage_partial"
        yield phrases(key, scope=item.scope, seen=item.seen, total=item.total)
    if rest := of[Extent.PARTIAL][_MAX_SCOPES:]:
        yield phrases("digest.coverage_partial_rest", count=len(rest))
    for extent in (Extent.MISSING, Extent.UNPROVED):
        if of[extent]:
            yield phrases(f"digest.coverage_{extent}", scopes=_name(of[extent], phrases))
    if has_faults and len(whole) > _MAX_SCOPES:
        yield phrases("digest.coverage_whole_rest", count=len(whole))


def _drop_looked_at(whole: Sequence[Coverage]) -> list[Coverage]:
    """Without categories whose archive is whole: it goes without saying."""
    names = {item.scope for item in whole}
    kept = {item.scope: item for item in whole if not names & (archives_of(item.scope) - {item.scope})}
    return list(kept.values())


def _name(items: Sequence[Coverage], phrases: Phrases) -> str:
    names = phrases("digest.rest_join").join(item.scope for item in items[:_MAX_SCOPES])
    return names if len(items) <= _MAX_SCOPES else phrases("digest.coverage_more", scopes=names, count=len(items))
