"""Which of arXiv's archives anybody reads."""

from sqlalchemy import select

from digests.papers.taxonomy import all_archives, archives_of
from digests.store.engine import Store
from digests.store.tables import subscribers


def find_archives_read(store: Store) -> list[str]:
    """The archives of all readers' scopes; all of arXiv's where somebody reads everything, or nobody is there yet."""
    with store.reading() as connection:
        scopes = list(connection.scalars(select(subscribers.c.scope).where(subscribers.c.paused_at.is_(None))))
    if not scopes or any(scope is None for scope in scopes):
        return list(all_archives())
    return sorted({archive for scope in scopes for name in scope for archive in archives_of(name)})
