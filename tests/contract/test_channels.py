"""What every channel must do, on every implementation, its stand-in, a server nobody here wrote, and the fake.

A rig is a channel with a server behind it. The servers of others cannot be made to fail, so some tests leave them out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from digests.delivery.channel import Message
from digests.delivery.email import MailChannel
from digests.delivery.pacing import MemoryPacing
from digests.delivery.telegram import TelegramChannel
from digests.errors import Deferred, MessageRejected, RecipientGone, Unknown
from sandbox.mailbox import Mailbox, MailFault, serve_mailbox
from sandbox.telegram import serve_telegram
from sandbox.telegram_chats import HANG_UP, TOKEN, Telegram, flood
from tests.builders import NOON
from tests.fakes import FakeChannel
from tests.servers import MAIL_PASSWORD, MAIL_USER, mail_devel_server, read_inbox, serve_emulator

# python-telegram-bot 22 warns whoever meets a RetryAfter, its own code first.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be")


class Rig:
    """`received()` gives the HTML of what arrived. The faults are for the next send."""

    def __init__(self, channel, address, *, received, faults=None):
        self.channel = channel
        self.received = received
        self.faults = faults or {}
        self.message = Message(
            edition_id=1, target_id=1, part=1, address=address, html="<b>论文 &amp; 𝔸</b>", text="论文", subject="论文"
        )

    async def send(self, **changes):
        return await self.channel.send(replace(self.message, **changes))


def make_mail_channel(url):
    return MailChannel(url, sender="post@digest.example.org", now=lambda: NOON)


def make_telegram_channel(base_url, token=TOKEN):
    # A clock that runs fast, so that nobody waits for the pace.
    ticks = iter(range(0, 10**6, 10))
    return TelegramChannel(token, pacing=MemoryPacing(lambda: next(ticks)), base_url=base_url)


def read_html(content: bytes) -> str:
    return message_from_bytes(content, policy=default).get_body(["html"]).get_content().strip()


@asynccontextmanager
async def fake_rig() -> AsyncIterator[Rig]:
    channel = FakeChannel()

    def fail(error):
        return lambda _rig: channel.outcomes.append(error)

    faults = {
        "lose the answer": fail(Unknown()),
        "be busy": fail(Deferred()),
        "refuse the reader": lambda rig: channel.unknown_addresses.add(rig.message.address),
        "refuse the message": fail(MessageRejected()),
        "be unreachable": fail(Deferred()),
    }
    yield Rig(channel, "1", received=lambda: [message.html for message in channel.received], faults=faults)


@asynccontextmanager
async def sandbox_mail_rig() -> AsyncIterator[Rig]:
    mailbox = Mailbox()

    def fail(fault):
        return lambda _rig: mailbox.fail_next(fault)

    with serve_mailbox(mailbox) as url:
        faults = {
            "lose the answer": fail(MailFault.HANG_UP),
            "be busy": fail(MailFault.GREYLISTED),
            "refuse the reader": fail(MailFault.UNKNOWN_USER),
            "refuse the message": fail(MailFault.CONTENT_REFUSED),
            "be unreachable": lambda rig: setattr(rig, "channel", make_mail_channel("smtp://127.0.0.1:1")),
        }
        rig = Rig(
            make_mail_channel(url),
            MAIL_USER,
            received=lambda: [read_html(mail.content) for mail in mailbox.received],
            faults=faults,
        )
        yield rig
        await rig.channel.close()


@asynccontextmanager
async def mail_devel_rig() -> AsyncIterator[Rig]:
    with mail_devel_server() as (smtp_port, imap_port):
        channel = make_mail_channel(f"smtp://127.0.0.1:{smtp_port}")
        yield Rig(channel, MAIL_USER, received=lambda: [read_html(content) for content in read_inbox(imap_port)])
        await channel.close()


@asynccontextmanager
async def sandbox_telegram_rig() -> AsyncIterator[Rig]:
    telegram = Telegram()
    telegram.open_chat(5)
    with serve_telegram(telegram) as base_url:
        faults = {
            "lose the answer": lambda _rig: telegram.fail_next(HANG_UP),
            "be busy": lambda _rig: telegram.fail_next(flood(1)),
            "refuse the reader": lambda _rig: telegram.set_blocked(5, is_blocked=True),
            "refuse the message": lambda rig: setattr(rig, "message", replace(rig.message, html="<b>open")),
            "be unreachable": lambda rig: setattr(rig, "channel", make_telegram_channel("http://127.0.0.1:1")),
        }
        channel = make_telegram_channel(base_url)
        rig = Rig(channel, "5", received=lambda: [m["html"] for m in telegram.messages(5)], faults=faults)
        yield rig
        await rig.channel.close()
        await channel.close()


@asynccontextmanager
async def emulator_rig() -> AsyncIterator[Rig]:
    async with serve_emulator() as (emulator, base_url):
        channel = make_telegram_channel(base_url, token="1:A")
        faults = {
            "refuse the reader": lambda rig: setattr(rig, "message", replace(rig.message, address="0")),
            "refuse the message": lambda rig: setattr(rig, "message", replace(rig.message, html="x" * 4097)),
        }
        yield Rig(channel, "5", received=lambda: [fields["text"] for fields in emulator.sent], faults=faults)
        await channel.close()


FAULTY = {"fake": fake_rig, "mail, sandbox": sandbox_mail_rig, "telegram, sandbox": sandbox_telegram_rig}
ALL = {**FAULTY, "mail, mail-devel": mail_devel_rig, "telegram, lo-bot-api-emulator": emulator_rig}
REFUSING = {**FAULTY, "telegram, lo-bot-api-emulator": emulator_rig}


@pytest.fixture
async def rig(request):
    async with request.param() as rig:
        yield rig


def on(rigs):
    return pytest.mark.parametrize("rig", list(rigs.values()), ids=list(rigs), indirect=True)


@on(ALL)
async def test_what_is_sent_arrives_once_and_whole(rig):
    assert await rig.send()
    assert rig.received() == ["<b>论文 &amp; 𝔸</b>"]


@on(ALL)
async def test_every_part_has_an_id_of_its_own(rig):
    ids = [await rig.send(part=part, html=f"<b>{part}</b>") for part in (1, 2, 3)]
    assert len(set(ids)) == 3
    assert rig.received() == ["<b>1</b>", "<b>2</b>", "<b>3</b>"]


@on(ALL)
async def test_many_at_once_all_arrive(rig):
    await asyncio.gather(*(rig.send(part=part, html=f"<i>{part}</i>") for part in range(10)))
    assert sorted(rig.received()) == [f"<i>{part}</i>" for part in range(10)]


@on(FAULTY)
async def test_a_server_that_is_not_there_means_later_and_nothing_was_sent(rig):
    rig.faults["be unreachable"](rig)
    with pytest.raises(Deferred):
        await rig.send()
    assert rig.received() == []


@on(FAULTY)
async def test_a_busy_server_means_later_and_nothing_was_sent(rig):
    rig.faults["be busy"](rig)
    with pytest.raises(Deferred) as caught:
        await rig.send()
    assert caught.value.retry_after_seconds >= 1
    assert rig.received() == []


@on(FAULTY)
async def test_a_lost_answer_means_that_it_may_have_arrived(rig):
    rig.faults["lose the answer"](rig)
    with pytest.raises(Unknown):
        await rig.send()
    assert len(rig.received()) == 1


@on(REFUSING)
async def test_a_refused_reader_is_gone(rig):
    rig.faults["refuse the reader"](rig)
    with pytest.raises(RecipientGone):
        await rig.send()
    assert rig.received() == []


@on(REFUSING)
async def test_a_refused_message_is_our_fault(rig):
    rig.faults["refuse the message"](rig)
    with pytest.raises(MessageRejected):
        await rig.send()
    assert rig.received() == []


async def test_a_mail_program_reads_what_we_meant():
    """Through a mail server and IMAP, neither of which anybody here wrote."""
    with mail_devel_server() as (smtp_port, imap_port):
        channel = make_mail_channel(f"smtp://{MAIL_USER.replace('@', '%40')}:{MAIL_PASSWORD}@127.0.0.1:{smtp_port}")
        message = Message(
            edition_id=12,
            target_id=7,
            part=1,
            address=MAIL_USER,
            subject="论文邮差 · 4月21日 · 5 篇",
            text="正文",
            html="<p>正文</p>",
        )
        message_id = await channel.send(message)
        await channel.close()
        (content,) = read_inbox(imap_port)
    mail = message_from_bytes(content, policy=default)
    assert (mail["Message-ID"], mail["Subject"]) == (message_id, message.subject)
    assert (mail["From"].addresses[0].display_name, mail["To"]) == ("论文邮差", MAIL_USER)
    assert mail.get_body(["plain"]).get_content().strip() == "正文"
    assert mail.get_body(["html"]).get_content().strip() == "<p>正文</p>"
