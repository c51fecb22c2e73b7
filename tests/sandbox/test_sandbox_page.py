"""The page's own protocol: who may ask, what it shows, and what its buttons do."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from digests.clock import BEIJING, MovedClock, announced_at
from digests.errors import StoreError
from digests.papers.paper import Source
from digests.status import BatchStatus, Status
from sandbox.announcer import Announcer, sample_days
from sandbox.mailbox import Mailbox, ReceivedMail
from sandbox.page.app import build_page
from sandbox.page.console import Console
from sandbox.sample import load_samples
from sandbox.telegram_chats import Telegram
from tests.builders import make_status

CHAT = 8_001
ORIGIN = "http://127.0.0.1:8320"
SAMPLES = load_samples()
EVENING = announced_at(SAMPLES[0].announced_on)
BATCH = BatchStatus(
    scope="cs", source="list", announced_on=SAMPLES[0].announced_on, seen=26, total=26, closed_at=EVENING, fault=""
)
STATUS = make_status(batches=(BATCH,), readers=1, keywords=2, recent_deliveries={"sent": 3})


class Desk:
    """The page with everything behind it."""

    def __init__(self, folder: Path) -> None:
        self.clock = MovedClock(folder / "clock")
        self.telegram = Telegram(now=self.clock)
        self.telegram.open_chat(CHAT)
        self.mailbox = Mailbox()
        self.announcer = Announcer(sample_days(SAMPLES), folder / "announced")
        self.status: Status | StoreError = STATUS
        self.woken: list[tuple[str, Source]] = []
        self.console = Console(
            now=self.clock,
            announcer=self.announcer,
            processes=lambda: {"bot": "runs"},
            report=self._report,
            wake=self.woken.append,
        )
        self.app = build_page(telegram=self.telegram, mailbox=self.mailbox, console=self.console, chat_id=CHAT)

    def _report(self) -> Status:
        if isinstance(self.status, StoreError):
            raise self.status
        return self.status


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(desk.app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}) as client:
        yield client


def make_mail(subject: str = "验证码", *, html: str = "") -> ReceivedMail:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        subject,
        "论文邮差 <post@sandbox.invalid>",
        "lin@sandbox.invalid",
    )
    message["Date"] = datetime(2026, 11, 20, 1, 2, tzinfo=UTC)
    message.set_content("纯文本\n")
    if html:
        message.add_alternative(html, subtype="html")
    return ReceivedMail("post@sandbox.invalid", "lin@sandbox.invalid", message.as_bytes())


# --- who may ask ---


async def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing_inline(page: httpx.AsyncClient):
    answer = await page.get("/")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "//" not in answer.text.replace('lang="', "")
    assert "onclick" not in answer.text
    for name in ("page.css", "page.js", "chat.js", "mail.js", "console.js", "elements.js", "icon.svg"):
        file = await page.get(f"/files/{name}")
        assert (file.status_code, file.headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert (await page.get("/files/..%2Fphrases%2Fzh.toml")).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "evil.example:8320", ""])
async def test_another_name_for_this_machine_is_refused(page: httpx.AsyncClient, host: str):
    assert (await page.get("/chats/8001", headers={"Host": host})).status_code == 403


async def test_localhost_is_this_machine_too(page: httpx.AsyncClient):
    name = "localhost:8320"
    assert (await page.get("/", headers={"Host": name})).status_code == 200
    typed = await page.post("/announcements", headers={"Host": name, "Origin": f"http://{name}"})
    assert typed.status_code == 200


async def test_on_port_80_a_browser_leaves_the_port_out(desk: Desk):
    async def listen_at_80(scope, receive, send):
        # uvicorn says where it listens; the transport only what the address says.
        await desk.app({**scope, "server": ("127.0.0.1", 80)}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(listen_at_80), base_url="http://127.0.0.1") as client:
        origin = {"Origin": "http://127.0.0.1"}
        assert (await client.post("/clock/steps", json={"seconds": 60}, headers=origin)).status_code == 200
        assert (await client.get("/", headers={"Host": "localhost"})).status_code == 200
        assert (await client.get("/", headers={"Host": "localhost:8320"})).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8320", "http://127.0.0.1:8321"])
async def test_another_sites_form_is_refused(page: httpx.AsyncClient, desk: Desk, origin: str):
    answer = await page.post("/announcements", headers={"Origin": origin})
    assert (answer.status_code, desk.announcer.published) == (403, 0)


async def test_a_form_that_does_not_say_where_it_is_from_is_refused(page: httpx.AsyncClient, desk: Desk):
    del page.headers["Origin"]
    assert (await page.post(f"/chats/{CHAT}/messages", json={"text": "/start"})).status_code == 403
    assert desk.telegram.look(CHAT).messages == ()


# --- chat ---


async def test_what_is_typed_becomes_an_update_and_a_bubble(page: httpx.AsyncClient, desk: Desk):
    await page.post(f"/chats/{CHAT}/messages", json={"text": "/start"})
    (update,) = desk.telegram.call("getUpdates", {})
    assert update["message"]["text"] == "/start"
    chat = (await page.get(f"/chats/{CHAT}")).json()
    assert [(message["is_mine"], message["nodes"]) for message in chat["messages"]] == [
        (True, [{"kind": "bot_command", "children": ["/start"]}])
    ]


async def test_only_what_changed_is_asked_for_again(page: httpx.AsyncClient, desk: Desk):
    first, second = (
        desk.telegram.call("sendMessage", {"chat_id": CHAT, "text": text})["message_id"] for text in ("一", "二")
    )
    seen = (await page.get(f"/chats/{CHAT}")).json()["version"]
    desk.telegram.call("editMessageText", {"chat_id": CHAT, "message_id": first, "text": "壹"})
    chat = (await page.get(f"/chats/{CHAT}", params={"since": seen})).json()
    assert (chat["ids"], [message["id"] for message in chat["messages"]]) == ([first, second], [first])
    assert (chat["messages"][0]["is_edited"], chat["messages"][0]["nodes"]) == (True, ["壹"])
    desk.telegram.call("deleteMessage", {"chat_id": CHAT, "message_id": first})
    assert (await page.get(f"/chats/{CHAT}", params={"since": seen})).json()["ids"] == [second]


async def test_buttons_do_what_they_say(page: httpx.AsyncClient, desk: Desk):
    buttons = [
        {"text": "暂停", "callback_data": "pause"},
        {"text": "网页", "url": "https://arxiv.org"},
        {"text": "复制", "copy_text": {"text": "/add x"}},
        {"text": "付款", "login_url": {"url": "https://x.org"}},
    ]
    markup = {"inline_keyboard": [buttons]}
    sent = desk.telegram.call("sendMessage", {"chat_id": CHAT, "text": "选", "reply_markup": markup})
    (message,) = (await page.get(f"/chats/{CHAT}")).json()["messages"]
    assert [button["kind"] for button in message["keyboard"][0]] == ["callback", "url", "copy", "none"]

    tap = {"message_id": sent["message_id"], "data": "pause"}
    assert (await page.post(f"/chats/{CHAT}/taps", json=tap)).status_code == 200
    assert (await page.get(f"/chats/{CHAT}")).json()["waiting"] == [[sent["message_id"], "pause"]]
    assert (await page.post(f"/chats/{CHAT}/taps", json={**tap, "data": "no"})).status_code == 409


async def test_a_blocked_bot_gets_nothing_until_it_is_unblocked(page: httpx.AsyncClient, desk: Desk):
    await page.post(f"/chats/{CHAT}/phone", json={"is_blocked": True})
    assert (await page.get(f"/chats/{CHAT}")).json()["is_blocked"] is True
    assert (await page.post(f"/chats/{CHAT}/messages", json={"text": "/list"})).status_code == 409
    await page.post(f"/chats/{CHAT}/phone", json={"is_blocked": False, "language_code": "zh-hant"})
    assert (await page.post(f"/chats/{CHAT}/messages", json={"text": "/list"})).status_code == 200
    assert desk.telegram.look(CHAT).language_code == "zh-hant"


@pytest.mark.parametrize("body", [{"text": ""}, {"text": "x" * 4097}, {}])
async def test_what_no_phone_sends_is_refused(page: httpx.AsyncClient, body: dict):
    assert (await page.post(f"/chats/{CHAT}/messages", json=body)).status_code == 422


async def test_a_chat_that_nobody_opened_is_not_there(page: httpx.AsyncClient):
    assert (await page.get("/chats/7")).status_code == 404


# --- mail ---


async def test_the_mailbox_shows_headers_and_both_forms(page: httpx.AsyncClient, desk: Desk):
    desk.mailbox.keep(make_mail())
    desk.mailbox.keep(make_mail("第二封", html="<p>你好</p>"))
    first, second = (await page.get("/mails")).json()
    assert (first["subject"], first["has_html"], second["subject"], second["has_html"]) == (
        "验证码",
        False,
        "第二封",
        True,
    )
    assert first["recipient"] == second["recipient"] == "lin@sandbox.invalid"
    assert first["sent_at_seconds"] == datetime(2026, 11, 20, 1, 2, tzinfo=UTC).timestamp()
    assert (await page.get("/mails/1/text")).text == "纯文本\n"
    assert (await page.get("/mails/2.eml")).content == desk.mailbox.received[1].content
    assert (await page.get("/mails/3.eml")).status_code == 404
    assert (await page.get("/mails/0/html")).status_code == 404


async def test_a_mail_may_not_run_or_load_anything(page: httpx.AsyncClient, desk: Desk):
    desk.mailbox.keep(make_mail(html='<p>x</p><script>alert(1)</script><a href="https://arxiv.org">a</a>'))
    answer = await page.get("/mails/1/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "sandbox allow-popups" in policy
    assert '<base target="_blank">' in answer.text


async def test_a_mail_with_headers_that_say_nothing_is_shown(page: httpx.AsyncClient, desk: Desk):
    desk.mailbox.keep(ReceivedMail("", "", b"Date: soon\n\nbody"))
    (mail,) = (await page.get("/mails")).json()
    assert (mail["subject"], mail["sent_at_seconds"]) == ("", None)


# --- console ---


async def test_publishing_moves_the_clock_to_the_announcement(page: httpx.AsyncClient, desk: Desk):
    desk.clock.move_to(EVENING - timedelta(days=1))
    assert (await page.post("/announcements")).status_code == 200
    assert timedelta(minutes=1) <= desk.clock() - EVENING < timedelta(minutes=2)
    assert (desk.announcer.published, desk.woken) == (1, [("cs", Source.LISTING)])


async def test_publishing_never_moves_the_clock_back(page: httpx.AsyncClient, desk: Desk):
    later = EVENING + timedelta(hours=30)
    desk.clock.move_to(later)
    await page.post("/announcements")
    assert desk.clock() >= later


async def test_when_everything_is_out_there_is_nothing_left(page: httpx.AsyncClient):
    answers = [await page.post("/announcements") for _ in range(len(SAMPLES) + 1)]
    assert [answer.status_code for answer in answers] == [200] * len(SAMPLES) + [409]
    assert answers[-1].json()["detail"] == "nothing_left"


async def test_the_clock_goes_forward_by_steps_and_to_a_moment_in_beijing(page: httpx.AsyncClient, desk: Desk):
    desk.clock.move_to(EVENING)
    await page.post("/clock/steps", json={"seconds": 3600})
    assert timedelta(hours=1) <= desk.clock() - EVENING < timedelta(hours=1, minutes=1)
    await page.post("/clock/moment", json={"beijing": "2026-11-21T08:30"})
    assert desk.clock().astimezone(BEIJING).isoformat(timespec="minutes") == "2026-11-21T08:30+08:00"


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/clock/moment", {"beijing": "2026-11-01T08:30"}, "clock_backwards"),
        ("/clock/moment", {"beijing": "2036-11-01T08:30"}, "clock_too_far"),
        ("/clock/steps", {"seconds": 10**18}, "clock_too_far"),
        ("/clock/next-digest", {}, "nothing_due"),
    ],
)
async def test_what_the_clock_cannot_do_is_said(
    page: httpx.AsyncClient, desk: Desk, path: str, body: dict, reason: str
):
    desk.clock.move_to(EVENING)
    answer = await page.post(path, json=body)
    assert (answer.status_code, answer.json()["detail"]) == (409, reason)
    assert desk.clock() - EVENING < timedelta(minutes=1)


async def test_the_clock_goes_to_the_next_digest(page: httpx.AsyncClient, desk: Desk):
    desk.clock.move_to(EVENING)
    desk.status = replace(STATUS, next_due_at=EVENING + timedelta(hours=14))
    await page.post("/clock/next-digest")
    assert timedelta(hours=14) <= desk.clock() - EVENING < timedelta(hours=14, minutes=1)


async def test_the_console_tells_what_comes_and_how_the_house_is(desk: Desk):
    desk.clock.move_to(EVENING)
    shown = desk.console.look()
    assert shown["next"] == {
        "announced_on": str(SAMPLES[0].announced_on),
        "papers": len(SAMPLES[0].announced("cs")),
        "announced_at_seconds": EVENING.timestamp(),
    }
    assert (shown["left"], shown["processes"]) == (len(SAMPLES), {"bot": "runs"})
    assert shown["house"]["deliveries"] == {"sent": 3}
    assert shown["house"]["batch"]["is_whole"] is True
    json.dumps(shown)


async def test_a_store_that_cannot_be_read_leaves_the_rest_standing(desk: Desk):
    desk.status = StoreError("locked")
    assert desk.console.look()["house"] is None
