"""Connections to SQLite (WAL) and PostgreSQL, the same to everybody who uses them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from digests.errors import StoreError

#: For a list within a statement; SQLite takes 32,766 in all, and some statements have two lists.
MAX_PARAMETERS: Final = 5_000
_BUSY_TIMEOUT_MS: Final = 30_000

_T = TypeVar("_T")


class Store:
    """A database and the two ways to use it: `reading()` and `writing()`, each one transaction.

    Both raise StoreError for the database's own failures: disk full, read-only, locked for too long, unreachable, no
    connection free, no database at all. Only IntegrityError comes through: callers take it for an answer.

    `writing()` commits at its end and rolls back on an error. On SQLite it is BEGIN IMMEDIATE: a plain BEGIN that
    reads before it writes meets "database is locked" whatever the busy timeout is (measured: facts/engine.md §4).
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._errors(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        writer = self.engine.execution_options(paperpost_begin="IMMEDIATE")
        with self._errors(), writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except PoolTimeout as error:
            raise StoreError(
                f"The database {self._place} is busy: all our connections are in use. Nothing of this step was stored."
            ) from error
        except DBAPIError as error:
            # Drivers write several lines.
            reason = " ".join(str(error.orig).split()).rstrip(".?")
            raise StoreError(
                f"The database {self._place} cannot be used: {reason}. Nothing of this step was stored. "
                "Look at its disk and its permissions, or set PAPERPOST_HOME or DATABASE_URL to another place."
            ) from error

    @property
    def _place(self) -> str:
        url = self.engine.url
        return f"{url.database} on {url.host or 'this machine'}" if self.is_postgresql else str(url.database)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update` on both databases."""
        return postgresql.insert(table) if self.is_postgresql else sqlite.insert(table)

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        self.engine.dispose()


def lots(values: Iterable[_T]) -> Iterator[list[_T]]:
    """The values in lists that a statement takes."""
    everything = list(values)
    return (everything[start : start + MAX_PARAMETERS] for start in range(0, len(everything), MAX_PARAMETERS))


def open_store(url: str) -> Store:
    """Open the database at `url` (SQLAlchemy form; `postgres://` and `postgresql://` mean psycopg 3).

    Raises  StoreError when `url` is no such address, or a SQLite file's folder cannot be made.
    """
    try:
        return _open(make_url(url))
    except (ArgumentError, ValueError):
        # Their sentences repeat parts of the address, which may be those of a password.
        raise StoreError(
            "DATABASE_URL cannot be read: it must look like sqlite:////folder/file.db or "
            "postgresql://user:password@host:5432/name, with %40 for an @ in the password."
        ) from None


def _open(parsed: URL) -> Store:
    if parsed.get_backend_name() in {"postgres", "postgresql"}:
        return Store(create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True))
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"DATABASE_URL: {parsed.get_backend_name()!r} is not supported; use sqlite or postgresql")
    if parsed.database and parsed.database != ":memory:":
        _make_folder(Path(parsed.database).parent)
    engine = create_engine(parsed.set(drivername="sqlite"))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Store(engine)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {folder} cannot be made: {error.strerror}. Set PAPERPOST_HOME.") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling autocommits SELECTs and never says IMMEDIATE; _begin_sqlite does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("paperpost_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
