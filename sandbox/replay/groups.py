"""arXiv's groups of archives: OAI-PMH has them as sets, the pages of the past one of them."""

from typing import Final

from digests.papers.taxonomy import all_archives, find_archive, find_category

_OWN_GROUP: Final = frozenset({"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"})


def list_physics() -> list[str]:
    """All archives that are no group of their own are physics, `math-ph` too."""
    return [archive for archive in all_archives() if archive not in _OWN_GROUP]


def build_set(category: str) -> str:
    """`cs.LG` → cs:cs:LG, `hep-th` → physics:hep-th."""
    archive, _, subject = category.partition(".")
    return ":".join(part for part in (_group_of(archive), archive, subject) if part)


def find_set(text: str) -> str | None:
    """The scope that a set of OAI-PMH names: a category, an archive, or all of a group's joined by `+`."""
    group, _, name = text.partition(":")
    if not name:
        return "+".join(list_physics()) if group == "physics" else group if group in _OWN_GROUP else None
    archive = name.partition(":")[0]
    if find_archive(archive) != archive or _group_of(archive) != group:
        return None
    category = name.replace(":", ".")
    if name == archive:
        return archive
    known = find_category(category)
    # An alias is a set too; case counts.
    return known if known and (known == category or known.lower() != category.lower()) else None


def _group_of(archive: str) -> str:
    return archive if archive in _OWN_GROUP else "physics"
