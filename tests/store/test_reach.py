"""Who gets digests is one answer wherever it is asked, on both databases, and is found by its index."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert, select, text, update

from digests.due import find_due
from digests.papers.calendar import load_calendar
from digests.papers.paper import Announced, Announcement, Kind, Section, Source
from digests.papers.shelf import store_announcement
from digests.status import report_status
from digests.store.tables import subscribers, subscriptions, targets
from digests.subscribers.reach import gets_digests
from digests.subscribers.readers import active_readers
from tests.builders import NOON, add_reader, make_paper

TODAY = date(2026, 11, 20)
CHANNELS = ("email", "telegram")


def announce(store):
    page = Announcement(
        source=Source.LISTING,
        scope="cs",
        announced_on=TODAY,
        entries=(Announced(make_paper(), Kind.NEW, 1),),
        sections=(Section(Kind.NEW, 1, 1),),
        total=1,
    )
    store_announcement(store, page, lambda: NOON)


def due_reader(store, *, keyword="agent", paused_at=None, **target) -> int:
    reader_id, (target_id,) = add_reader(store, "telegram")
    with store.writing() as connection:
        row = {"next_due": NOON - timedelta(hours=1), "paused_at": paused_at}
        connection.execute(update(subscribers).where(subscribers.c.id == reader_id).values(row))
        if target:
            connection.execute(update(targets).where(targets.c.id == target_id).values(target))
        if keyword:
            row = {"subscriber_id": reader_id, "canonical": keyword, "typed": keyword, "added_at": NOON}
            connection.execute(insert(subscriptions).values(row))
    return reader_id


def find_reached(store, *channels) -> list[int]:
    query = select(subscribers.c.id).where(gets_digests(*channels)).order_by(subscribers.c.id)
    with store.reading() as connection:
        return list(connection.scalars(query))


@pytest.mark.parametrize(
    "row", [{"paused_at": NOON}, {"confirmed_at": None}, {"gone_at": NOON}, {"muted_at": NOON}, {"keyword": ""}]
)
def test_who_can_get_nothing_is_neither_counted_nor_due_nor_read(store, row):
    announce(store)
    reader, left_out = due_reader(store), due_reader(store, **row)
    assert find_reached(store) == [reader]
    assert report_status(store, NOON).due_now == 1
    assert [due.subscriber_ids for due in find_due(store, NOON, CHANNELS, load_calendar())] == [(reader,)]
    # Without keywords they are read all the same: the digest that is made by hand says what is missing.
    read = {one.id for one in active_readers(store)}
    assert read == ({reader} if row.get("keyword", True) else {reader, left_out})


def test_whose_channel_is_not_open_waits_until_it_is(store):
    announce(store)
    reader = due_reader(store)
    assert find_due(store, NOON, ["email"], load_calendar()) == find_reached(store, ["email"]) == []
    assert find_reached(store, CHANNELS) == [reader]


def test_who_is_due_is_found_by_the_index_however_many_readers_there_are(store):
    announce(store)
    asked = []
    event.listen(store.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2:4]))
    find_due(store, NOON, CHANNELS, load_calendar())
    # Not the one that looks for what is stored: the one that compares moments.
    ((statement, parameters),) = [one for one in asked if "next_due <=" in one[0]]
    with store.reading() as connection:
        if store.is_postgresql:
            # An empty table is cheaper to read whole.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN" if store.is_postgresql else "EXPLAIN QUERY PLAN"
        plan = str(connection.exec_driver_sql(f"{explain} {statement}", parameters).all())
    used = "Scan using ix_subscribers_next_due" if store.is_postgresql else "USING INDEX ix_subscribers_next_due"
    assert used in plan
