"""Rows of the mail adapter's error table and its headers, against a real SMTP server in a thread."""

import asyncio
import socket
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from aiosmtplib import SMTPRecipientRefused

from digests.delivery.channel import Message
from digests.delivery.email import MailChannel, _recipient_refusal
from digests.errors import Deferred, MessageRejected, RecipientGone, Unknown
from sandbox.mailbox import Mailbox, MailFault, serve_mailbox
from tests.builders import NOON

MESSAGE = Message(
    edition_id=12,
    target_id=7,
    part=1,
    address="reader@example.net",
    subject="论文邮差 4月21日",
    text="中文 <b> & text",
    html="<p>中文</p>",
)
LINKS = ("https://digest.example.org/leave/" + "t0ken" * 20, "mailto:leave+t0ken@digest.example.org")


def make_channel(url, **changes):
    return MailChannel(url, **{"sender": "post@digest.example.org", "now": lambda: NOON} | changes)


@pytest.fixture
def mailbox(tmp_path):
    return Mailbox(folder=tmp_path / "mail")


@pytest.fixture
def url(mailbox):
    with serve_mailbox(mailbox) as url:
        yield url


@pytest.fixture
async def channel(url):
    channel = make_channel(url, unsubscribe_links=lambda _target_id, _address: LINKS)
    yield channel
    await channel.close()


async def test_the_headers_are_those_of_a_list(channel, mailbox):
    message_id = await channel.send(MESSAGE)
    (received,) = mailbox.received
    mail = received.message
    assert (received.sender, received.recipient) == ("post@digest.example.org", "reader@example.net")
    assert message_id == mail["Message-ID"] == "<digest-12-7-1@digest.example.org>"
    assert mail["From"].addresses[0].display_name == "论文邮差"
    assert (mail["To"], mail["Subject"]) == ("reader@example.net", "论文邮差 4月21日")
    assert parsedate_to_datetime(mail["Date"]) == NOON
    assert mail["List-Unsubscribe"] == f"<{LINKS[0]}>, <{LINKS[1]}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (mail["List-Id"], mail["Precedence"]) == ("PaperPost <paperpost.digest.example.org>", "bulk")
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert mail["Feedback-ID"] == "12:digest:paperpost:digest.example.org"
    assert mail.defects == []


async def test_the_words_arrive_as_text_and_as_html(channel, mailbox):
    html = "<p>" + "中文" * 5000 + "</p>\n.\n..dots"
    await channel.send(replace(MESSAGE, html=html))
    mail = mailbox.received[0].message
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(["plain"]).get_content().splitlines() == [MESSAGE.text]
    assert mail.get_body(["html"]).get_content().splitlines() == html.splitlines()
    assert max(map(len, mailbox.received[0].content.splitlines())) <= 998


async def test_a_link_in_a_header_is_written_so_that_mail_programs_find_it(channel, mailbox):
    await channel.send(MESSAGE)
    assert f"\r\nList-Unsubscribe: <{LINKS[0]}>, <{LINKS[1]}>\r\n".encode() in mailbox.received[0].content


@pytest.mark.parametrize(
    ("links", "header", "post"),
    [((), None, None), (("mailto:leave@example.org",), "<mailto:leave@example.org>", None)],
)
async def test_one_click_is_promised_only_with_a_web_address(url, mailbox, links, header, post):
    channel = make_channel(url, unsubscribe_links=lambda _target_id, _address: links)
    await channel.send(MESSAGE)
    await channel.close()
    mail = mailbox.received[0].message
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (header, post)


async def test_a_subject_cannot_begin_another_header(channel, mailbox):
    await channel.send(replace(MESSAGE, subject="news\r\nBcc: victim@example.net\r\n\r\nbody"))
    mail = mailbox.received[0].message
    assert (mail["Bcc"], mail["Subject"]) == (None, "news Bcc: victim@example.net body")


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "",
        "a",
        "a@[",
        "a b@c.example",
        "名@例.example",
        "<a@b.example>",
    ],
)
async def test_an_address_that_is_none_is_refused_before_anything_is_said(channel, mailbox, address):
    with pytest.raises(RecipientGone):
        await channel.send(replace(MESSAGE, address=address))
    assert mailbox.received == []


