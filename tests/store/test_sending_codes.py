"""A planned code goes out once, and only while it is of use; on both databases."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from digests.delivery.channel import Message
from digests.delivery.codes import build_code, send_codes
from digests.errors import ChannelDown, Deferred, MessageRejected, RecipientGone, Unknown
from digests.rendering.code_mail import render_code_mail
from digests.store.engine import Store
from digests.store.tables import confirmations
from digests.subscribers.confirmation import ask_code, check_code
from digests.subscribers.membership import forget
from digests.subscribers.preferences import set_language
from tests.fakes import FakeChannel
from tests.store.subscriber_steps import NOW, SALT, join_by_chat

MINUTE = timedelta(minutes=1)


def ask(store: Store, address: str = "zhang@example.org", chat: str = "42") -> int:
    reader = join_by_chat(store, chat)
    ask_code(store, reader.id, address, now=NOW, salt=SALT)
    return reader.id


async def send(store: Store, channel: Any, now: datetime = NOW, **changes: Any) -> int:
    given: dict[str, Any] = {"now": lambda: now, "salt": SALT, "build_mail": build_mail}
    return await send_codes(store, channel, **given | changes)


def build_mail(code: str, language: str):
    return render_code_mail(code, language=language)


def rows(store: Store) -> list[Any]:
    with store.reading() as connection:
        return list(connection.execute(select(confirmations).order_by(confirmations.c.id)))


def states(store: Store) -> list[str]:
    return [row.state for row in rows(store)]


async def test_what_was_asked_for_arrives_once_and_is_the_right_code(store: Store):
    channel, reader_id = FakeChannel(), ask(store)

    assert [await send(store, channel), await send(store, channel)] == [1, 0]

    (message,) = channel.received
    (row,) = rows(store)
    code = build_code(row.nonce, row.address, SALT)
    assert (message.address, row.state) == ("zhang@example.org", "sent")
    assert all(code in part for part in (message.subject, message.text, message.html))
    assert check_code(store, reader_id, code, now=NOW, salt=SALT).address == "zhang@example.org"


async def test_it_is_in_the_language_of_the_one_who_asked(store: Store):
    channel, reader_id = FakeChannel(), ask(store)
    set_language(store, reader_id, "en")
    await send(store, channel)
    assert "is your PaperPost code" in channel.received[0].subject


async def test_every_code_has_a_reference_of_its_own_and_no_list_to_leave(store: Store):
    channel = FakeChannel()
    ask(store), ask(store, "li@example.org", "43")
    await send(store, channel)
    assert len({message.reference for message in channel.received}) == 2
    assert not any(message.is_digest for message in channel.received)
    assert Message(edition_id=1, target_id=2, part=3, address="", html="").reference == "digest-1-2-3"


async def test_a_server_that_is_down_is_asked_again_later_and_nobody_else_s_code_now(store: Store):
    channel = FakeChannel(ChannelDown("down", retry_after_seconds=60))
    ask(store), ask(store, "li@example.org", "43")

    assert await send(store, channel) == 0
    assert states(store) == ["planned", "planned"]
    assert await send(store, channel, NOW + timedelta(seconds=59)) == 1
    assert [message.address for message in channel.received] == ["li@example.org"]
    assert await send(store, channel, NOW + MINUTE) == 1
    assert states(store) == ["sent", "sent"]


async def test_after_five_attempts_it_is_given_up(store: Store):
    channel = FakeChannel(*[Deferred("greylisted", retry_after_seconds=60)] * 9)
    ask(store)
    for minute in range(9):
        await send(store, channel, NOW + minute * MINUTE)
    assert (states(store), rows(store)[0].attempts, len(channel.outcomes)) == (["failed"], 5, 4)


async def test_what_would_come_too_late_is_not_sent(store: Store):
    channel = FakeChannel(Deferred("mailbox full", retry_after_seconds=3600))
    ask(store), ask(store, "li@example.org", "43")
    await send(store, channel)
    assert states(store) == ["failed", "sent"]

    ask(store, "late@example.org", "44")
    assert await send(store, channel, NOW + 30 * MINUTE) == 0
    assert [message.address for message in channel.received] == ["li@example.org"]


@pytest.mark.parametrize("error", [RecipientGone("no such user"), MessageRejected("spam")])
async def test_an_address_that_refuses_is_not_tried_again(store: Store, error):
    channel = FakeChannel(error)
    ask(store)
    assert [await send(store, channel), await send(store, channel, NOW + 9 * MINUTE)] == [0, 0]
    assert (states(store), rows(store)[0].error) == (["failed"], str(error))


async def test_an_attempt_without_an_answer_counts_as_sent(store: Store):
    channel = FakeChannel(Unknown("connection lost"))
    ask(store)
    assert [await send(store, channel), await send(store, channel, NOW + 9 * MINUTE)] == [1, 0]
    assert (states(store), len(channel.received)) == (["sent"], 1)


class Blocked(FakeChannel):
    """Never answers."""

    async def send(self, message: Message) -> str:
        await asyncio.Event().wait()
        return await super().send(message)


async def test_a_server_that_never_answers_is_given_up_within_the_lease(store: Store):
    ask(store)
    assert await send(store, Blocked(), lease_seconds=0.01) == 1
    assert rows(store)[0].error == "no answer while the claim was ours"


async def test_a_claim_whose_sender_was_killed_is_not_sent_again(store: Store):
    ask(store)
    killed = asyncio.create_task(send(store, Blocked(), lease_seconds=60))
    await until(lambda: states(store) == ["claimed"])
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed

    channel = FakeChannel()
    assert await send(store, channel, NOW + MINUTE) == 0
    assert states(store) == ["claimed"]
    assert await send(store, channel, NOW + 2 * MINUTE) == 0
    assert (states(store), channel.received) == (["sent"], [])


async def test_two_senders_at_the_same_moment_send_it_once(store: Store):
    channel = FakeChannel()
    for number in range(5):
        ask(store, f"a{number}@example.org", str(number + 1))
    counts = await asyncio.gather(send(store, channel), send(store, channel))
    assert sum(counts) == len(channel.received) == 5


class Forgetting(FakeChannel):
    """While it sends, the reader is forgotten."""

    def __init__(self, forget_them: Callable[[], None]) -> None:
        super().__init__()
        self._forget_them = forget_them

    async def send(self, message: Message) -> str:
        await asyncio.to_thread(self._forget_them)
        return await super().send(message)


async def test_who_is_forgotten_meanwhile_leaves_nothing_behind(store: Store):
    reader_id = ask(store)
    await send(store, Forgetting(lambda: forget(store, reader_id, salt=SALT, now=NOW)))
    assert rows(store) == []


async def test_a_late_settlement_changes_nothing(store: Store):
    class Slow(FakeChannel):
        async def send(self, message: Message) -> str:
            with store.writing() as connection:
                connection.execute(update(confirmations).values(state="sent", error="the sender did not come back"))
            raise Deferred("try later")

    ask(store)
    await send(store, Slow())
    assert rows(store)[0].error == "the sender did not come back"
    assert states(store) == ["sent"]


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("never happened")
