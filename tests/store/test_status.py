"""What `status` counts, on both databases."""

from datetime import timedelta

from sqlalchemy import insert, update

from digests.heartbeat import beat
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import settle, watch
from digests.status import Heartbeat, Reason, count_totals, report_status
from digests.store.tables import deliveries, subscribers, subscriptions, targets
from tests.builders import NOON, add_reader
from tests.sending import plan

HOUR = timedelta(hours=1)


def due_reader(store, next_due, *, keyword=True, **target):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    with store.writing() as connection:
        connection.execute(
            update(subscribers).where(subscribers.c.id == subscriber_id).values(next_due=next_due),
        )
        if target:
            connection.execute(update(targets).where(targets.c.id == target_id).values(target))
        if keyword:
            row = {"subscriber_id": subscriber_id, "canonical": "agent", "typed": "agent", "added_at": NOON}
            connection.execute(insert(subscriptions).values(row))
    return subscriber_id, target_id


def test_an_empty_house_has_nothing_to_report(store):
    status = report_status(store, NOON)
    assert (status.last_batch_on, status.due_now, status.next_due_at, status.queues) == (None, 0, None, None)
    assert (status.batches, status.polls, status.heartbeats, status.recent_reasons) == ((), (), (), ())


def test_only_who_can_get_a_digest_is_due(store):
    due_reader(store, NOON)
    due_reader(store, NOON - HOUR)
    due_reader(store, NOON, keyword=False)
    due_reader(store, NOON, confirmed_at=None)
    due_reader(store, NOON, gone_at=NOON)
    due_reader(store, NOON, muted_at=NOON)
    due_reader(store, NOON + 2 * HOUR)
    due_reader(store, NOON + HOUR, keyword=False)
    paused, _ = due_reader(store, NOON - HOUR)
    with store.writing() as connection:
        connection.execute(update(subscribers).where(subscribers.c.id == paused).values(paused_at=NOON))
    status = report_status(store, NOON)
    assert (status.due_now, status.next_due_at, status.readers, status.paused) == (2, NOON + 2 * HOUR, 9, 1)


def test_sends_of_the_last_week_are_counted_apart_with_their_reasons(store):
    subscriber_id, target_id = due_reader(store, NOON)
    plan(store, subscriber_id, target_id, 4)
    plan(store, subscriber_id, target_id, 2, slot="old", now=NOON - timedelta(days=8))
    with store.writing() as connection:
        for number, (state, error) in enumerate(
            [("failed", "no such chat"), ("failed", "no such chat"), ("unknown", "timed out"), ("sent", "")], 1
        ):
            change = update(deliveries).where(deliveries.c.id == number)
            connection.execute(change.values(state=state, error=error))
    status = report_status(store, NOON, queues={"deliver": 3})
    assert status.recent_deliveries == {"failed": 2, "unknown": 1, "sent": 1}
    assert count_totals(store).deliveries == {"failed": 2, "unknown": 1, "sent": 1, "planned": 2}
    assert status.recent_reasons == (
        Reason(state="failed", error="no such chat", count=2),
        Reason(state="unknown", error="timed out", count=1),
    )
    assert status.queues == {"deliver": 3}


def test_pages_that_fail_stand_first_with_their_fault(store):
    wanted = [(Stage.LISTING, scope) for scope in ("cs", "math", "stat")]
    watch(store, wanted, NOON)
    for one in wanted:
        fault = "timed out" if one[1] == "math" else ""
        settle(store, one, NOON, on=NOON.date(), is_through=False, fault=fault)
    first, *others = report_status(store, NOON + HOUR).polls
    assert (first.scope, first.failing_since, first.fault) == ("math", NOON, "timed out")
    assert [poll.scope for poll in others] == ["cs", "stat"]


def test_signs_of_life_have_an_age(store):
    beat(store, "worker", NOON - timedelta(seconds=40))
    # Of a clock that has jumped back since.
    beat(store, "bot", NOON + HOUR)
    bot, worker = report_status(store, NOON).heartbeats
    assert worker == Heartbeat(process="worker", beat_at=NOON - timedelta(seconds=40), seconds_ago=40)
    assert bot.seconds_ago == 0