@pytest.mark.parametrize(
    ("fault", "house", "kept"),
    [
        (MailFault.UNKNOWN_USER, RecipientGone, 0),
        (MailFault.MAILBOX_FULL, Deferred, 0),
        (MailFault.GREYLISTED, Deferred, 0),
        (MailFault.POLICY, MessageRejected, 0),
        (MailFault.CONTENT_REFUSED, MessageRejected, 0),
        (MailFault.HANG_UP, Unknown, 1),
    ],
)
async def test_after_each_fault_the_next_mail_goes_out(channel, mailbox, fault, house, kept):
    mailbox.fail_next(fault)
    with pytest.raises(house) as caught:
        await channel.send(MESSAGE)
    assert type(caught.value) is house
    assert len(mailbox.received) == kept
    await channel.send(MESSAGE)
    assert len(mailbox.received) == kept + 1


@pytest.mark.parametrize(
    ("code", "text", "house"),
    [
        (550, "5.1.1 <x@y>: Recipient address rejected: User unknown", RecipientGone),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound", RecipientGone),
        (550, "5.2.1 The email account that you tried to reach is disabled", RecipientGone),
        (550, "5.1.8 <post@example.org>: Sender address rejected: Domain not found", MessageRejected),
        (552, "5.2.2 The recipient's inbox is out of storage space", Deferred),
        (550, "5.7.26 This mail has been blocked because the sender is unauthenticated", MessageRejected),
        (554, "5.7.1 <x@y>: Relay access denied", MessageRejected),
        (550, "No such user here", RecipientGone),
        (550, "Requested action not taken: mailbox unavailable", RecipientGone),
        (550, "Mail content denied, see our spam policy", MessageRejected),
        (554, "Transaction failed, user unknown to the filter", MessageRejected),
    ],
)
def test_a_refused_recipient_is_gone_only_when_the_address_is_at_fault(code, text, house):
    assert type(_recipient_refusal(SMTPRecipientRefused(code, text, "x@y"), text)) is house


async def test_one_connection_is_kept_for_many_mails_and_used_by_one_at_a_time(channel, mailbox):
    peers = set()
    for _ in range(3):
        await channel.send(MESSAGE)
        peers.add(channel._smtp.get_transport_info("sockname"))
    await asyncio.gather(*(channel.send(MESSAGE) for _ in range(10)))
    peers.add(channel._smtp.get_transport_info("sockname"))
    assert (len(mailbox.received), len(peers)) == (13, 1)


async def test_a_server_that_restarted_meanwhile_is_found_again():
    box = Mailbox()
    with serve_mailbox(box) as url:
        channel = make_channel(url)
        await channel.send(MESSAGE)
        port = int(url.rpartition(":")[2])
    with pytest.raises(Deferred):
        await channel.send(MESSAGE)
    with serve_mailbox(box, port=port):
        await channel.send(MESSAGE)
        await channel.close()
    assert len(box.received) == 2


async def test_a_cancelled_send_leaves_no_half_finished_mail_behind(channel, mailbox):
    await channel.send(MESSAGE)
    sending = asyncio.create_task(channel.send(MESSAGE))
    await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait([sending])
    await channel.send(replace(MESSAGE, part=2))
    assert mailbox.received[-1].message["Message-ID"] == "<digest-12-7-2@digest.example.org>"


async def test_the_mails_lie_in_the_folder_too(channel, mailbox):
    await channel.send(MESSAGE)
    assert [path.name for path in mailbox.folder.iterdir()] == ["0001.eml"]
    assert (mailbox.folder / "0001.eml").read_bytes() == mailbox.received[0].content


# --- servers that will not talk to us -----------------------------------------------------------


async def test_a_server_that_is_not_there_defers(unused_tcp_port):
    with pytest.raises(Deferred, match="cannot be reached"):
        await make_channel(f"smtp://127.0.0.1:{unused_tcp_port}").send(MESSAGE)


async def test_a_server_that_never_answers_defers():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = make_channel(f"smtp://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.05)
        with pytest.raises(Deferred, match="cannot be reached"):
            await channel.send(MESSAGE)


async def test_a_server_that_turns_everybody_away_defers():
    async def turn_away(_reader, writer):
        writer.write(b"554 5.7.1 your address is on a list\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(turn_away, "127.0.0.1", 0) as server:
        channel = make_channel(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(Deferred, match="your address is on a list"):
            await channel.send(MESSAGE)


async def test_required_tls_that_is_not_offered_is_the_operators_affair(url):
    with pytest.raises(Deferred, match="PAPERPOST_SMTP_URL"):
        await make_channel(url.replace("smtp://", "smtp+starttls://")).send(MESSAGE)
