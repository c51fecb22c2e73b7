"""Bring a database to this version's schema. Run at every start, by every process."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from digests.errors import StoreError
from digests.store.engine import Store

# Any number; all processes that start at once must agree on it.
_ADVISORY_LOCK = 7_301_994


def migrate(store: Store) -> None:
    """Upgrade to the newest migration; nothing happens when it is there already.

    Processes that start together wait for one another (BEGIN IMMEDIATE, or an advisory lock on PostgreSQL).
    Raises  StoreError when the database was made by a newer version, or cannot be written.
    """
    config = Config()
    config.set_main_option("script_location", "digests.store:migrations")
    script = ScriptDirectory.from_config(config)
    with store.writing() as connection:
        if store.is_postgresql:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        here = MigrationContext.configure(connection).get_current_revision()
        if here == script.get_current_head():
            return
        if here is not None and here not in {revision.revision for revision in script.walk_revisions()}:
            raise StoreError(
                f"The database is of a newer version (schema {here}) than this program. Update PaperPost, "
                "or point DATABASE_URL or PAPERPOST_HOME at another database."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
