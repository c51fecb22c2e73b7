import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from digests.delivery import editions, ledger
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.deliver import Courier
from digests.delivery.outcomes import REPEAT_AFTER
from digests.delivery.states import DeliveryState
from digests.errors import Deferred, MessageRejected, RecipientGone, RecipientMoved, Unknown
from digests.rendering.email import Mail
from digests.rendering.telegram import mark_repeat
from digests.store.tables import deliveries, subscribers, targets
from tests.builders import NOON, add_reader
from tests.fakes import FakeChannel

S = DeliveryState
DAY = date(2026, 11, 20)


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_courier(store, clock):
    def make(**channels):
        def render(edition_id, target_id, _address):
            return Mail(subject=f"edition {edition_id}", text=f"for {target_id}", html=f"<p>for {target_id}</p>")

        return Courier(store=store, channels=channels, render_mail=render, now=clock)

    return make


def plan(store, *channels, parts=1, digest=None):
    """An edition for a new reader with these channels: [(edition id, target id)]."""
    subscriber_id, ids = add_reader(store, *channels)
    edition_id = editions.plan_edition(
        store,
        subscriber_id=subscriber_id,
        slot="daily:2026-11-20",
        announced_on=DAY,
        digest_json=digest or {"nothing": None},
        paper_ids=[],
        parts=[
            editions.Planned(target_id, channel, part, f"<b>part {part}</b>" if channel == TELEGRAM else "")
            for target_id, channel in zip(ids, channels, strict=True)
            for part in range(1, (parts if channel == TELEGRAM else 1) + 1)
        ],
        now=NOON,
    )
    return [(edition_id, target_id) for target_id in ids]


def states(store):
    with store.reading() as connection:
        return list(connection.execute(select(deliveries.c.state).order_by(deliveries.c.id)).scalars())


def target(store, target_id):
    with store.reading() as connection:
        return connection.execute(select(targets).where(targets.c.id == target_id)).one()


async def test_parts_arrive_in_order_and_only_the_first_makes_a_sound(store, make_courier):
    channel = FakeChannel()
    plan(store, TELEGRAM, parts=3)
    assert await make_courier(telegram=channel).deliver_due() == {S.SENT: 3}
    assert [(m.html, m.silent) for m in channel.received] == [
        ("<b>part 1</b>", False),
        ("<b>part 2</b>", True),
        ("<b>part 3</b>", True),
    ]


async def test_a_second_run_sends_nothing(store, make_courier):
    channel = FakeChannel()
    plan(store, TELEGRAM, parts=2)
    courier = make_courier(telegram=channel)
    await courier.deliver_due()
    assert await courier.deliver_due() == {}
    assert len(channel.received) == 2


async def test_that_there_is_nothing_is_said_silently(store, make_courier):
    channel = FakeChannel()
    plan(store, TELEGRAM, digest={"nothing": "no_match"})
    await make_courier(telegram=channel).deliver_due()
    assert channel.received[0].silent


async def test_a_mail_is_rendered_when_it_is_sent(store, make_courier):
    channel = FakeChannel()
    (pair,) = plan(store, EMAIL)
    await make_courier(email=channel).deliver_due()
    (message,) = channel.received
    assert (message.subject, message.text) == (f"edition {pair[0]}", f"for {pair[1]}")
    assert (message.html, message.address) == (f"<p>for {pair[1]}</p>", "reader1@example.net")


async def test_a_deferral_stops_the_target_and_the_next_run_goes_on(store, make_courier, clock):
    channel = FakeChannel(None, Deferred("busy", retry_after_seconds=60))
    plan(store, TELEGRAM, parts=3)
    courier = make_courier(telegram=channel)
    assert await courier.deliver_due() == {S.SENT: 1, S.DEFERRED: 1}
    assert await courier.deliver_due() == {}
    clock.now += timedelta(minutes=1)
    assert await courier.deliver_due() == {S.SENT: 2}
    assert [m.part for m in channel.received] == [1, 2, 3]


async def test_an_unknown_part_is_repeated_once_with_a_mark(store, make_courier, clock):
    channel = FakeChannel(Unknown("timed out"))
    plan(store, TELEGRAM, parts=2)
    courier = make_courier(telegram=channel)
    assert await courier.deliver_due() == {S.UNKNOWN: 1}
    clock.now += REPEAT_AFTER
    assert await courier.deliver_due() == {S.SENT: 2}
    assert [m.html for m in channel.received] == [
        "<b>part 1</b>",
        mark_repeat("<b>part 1</b>", language="zh"),
        "<b>part 2</b>",
    ]


async def test_a_repeat_without_an_answer_is_the_last_and_the_rest_goes_on(store, make_courier, clock):
    channel = FakeChannel(Unknown("timed out"), Unknown("timed out"))
    plan(store, TELEGRAM, parts=2)
    courier = make_courier(telegram=channel)
    await courier.deliver_due()
    clock.now += REPEAT_AFTER
    assert await courier.deliver_due() == {S.FAILED: 1, S.SENT: 1}
    assert [m.part for m in channel.received] == [1, 1, 2]


async def test_a_repeated_mail_has_the_same_reference_and_the_same_words(store, make_courier, clock):
    channel = FakeChannel(Unknown("hung up"))
    (pair,) = plan(store, EMAIL)
    courier = make_courier(email=channel)
    await courier.deliver_due()
    clock.now += REPEAT_AFTER
    await courier.deliver_due()
    first, second = channel.received
    assert first == second
    assert first.reference == f"digest-{pair[0]}-{pair[1]}-1"


