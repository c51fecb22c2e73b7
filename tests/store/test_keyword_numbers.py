"""A keyword's number is on the buttons below /list; it never becomes another keyword's."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from digests.store.engine import Store, open_store
from digests.store.migrate import migrate
from digests.store.tables import metadata
from digests.subscribers.keywords import list_keywords, remove_keyword
from tests.store.subscriber_steps import add, join_by_chat


@pytest.fixture
def old_store(tmp_path) -> Iterator[Store]:
    """SQLite as it was before, with a reader of three keywords."""
    store = open_store(f"sqlite:///{tmp_path / 'paperpost.db'}")
    config = Config()
    config.set_main_option("script_location", "digests.store:migrations")
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        reader = "INSERT INTO subscribers (id, language, timezone, joined_at) VALUES (7, 'zh', 'UTC', '2026-04-21')"
        connection.execute(text(reader))
        for number in (2, 3, 9):
            keyword = f"VALUES ({number}, 7, 'a{number}', 'A{number}', '2026-04-21 08:00:00.000000')"
            connection.execute(
                text(f"INSERT INTO subscriptions (id, subscriber_id, canonical, typed, added_at) {keyword}")
            )
    yield store
    store.close()


def test_the_number_of_a_removed_keyword_is_given_to_no_other(store: Store):
    reader = join_by_chat(store)
    (first,) = add(store, reader, "agent")
    remove_keyword(store, reader.id, "agent")
    (second,) = add(store, reader, "diffusion policy")
    assert second.keyword.id > first.keyword.id


def test_keywords_of_before_keep_their_numbers_and_their_reader(old_store: Store):
    migrate(old_store)
    held = [(keyword.id, keyword.typed, keyword.canonical) for keyword in list_keywords(old_store, 7)]
    assert held == [(number, f"A{number}", f"a{number}") for number in (2, 3, 9)]
    with old_store.writing() as connection:
        connection.execute(text("DELETE FROM subscriptions WHERE id = 9"))
        added = (
            "INSERT INTO subscriptions (subscriber_id, canonical, typed, added_at) VALUES (7, 'b', 'b', '2026-04-21')"
        )
        assert connection.scalar(text(f"{added} RETURNING id")) == 10
        connection.execute(text("DELETE FROM subscribers"))
        assert connection.scalar(text("SELECT count(*) FROM subscriptions")) == 0


def test_the_migrations_keep_the_numbers_that_the_tables_say(old_store: Store, tmp_path):
    """SQLAlchemy does not compare this."""
    migrate(old_store)
    new = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    metadata.create_all(new.engine)
    assert find_autoincrement(old_store) == find_autoincrement(new)
    assert "subscriptions" in find_autoincrement(new)
    new.close()


def find_autoincrement(store: Store) -> set[str]:
    query = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    with store.reading() as connection:
        return set(connection.scalars(query))
