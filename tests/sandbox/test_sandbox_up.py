"""The sandbox as a person has it: a page on a real port, a real bot process behind the chat, a restart in between."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from smtplib import SMTP
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import update

from digests.bootstrap import Services, open_services
from digests.clock import MovedClock, announced_at
from digests.errors import ConfigError
from digests.settings import child_environment, load_settings, setting_names
from digests.status import report_status
from digests.store.tables import subscribers
from digests.subscribers.keywords import add_keywords
from sandbox.sample import load_samples
from sandbox.up import CHAT_ID, Sandbox, serve_sandbox
from tests.builders import add_reader, make_status
from tests.servers import find_free_port
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
CHAT = f"/chats/{CHAT_ID}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "state"


@contextmanager
def serve(home: Path, **options) -> Iterator[tuple[Sandbox, httpx.Client]]:
    plain = {"papers": None, "port": 0, "now": MovedClock(home / "clock"), "chats": ()}
    asked = {"processes": dict, "report": make_status}
    with (
        serve_sandbox(home, **plain | asked | options) as sandbox,
        httpx.Client(base_url=sandbox.url, headers={"Origin": sandbox.url}) as page,
    ):
        yield sandbox, page


@contextmanager
def run_bot(home: Path, sandbox: Sandbox) -> Iterator[None]:
    settings = load_settings(home=home, **sandbox.overrides)
    environment = child_environment(settings) | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-m", "bot"], cwd=home, env=environment) as process:
        try:
            yield
        finally:
            process.terminate()


def bubbles(page: httpx.Client) -> list[dict]:
    return page.get(CHAT).json()["messages"]


def test_what_is_typed_at_the_page_is_answered_by_the_real_bot(home: Path):
    home.mkdir()
    with serve(home) as (sandbox, page), run_bot(home, sandbox):
        assert page.post(f"{CHAT}/messages", json={"text": "/start"}).status_code == 200
        eventually(lambda: len(bubbles(page)) > 1, "an answer to /start")
        eventually(lambda: page.get(CHAT).json()["menu"], "a menu of commands")
        question, answer = bubbles(page)[:2]
    assert (question["is_mine"], answer["is_mine"]) == (True, False)
    assert "论文邮差" in answer["nodes"][0]
    assert {"kind": "bot_command", "children": ["/today"]} in answer["nodes"]
    assert any(isinstance(node, dict) and node["kind"] == "code" for node in answer["nodes"])


def test_a_restart_forgets_neither_chat_nor_mail_nor_what_was_announced(home: Path):
    with serve(home) as (sandbox, page):
        page.post(f"{CHAT}/messages", json={"text": "/start"})
        smtp = urlsplit(sandbox.overrides["smtp_url"])
        with SMTP(smtp.hostname, smtp.port) as server:
            server.sendmail("a@sandbox.invalid", ["b@sandbox.invalid"], b"Subject: =?utf-8?b?5L2g5aW9?=\r\n\r\nx\r\n")
        page.post("/announcements")
        moved_to = MovedClock(home / "clock")()
    with serve(home) as (sandbox, page):
        assert [message["nodes"][0]["children"] for message in bubbles(page)] == [["/start"]]
        assert [mail["subject"] for mail in page.get("/mails").json()] == ["你好"]
        assert sandbox.announcer.published == 1
        assert MovedClock(home / "clock")() >= moved_to


def test_open_pages_hear_what_is_new_and_do_not_hold_the_end_up(home: Path):
    with serve(home) as (sandbox, page), page.stream("GET", "/events") as events:
        lines = (line.removeprefix("data: ") for line in events.iter_lines() if line)
        first = json.loads(next(lines))
        sandbox.stand_ins.telegram.say(CHAT_ID, "/start")
        second = json.loads(next(lines))
    assert second["chats"] == first["chats"] + 1
    assert second["console"]["left"] == first["console"]["left"] == len(load_samples())


def test_a_new_sandbox_begins_before_its_first_batch(home: Path):
    clock = MovedClock(home / "clock")
    first = announced_at(load_samples()[0].announced_on)
    with serve(home, now=clock):
        assert clock() < first
    clock.move_to(first + timedelta(days=3))
    with serve(home, now=clock):
        assert clock() >= first + timedelta(days=3)


def test_its_overrides_point_at_this_machine_and_watch_what_is_announced(home: Path):
    with serve(home, chats=[42]) as (sandbox, _):
        settings = load_settings(home=home, **sandbox.overrides)
        outside = [settings.arxiv_list_url, settings.arxiv_rss_url, settings.llm_base_url, settings.telegram_base_url]
        outside += [settings.arxiv_oai_url, settings.arxiv_api_url, settings.hf_url]
        assert {urlsplit(url).hostname for url in outside} == {"127.0.0.1"}
        assert urlsplit(sandbox.url).hostname == "127.0.0.1"
        assert (settings.archives, settings.tick_seconds, settings.poll_seconds) == ("cs", 2, 5)
        assert sandbox.stand_ins.telegram.look(42).messages == ()


def test_a_port_that_is_in_use_is_said_with_what_chooses_another(home: Path):
    port = find_free_port()
    with serve(home, port=port), pytest.raises(ConfigError, match=rf"Port {port} .*Choose another with --other"):  # noqa: SIM117
        with serve(home.with_name("other"), port=port, chosen_by="--other"):
            pass


def test_papers_that_cannot_be_announced_are_refused_before_anything_starts(home: Path):
    with pytest.raises(ConfigError, match="No such file"), serve(home, papers=home / "none"):
        pass
    assert not home.exists()


def test_only_who_gets_digests_waits_and_is_the_next(home: Path):
    services = open_services(load_settings(home=home, stand_ins=True))
    clock = MovedClock(home / "clock")
    with serve(home, now=clock, report=lambda: report_status(services.store, clock())) as (_, page):
        now = clock()
        add_due_reader(services, now - timedelta(hours=1))
        add_due_reader(services, now + timedelta(hours=5))
        add_due_reader(services, now + timedelta(hours=9), keyword="agent")
        assert find_waiting(page) == 0
        assert page.post("/clock/next-digest").status_code == 200
        assert clock() >= now + timedelta(hours=9)
        assert find_waiting(page) == 1
    services.close()


def add_due_reader(services: Services, due: datetime, *, keyword: str = "") -> None:
    reader_id, _ = add_reader(services.store, "telegram")
    if keyword:
        add_keywords(services.store, reader_id, keyword, due, 50)
    with services.store.writing() as connection:
        connection.execute(update(subscribers).where(subscribers.c.id == reader_id).values(next_due=due))


def find_waiting(page: httpx.Client) -> int:
    with page.stream("GET", "/events") as events:
        state = json.loads(next(line for line in events.iter_lines() if line).removeprefix("data: "))
    return state["console"]["house"]["waiting"]