async def test_what_a_dead_process_held_is_repeated_with_a_mark(store, make_courier, clock):
    channel = FakeChannel()
    (pair,) = plan(store, TELEGRAM)
    taken = ledger.claim_next(store, edition_id=pair[0], target_id=pair[1], lease_seconds=60, now=NOON)
    ledger.begin(store, taken, NOON)
    clock.now += timedelta(minutes=2)
    ledger.expire_claims(store, clock())
    assert await make_courier(telegram=channel).deliver_due() == {S.SENT: 1}
    assert channel.received[0].html == mark_repeat("<b>part 1</b>")


async def test_a_part_that_is_rejected_does_not_hold_up_the_rest(store, make_courier):
    channel = FakeChannel(MessageRejected("can't parse"))
    plan(store, TELEGRAM, parts=2)
    assert await make_courier(telegram=channel).deliver_due() == {S.FAILED: 1, S.SENT: 1}


async def test_a_reader_who_is_gone_gets_nothing_more_but_keeps_the_other_address(store, make_courier):
    telegram, email = FakeChannel(RecipientGone("blocked")), FakeChannel()
    chat, mail = plan(store, TELEGRAM, EMAIL, parts=3)
    tally = await make_courier(telegram=telegram, email=email).deliver_due()
    assert tally == {S.GONE: 3, S.SENT: 1}
    assert (telegram.received, len(email.received)) == ([], 1)
    assert (target(store, chat[1]).gone_at, target(store, chat[1]).gone_reason) == (NOON, "blocked")
    assert target(store, mail[1]).gone_at is None


async def test_a_chat_that_moved_is_followed(store, make_courier):
    channel = FakeChannel(RecipientMoved(new_address="-100777"))
    (pair,) = plan(store, TELEGRAM, parts=2)
    assert await make_courier(telegram=channel).deliver_due() == {S.SENT: 2}
    assert [m.address for m in channel.received] == ["-100777", "-100777"]
    assert target(store, pair[1]).address == "-100777"


async def test_a_chat_that_moved_to_another_readers_is_gone(store, make_courier):
    other, _ = add_reader(store, TELEGRAM)
    channel = FakeChannel(RecipientMoved(new_address=str(1000 + other)))
    plan(store, TELEGRAM)
    assert await make_courier(telegram=channel).deliver_due() == {S.GONE: 1}
    assert channel.received == []


async def test_a_chat_that_moves_for_ever_waits(store, make_courier):
    channel = FakeChannel(RecipientMoved(new_address="-1007"), RecipientMoved(new_address="-1008"))
    plan(store, TELEGRAM)
    assert await make_courier(telegram=channel).deliver_due() == {S.DEFERRED: 1}


async def test_what_is_for_a_channel_that_is_not_set_up_waits(store, make_courier):
    plan(store, TELEGRAM, EMAIL)
    assert await make_courier(email=FakeChannel()).deliver_due() == {S.SENT: 1}
    assert states(store) == [S.PLANNED, S.SENT]
    assert await make_courier(telegram=FakeChannel()).deliver_due() == {S.SENT: 1}


async def test_two_couriers_at_once_send_everything_once(store, make_courier):
    pairs = [pair for _ in range(15) for pair in plan(store, TELEGRAM, parts=2)]
    channel = FakeChannel()
    tallies = await asyncio.gather(*(make_courier(telegram=channel).deliver_due() for _ in range(3)))
    assert sum(tally.total() for tally in tallies) == 2 * len(pairs)
    assert len({message.reference for message in channel.received}) == len(channel.received) == 2 * len(pairs)


async def test_at_most_ten_messages_are_under_way_on_a_channel(store, make_courier):
    class Counting(FakeChannel):
        now = most = 0

        async def send(self, message):
            self.now += 1
            self.most = max(self.most, self.now)
            # Long enough for everybody who may to come in: the others wait for a free place, not for time.
            for _ in range(50):
                await asyncio.to_thread(lambda: None)
            self.now -= 1
            return await super().send(message)

    for _ in range(30):
        plan(store, TELEGRAM)
    channel = Counting()
    assert await make_courier(telegram=channel).deliver_due() == {S.SENT: 30}
    assert 1 < channel.most <= 10


async def test_a_bug_in_one_delivery_stops_no_other_and_is_heard(store, make_courier):
    class Broken(FakeChannel):
        async def send(self, message):
            if message.address == "1002":
                raise KeyError("our bug")
            return await super().send(message)

    for _ in range(3):
        plan(store, TELEGRAM)
    channel = Broken()
    with pytest.raises(ExceptionGroup) as caught:
        await make_courier(telegram=channel).deliver_due()
    assert [type(bug) for bug in caught.value.exceptions] == [KeyError]
    assert {message.address for message in channel.received} == {"1001", "1003"}


async def test_a_reader_forgotten_between_claim_and_mail_gets_nothing(store, make_courier):
    plan(store, EMAIL)
    channel = FakeChannel()

    def forget_then_render(edition_id, _target_id, _address):
        with store.writing() as connection:
            connection.execute(delete(subscribers))
        return editions.load_digest(store, edition_id)

    courier = replace(make_courier(email=channel), render_mail=forget_then_render)
    assert (await courier.deliver_due()).total() == 0
    assert (channel.received, states(store)) == ([], [])


class Busy(FakeChannel):
    """Says before every send whether the message had begun by then."""

    def __init__(self, store):
        super().__init__()
        self.store = store
        self.begun = []

    async def wait_turn(self, message):
        with self.store.reading() as connection:
            self.begun.append(connection.scalar(select(deliveries.c.begun_at)))

    async def send(self, message):
        await self.wait_turn(message)
        return await super().send(message)


async def test_a_message_that_waits_for_its_turn_has_not_begun(store, make_courier):
    channel = Busy(store)
    plan(store, TELEGRAM)
    await make_courier(telegram=channel).deliver_due()
    assert channel.begun == [None, NOON]
