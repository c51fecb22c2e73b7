"""Transactions and migrations on both databases."""

import threading
import traceback

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.exc import IntegrityError

from digests.errors import StoreError
from digests.store.engine import MAX_PARAMETERS, Store, lots, open_store
from digests.store.migrate import migrate
from digests.store.tables import editions, forgotten, metadata
from tests.builders import NOON


def test_the_migrations_give_the_schema_of_the_tables(store: Store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_lists_of_any_length_come_in_lots_of_which_a_statement_takes_two(store: Store):
    taken = []
    with store.reading() as connection:
        for some in lots(range(2 * MAX_PARAMETERS + 1)):
            query = select(func.count()).where(editions.c.id.in_(some), editions.c.subscriber_id.in_(some))
            assert connection.scalar(query) == 0
            taken.append(some)
    assert [len(some) for some in taken] == [MAX_PARAMETERS, MAX_PARAMETERS, 1]
    assert [number for some in taken for number in some] == list(range(2 * MAX_PARAMETERS + 1))


def test_migrating_twice_changes_nothing(store: Store):
    migrate(store)
    migrate(store)


def test_a_database_of_a_newer_version_is_refused(store: Store):
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        migrate(store)


def test_processes_that_start_together_migrate_once(store_url: str):
    errors: list[Exception] = []

    def start() -> None:
        store = open_store(store_url)
        try:
            migrate(store)
        except Exception as error:  # noqa: BLE001 a thread has nobody to raise to
            errors.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_an_error_rolls_the_whole_transaction_back(store: Store):
    with pytest.raises(IntegrityError), store.writing() as connection:
        connection.execute(forgotten.insert(), [{"address_hash": "a", "forgotten_at": NOON}] * 2)
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(forgotten)) == 0


def test_writers_that_read_first_wait_for_one_another(store: Store):
    """On SQLite a plain BEGIN here ends in `database is locked`, whatever the busy timeout is."""
    errors: list[Exception] = []

    def count_and_add(name: str) -> None:
        try:
            for number in range(20):
                with store.writing() as connection:
                    connection.scalar(select(func.count()).select_from(forgotten))
                    connection.execute(forgotten.insert().values(address_hash=f"{name}{number}", forgotten_at=NOON))
        except Exception as error:  # noqa: BLE001 a thread has nobody to raise to
            errors.append(error)

    threads = [threading.Thread(target=count_and_add, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(forgotten)) == 80


def test_times_come_back_aware_and_in_utc(store: Store):
    with store.writing() as connection:
        connection.execute(forgotten.insert().values(address_hash="a", forgotten_at=NOON))
    with store.reading() as connection:
        assert connection.scalar(select(forgotten.c.forgotten_at)) == NOON


def test_a_time_without_a_zone_is_refused(store: Store):
    with pytest.raises(Exception, match="without a zone"), store.writing() as connection:
        connection.execute(forgotten.insert().values(address_hash="a", forgotten_at=NOON.replace(tzinfo=None)))


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="PAPERPOST_HOME"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'state' / 'paperpost.db'}")


@pytest.mark.parametrize(
    "url",
    [
        "postgres:hunter2 garbage",
        "postgresql://user:hunter2@localhost:abc/paperpost",
        "sqlite://user:hunter2@host/paperpost.db",
        "sqlite:///paperpost.db?timeout=hunter2",
    ],
)
def test_an_address_of_no_database_is_one_clear_sentence_without_the_password(url):
    with pytest.raises(StoreError, match="DATABASE_URL cannot be read: it must look like") as refused:
        open_store(url)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    ("query", "reason"), [("foo=bar", 'invalid connection option "foo"'), ("connect_timeout=soon", "bad value for")]
)
def test_an_option_that_the_driver_does_not_know_is_one_clear_sentence(query, reason):
    store = open_store(f"postgresql://user@127.0.0.1:9/paperpost?{query}")
    with pytest.raises(StoreError, match=f"cannot be used: {reason}"):
        migrate(store)
    store.close()


def test_a_file_that_is_no_database_is_one_clear_sentence_and_stays_as_it_is(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, this is a letter. " * 100)
    before = path.read_bytes()
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="file is not a database"):
        migrate(store)
    store.close()
    assert path.read_bytes() == before


def test_a_statement_that_the_database_refuses_is_a_store_error(store: Store):
    with pytest.raises(StoreError, match="cannot be used"), store.writing() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))


def test_whoever_has_a_slot_is_found_without_reading_every_edition(store: Store):
    query = select(editions.c.subscriber_id).where(editions.c.slot == "daily:2026-04-21")
    with store.reading() as connection:
        if store.is_postgresql:
            # An empty table is cheaper to read whole.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN" if store.is_postgresql else "EXPLAIN QUERY PLAN"
        plan = str(connection.execute(text(f"{explain} {_spell(query, store)}")).all())
    assert "uq_editions_slot_subscriber_id" in plan or "sqlite_autoindex_editions_1 (slot=?)" in plan


def test_another_database_is_refused():
    with pytest.raises(StoreError, match="mysql"):
        open_store("mysql://localhost/x")


def test_a_full_disk_is_one_clear_sentence_and_nothing_is_half_stored(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'paperpost.db'}")
    migrate(store)
    with store.engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    # SQLite's own limit gives the error of a full disk.
    event.listen(store.engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count = {pages + 2}"))
    store.engine.dispose()
    rows = [{"address_hash": f"{number:064}", "forgotten_at": NOON} for number in range(2000)]
    with pytest.raises(StoreError, match="disk is full"), store.writing() as connection:
        connection.execute(forgotten.insert(), rows)
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(forgotten)) == 0
    store.close()


def test_a_server_that_is_not_there_is_one_clear_sentence():
    store = open_store("postgresql://127.0.0.1:9/paperpost")
    with pytest.raises(StoreError, match="cannot be used") as refused:
        migrate(store)
    assert len(str(refused.value).splitlines()) == 1
    store.close()


def test_connections_that_are_all_in_use_are_one_clear_sentence(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'paperpost.db'}", pool_size=1, max_overflow=0, pool_timeout=0)
    store = Store(engine)
    with store.reading(), pytest.raises(StoreError, match="is busy"), store.reading():
        pass
    with store.reading() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    store.close()


def _spell(query, store: Store) -> str:
    return str(query.compile(store.engine, compile_kwargs={"literal_binds": True}))
