from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from digests.heartbeat import beat
from digests.store.engine import Store
from digests.store.tables import heartbeats

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def read(store: Store) -> dict[str, datetime]:
    with store.reading() as connection:
        return {row.process: row.beat_at for row in connection.execute(select(heartbeats))}


def test_a_process_has_one_row_with_its_newest_beat(store: Store):
    beat(store, "bot", NOW)
    beat(store, "worker", NOW)
    beat(store, "bot", NOW + timedelta(minutes=1))

    assert read(store) == {"bot": NOW + timedelta(minutes=1), "worker": NOW}


def test_a_clock_that_was_set_back_is_believed(store: Store):
    beat(store, "bot", NOW)
    beat(store, "bot", NOW - timedelta(hours=1))

    assert read(store) == {"bot": NOW - timedelta(hours=1)}
