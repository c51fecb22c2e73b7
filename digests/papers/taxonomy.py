"""arXiv's categories and archives: their names, their aliases, and what retired archives became.

Source https://arxiv.org/category_taxonomy and arXiv's own definitions, 2026-06.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from digests.errors import InputError

_ARCHIVES: Final = {"archive", "both"}
_CATEGORIES: Final = {"category", "both"}


@dataclass(frozen=True, slots=True)
class _Row:
    """`what` is archive, category, both (`hep-th`), alias (`cs.NA`) or retired (`cmp-lg`)."""

    id: str
    what: str
    canonical: str
    name: str


@cache
def _table() -> dict[str, _Row]:
    text = (resources.files("digests.papers") / "taxonomy.tsv").read_text("utf-8")
    rows = (_Row(*line.split("\t")) for line in text.splitlines() if not line.startswith("#"))
    return {row.id.lower(): row for row in rows}


@cache
def _scopes_by_name() -> dict[str, str]:
    """A name that two scopes share (Machine Learning: cs.LG and stat.ML) names neither."""
    scopes: dict[str, list[str]] = {}
    for row in _table().values():
        if row.what in _ARCHIVES | _CATEGORIES:
            scopes.setdefault(row.name, []).append(row.id)
    return {name: ids[0] for name, ids in scopes.items() if len(ids) == 1}


def canonical_category(category: str) -> str:
    """The one id of a category, aliases and case undone; text that names no category comes back as it is."""
    row = _table().get(category.strip().lower())
    return row.canonical if row else category.strip()


def find_category(text: str) -> str | None:
    """The canonical id of the category that `text` names in any case; None for an archive that has several."""
    row = _table().get(text.strip().lower())
    return row.canonical if row and row.what != "archive" else None


def canonical_categories(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are arXiv's, each once: ACM and MSC classes fall out.

    An archive is one too: `astro-ph` had no categories before 2009.
    """
    found = (find_category(name) or find_archive(name) for name in names)
    return tuple(dict.fromkeys(category for category in found if category))


def find_archive(text: str) -> str | None:
    """The archive that `text` names in any case. A retired one is a category now: see find_category."""
    row = _table().get(text.strip().lower())
    return row.id if row and row.what in _ARCHIVES else None


def read_scopes(names: Iterable[str]) -> tuple[str, ...]:
    """The archives and categories of these names, each once. Raises InputError for names that arXiv does not have."""
    scopes = {name: find_archive(name) or find_category(name) for name in names}
    if unknown := [name for name, scope in scopes.items() if scope is None]:
        raise InputError(f"arXiv has no {', '.join(unknown)}. Write archives or categories like: cs stat math.NA")
    return tuple(dict.fromkeys(filter(None, scopes.values())))


def archive_of(category: str) -> str:
    return canonical_category(category).partition(".")[0]


@cache
def archives_of(category: str) -> frozenset[str]:
    """Every archive that lists the category: arXiv puts each paper of eess.SY under its alias cs.SY too."""
    canonical = canonical_category(category)
    aliases = (row.id for row in _table().values() if row.what == "alias" and row.canonical == canonical)
    return frozenset(id_.partition(".")[0] for id_ in (canonical, *aliases))


def category_name(category: str) -> str:
    """Its full name as arXiv writes it; the text itself where arXiv has no such category or archive."""
    row = _table().get(category.strip().lower())
    return row.name if row else category.strip()


def scope_named(name: str) -> str | None:
    """The category or archive of that full name; None for no or more than one."""
    return _scopes_by_name().get(" ".join(name.split()))


def all_categories() -> tuple[str, ...]:
    """Every category that papers are put in now, without aliases, in the order of their ids."""
    return tuple(row.id for row in _table().values() if row.what in _CATEGORIES)


def all_archives() -> tuple[str, ...]:
    return tuple(row.id for row in _table().values() if row.what in _ARCHIVES)
