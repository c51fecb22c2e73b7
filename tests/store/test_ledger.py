from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, insert, select

from digests.delivery import editions as planning
from digests.delivery import ledger
from digests.delivery.states import DeliveryState
from digests.errors import Deferred, MessageRejected
from digests.status import report_day
from digests.store.tables import deliveries, editions, subscribers, targets
from tests.builders import NOON, add_reader
from tests.sending import DAY, MINUTE, change, claim, plan, planned, states

S = DeliveryState


# --- planning -----------------------------------------------------------------------------------


def test_a_second_run_plans_nothing_and_returns_the_same_edition(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    first = plan(store, subscriber_id, target_id, parts=2)
    assert plan(store, subscriber_id, target_id, parts=5) == first
    assert report_day(store, DAY).deliveries == {S.PLANNED: 2}


def test_two_planners_at_once_make_one_edition(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: plan(store, subscriber_id, target_id, parts=2), range(16)))
    assert len(ids) == 1
    assert report_day(store, DAY).deliveries == {S.PLANNED: 2}


@pytest.mark.parametrize("column", ["confirmed_at", "gone_at"])
def test_nothing_is_planned_for_an_address_that_is_not_confirmed_or_is_gone(store, column):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    change(store, targets, **{column: None if column == "confirmed_at" else NOON})
    assert plan(store, subscriber_id, target_id) is None
    assert planning.find_edition_subscribers(store, "daily:2026-11-20") == set()


def test_nothing_is_planned_for_a_paused_reader(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    change(store, subscribers, paused_at=NOON)
    assert plan(store, subscriber_id, target_id) is None


def test_nothing_is_planned_for_a_reader_who_was_forgotten_meanwhile(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    with store.writing() as connection:
        connection.execute(delete(subscribers))
    assert plan(store, subscriber_id, target_id) is None


def test_a_part_for_somebody_elses_address_is_not_planned(store):
    subscriber_id, _ = add_reader(store, "telegram")
    _, (other,) = add_reader(store, "telegram")
    assert plan(store, subscriber_id, other) is None


def test_the_papers_of_earlier_editions_are_known_for_every_reader(store):
    alice, (chat,) = add_reader(store, "telegram")
    bob, _ = add_reader(store, "telegram")
    plan(store, alice, chat, slot="daily:1", paper_ids=["2601.00001", "2601.00001"])
    plan(store, alice, chat, slot="daily:2", paper_ids=["2601.00002", "2601.00003"])
    known = planning.sent_paper_ids(store, [alice, bob], ["2601.00001", "2601.00002", "2601.00009"])
    assert known == {alice: {"2601.00001", "2601.00002"}, bob: set()}
    assert planning.find_edition_subscribers(store, "daily:2") == {alice}


# --- claiming -----------------------------------------------------------------------------------


def test_a_claim_says_all_that_is_needed_to_send(store):
    pair = planned(store)
    taken = claim(store, pair)
    assert (taken.part, taken.channel, taken.body, taken.attempts) == (1, "telegram", "<b>part 1</b>", 1)
    assert (taken.address, taken.is_repeat, taken.is_empty) == (str(1000 + 1), False, False)


def test_a_claim_knows_that_the_edition_says_nothing(store):
    subscriber_id, (target_id,) = add_reader(store, "telegram")
    edition_id = plan(store, subscriber_id, target_id, digest_json={"nothing": "no_match"})
    assert claim(store, (edition_id, target_id)).is_empty


def test_what_is_claimed_is_not_claimed_again(store):
    pair = planned(store)
    assert claim(store, pair)
    assert claim(store, pair) is None
    assert ledger.due_targets(store, NOON) == []


def test_of_many_claimers_one_wins(store):
    pairs = [planned(store) for _ in range(5)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda pair: claim(store, pair), pairs * 8))
    won = [one.delivery_id for one in taken if one]
    assert sorted(won) == sorted(set(won))
    assert len(won) == len(pairs)


def test_parts_are_claimed_in_order_and_one_after_another(store):
    pair = planned(store, parts=3)
    first = claim(store, pair)
    assert claim(store, pair) is None
    ledger.settle(store, first, Deferred(retry_after_seconds=60), NOON)
    assert claim(store, pair) is None
    assert ledger.due_targets(store, NOON) == []
    again = claim(store, pair, NOON + MINUTE)
    ledger.settle(store, again, "17", NOON)
    assert claim(store, pair).part == 2


def test_a_part_that_failed_does_not_hold_up_the_rest(store):
    pair = planned(store, parts=2)
    ledger.settle(store, claim(store, pair), MessageRejected("can't parse"), NOON)
    assert claim(store, pair).part == 2


@pytest.mark.parametrize(
    ("table", "values"),
    [(targets, {"gone_at": NOON}), (targets, {"confirmed_at": None}), (subscribers, {"paused_at": NOON})],
    ids=["gone", "unconfirmed", "paused"],
)
def test_leaving_after_planning_is_honoured_at_once(store, table, values):
    pair = planned(store)
    change(store, table, **values)
    assert claim(store, pair) is None
    assert ledger.due_targets(store, NOON) == []


def test_after_a_pause_the_planned_part_goes_out(store):
    pair = planned(store)
    change(store, subscribers, paused_at=NOON)
    change(store, subscribers, paused_at=None)
    assert claim(store, pair).part == 1


def test_a_forgotten_reader_leaves_nothing_to_claim_or_settle(store):
    pair = planned(store, parts=2)
    taken = claim(store, pair)
    with store.writing() as connection:
        connection.execute(delete(subscribers))
    assert claim(store, pair) is None
    assert ledger.settle(store, taken, "17", NOON) is None
    assert states(store) == []


def test_due_targets_are_those_of_the_channel_the_oldest_first(store):
    subscriber_id, (chat, mail) = add_reader(store, "telegram", "email")
    edition_id = planning.plan_edition(
        store,
        subscriber_id=subscriber_id,
        slot="daily:2026-11-20",
        announced_on=DAY,
        digest_json={},
        paper_ids=[],
        parts=[planning.Planned(mail, "email", 1), planning.Planned(chat, "telegram", 1, "x")],
        now=NOON,
    )
    later = planned(store, parts=2)
    assert ledger.due_targets(store, NOON) == [(edition_id, mail), (edition_id, chat), later]
    assert ledger.due_targets(store, NOON, channel="telegram") == [(edition_id, chat), later]
    assert ledger.due_targets(store, NOON, limit=1) == [(edition_id, mail)]


def test_the_tables_of_the_schema_hold_what_the_ledger_assumes(store):
    """The uniqueness that makes a second plan harmless is the database's, not ours."""
    pair = planned(store)
    with pytest.raises(Exception, match=r"(?i)unique"), store.writing() as connection:
        connection.execute(
            insert(deliveries).values(
                edition_id=pair[0], target_id=pair[1], part=1, channel="telegram", state=S.PLANNED, planned_at=NOON
            )
        )
    with store.reading() as connection:
        assert len(connection.execute(select(editions)).all()) == 1


def test_an_edition_without_parts_records_that_there_was_nothing_to_say(store):
    subscriber_id, (target_id,) = add_reader(store, "email")
    assert plan(store, subscriber_id, target_id, parts=0)
    assert planning.find_edition_subscribers(store, "daily:2026-11-20") == {subscriber_id}
    assert ledger.due_targets(store, NOON) == []
