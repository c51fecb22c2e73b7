"""Which editions are of what the community reads: their slots say so."""

from typing import Final

from sqlalchemy import ColumnElement

from digests.store.tables import editions

TRENDING_SLOTS: Final = "trending:"


def is_trending() -> ColumnElement[bool]:
    """A condition on `editions`; those of the sandbox are of it too."""
    return editions.c.slot.contains(TRENDING_SLOTS)
