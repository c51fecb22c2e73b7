"""What a digest says of how much of its batches is here: of all that is known, what concerns its reader."""

from collections.abc import Collection, Iterable
from typing import Final

from digests.composing.digest import Coverage, Extent
from digests.coverage.judging import Covered, State
from digests.coverage.readiness import find_archives
from digests.keywords.language import Query
from digests.keywords.match import Field
from digests.keywords.tree import Label

_LABELS: Final = {Field.CATEGORY, Field.PRIMARY}
_PARTS: Final = {State.PARTIAL, State.FROZEN}
#: What is said of a scope that is well in one batch and not in another.
_WORST_FIRST: Final = (Extent.MISSING, Extent.PARTIAL, Extent.UNPROVED, Extent.WHOLE)


def choose_coverage(
    covered: Iterable[Covered], scope: Collection[str] | None, categories: Collection[str]
) -> tuple[Coverage, ...]:
    """Each of the reader's archives and categories once, by its worst batch.

    scope       archives and categories; None = all of arXiv
    categories  that the reader's keywords name: what an archive's page leaves out of them is looked for
    """
    archives = None if scope is None else find_archives(scope)
    mine = [one for one in covered if _is_of(one, archives, categories)]
    said = {(one.is_category, one.scope): _describe(one) for one in sorted(mine, key=_badness, reverse=True)}
    return tuple(said[key] for key in sorted(said))


def find_named(queries: Iterable[Query]) -> frozenset[str]:
    """Canonical ids of the categories and archives that keywords name, after NOT too."""
    terms = (term for query in queries for term in query.terms)
    return frozenset(term.text for term in terms if isinstance(term, Label) and term.field in _LABELS)


def _is_of(one: Covered, archives: Collection[str] | None, categories: Collection[str]) -> bool:
    # Nobody has asked for it: there is nothing to say, and nothing to wait for.
    if one.state is State.UNASKED:
        return False
    if one.is_category and one.scope not in categories:
        return False
    return archives is None or not find_archives([one.scope]).isdisjoint(archives)


def _badness(one: Covered) -> tuple[int, float]:
    """Small for bad, so that of several the worst is kept last by a descending sort."""
    share = one.seen / one.total if one.total else 0.0
    return _WORST_FIRST.index(_find_extent(one)), share


def _describe(one: Covered) -> Coverage:
    return Coverage(one.scope, _find_extent(one), one.seen, one.total)


def _find_extent(one: Covered) -> Extent:
    if one.state.is_whole:
        return Extent.WHOLE
    if one.is_category:
        return Extent.UNPROVED
    return Extent.PARTIAL if one.state in _PARTS else Extent.MISSING
