"""Real arXiv days through the whole house, to a mail server and a Bot API server that nobody here wrote."""

from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from teremok.validation import validate_html

from digests.bootstrap import Services, open_services
from digests.cli.run import run_day
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.papers.shelf import store_announcement
from digests.papers.wire import read_document
from digests.settings import load_settings, setting_names
from digests.status import report_day
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import join
from sandbox import llm
from sandbox.serving import serve
from tests.servers import MAIL_USER, mail_devel_server, read_inbox, serve_emulator

CHAT = "42"
FILES = {
    date(2026, 2, 2): ["arxiv-list/cs_new_2026-02-02_show2000.html"],
    date(2026, 4, 21): ["arxiv-list/cs.CV_new_2026-04-21_show2000.html", "arxiv-rss/rss_cs.CV_2026-04-21.xml"],
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("on", FILES, ids=str)
async def test_a_recorded_day_reaches_its_readers_once(recorded, tmp_path, on):
    with mail_devel_server() as (smtp_port, imap_port), serve(llm.build_app({})) as llm_url:
        async with serve_emulator() as (emulator, telegram_url):
            settings = load_settings(
                home=tmp_path,
                telegram_token="1:A",
                telegram_base_url=telegram_url,
                smtp_url=f"smtp://127.0.0.1:{smtp_port}",
                mail_from="post@example.org",
                llm_base_url=f"{llm_url}/v1",
                llm_model="sandbox",
            )
            services = open_services(settings)
            ingest(services, recorded, on)
            add_reader(services, EMAIL, MAIL_USER, "world model, reinforcement learning, no such phrase at all")
            add_reader(services, TELEGRAM, CHAT, "world model")
            await run_day(services, on)
            services.close()
            # Another process, later on the same day.
            services = open_services(settings)
            await run_day(services, on)
        (mail,) = [message_from_bytes(content, policy=default) for content in read_inbox(imap_port)]

    report = report_day(services.store, on)
    services.close()
    assert (report.editions, set(report.deliveries)) == (2, {"sent"})
    assert len(emulator.sent) == report.deliveries["sent"] - 1
    text = mail.get_body(["plain"]).get_content()
    html = mail.get_body(["html"]).get_content()
    assert f"命中 {report.matched} 篇" in text
    assert html.count('href="https://arxiv.org/abs/') >= report.matched
    assert "〔沙盒：未接入模型〕" in text
    for fields in emulator.sent:
        validate_html(fields["text"])
        assert len(fields["text"].encode("utf-16-le")) // 2 <= 4096


def ingest(services: Services, recorded: Path, on: date) -> None:
    for name in FILES[on]:
        store_announcement(services.store, read_document((recorded / name).read_bytes()), services.now)


def add_reader(services: Services, channel: str, address: str, keywords: str) -> None:
    now = services.now()
    reader = join(services.store, channel=channel, address=address, confirmed=True, now=now, salt=services.salt)
    add_keywords(services.store, reader.id, keywords, now, 50)
