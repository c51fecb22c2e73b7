"""Which of arXiv's categories anybody's keywords or scope name: those are looked at twice."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import or_, select

from digests.keywords.match import Field
from digests.papers.taxonomy import all_archives, archives_of, find_category
from digests.store.engine import Store
from digests.store.tables import subscribers, subscriptions

_FIELDS: Final = (Field.CATEGORY, Field.PRIMARY)
# Of the canonical form; in quotation marks it may be part of a phrase, and then one feed too many is asked for.
_LABEL: Final = re.compile(rf"\b(?:{'|'.join(_FIELDS)}):([\w.-]+)")


def find_categories_named(store: Store, scopes: Collection[str]) -> list[str]:
    """Canonical ids, without archives (their page has all of them), inside the archives `scopes`."""
    found = {category for name in _find_names(store) if (category := find_category(name))}
    inside = set(scopes)
    return sorted(found_one for found_one in found - set(all_archives()) if inside & archives_of(found_one))


def _find_names(store: Store) -> Iterator[str]:
    labelled = or_(*(subscriptions.c.canonical.contains(f"{field}:") for field in _FIELDS))
    with store.reading() as connection:
        for canonical in connection.scalars(select(subscriptions.c.canonical).where(labelled).distinct()):
            yield from _LABEL.findall(canonical)
        for scope in connection.scalars(select(subscribers.c.scope).where(subscribers.c.paused_at.is_(None))):
            yield from scope or ()
