"""`paperpost up` as a process of its own: what it starts and how it ends."""

import json
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import text

from digests.settings import Settings
from digests.store.engine import open_store
from sandbox.stand_ins import start_stand_ins
from tests.e2e.service import PAPERPOST, as_in_a_terminal, find_left_running
from tests.servers import find_free_port
from tests.waiting import eventually

NAMES = {"broker", "worker", "beat", "bot", "web"}


class Up:
    """A running `paperpost up`. `home` is where its logs are, `lines` what it has said so far."""

    def __init__(self, process: subprocess.Popen[str], home: Path) -> None:
        self.process = process
        self.home = home
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self.process.stdout as stream:
            for line in stream:
                self.lines.append(line.rstrip())

    def says(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def other_commands(self) -> str:
        """What it says of how to ask for its status, for a shell."""
        return next(line.partition(": ")[2] for line in self.lines if line.startswith("Other commands"))

    def wait_until_ready(self) -> None:
        eventually(lambda: self.says("Ctrl-C stops it.") or self.process.poll() is not None, "it is ready")
        assert self.says("Ctrl-C stops it."), self.lines

    def children(self) -> dict[str, psutil.Process]:
        """By the name of what they are; a child that was started this moment may be none yet."""
        marks = {"valkey-server": "broker", " worker ": "worker", " beat ": "beat", "-m bot": "bot", "-m web": "web"}
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                line = " ".join(child.cmdline())
                found |= {name: child for mark, name in marks.items() if mark in line}
        return found

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        self._reader.join()
        return status

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()


@pytest.fixture
def up(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(*options: str, home: Path = tmp_path / "home" / "sandbox", **settings: str) -> Up:
        with as_in_a_terminal():
            process = subprocess.Popen(
                [PAPERPOST, "up", *options],
                cwd=tmp_path,
                env=environment | settings,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        started.append(Up(process, home))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_sandbox_starts_works_and_ends_with_nothing_left(up, tmp_path, environment):
    port = find_free_port()
    # Not to be taken for two words.
    home = tmp_path / "my house"
    service = up("--port", str(port), home=home / "sandbox", PAPERPOST_HOME=str(home))
    service.wait_until_ready()
    assert set(service.children()) == NAMES
    assert service.says("Sandbox mode: every outside part is a stand-in")
    assert any(line.startswith("Telegram ") and "PAPERPOST_TELEGRAM_TOKEN" in line for line in service.lines)
    assert service.says(f"Open http://127.0.0.1:{port}")
    assert answers(f"http://127.0.0.1:{port}/")
    eventually(lambda: answers(f"http://127.0.0.1:{environment['PAPERPOST_WEB_PORT']}/"), "the web answers")
    eventually(lambda: has_dispatched(service.home), "the worker has done what beat asked for")
    command = f"{service.other_commands()} --json"
    status = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert json.loads(status.stdout)["queues"] is not None, "it is the house that runs"
    logs = "".join((service.home / "logs" / f"{name}.log").read_text() for name in ("worker", "beat"))
    assert "Sending due task" not in logs
    assert "Task digests.dispatch" not in logs
    assert service.end() == 0
    assert service.lines[-1] == "stopped"
    assert find_left_running(tmp_path) == []
    assert not any("ended" in line for line in service.lines), service.lines


def test_a_web_port_that_nobody_chose_is_any_that_is_free(up, tmp_path):
    default = Settings.model_fields["web_port"].default
    with ExitStack() as stack:
        # Or somebody else has it already.
        with suppress(OSError):
            stack.enter_context(socket.create_server(("127.0.0.1", default)))
        service = up("--port", str(find_free_port()), PAPERPOST_WEB_PORT="")
        service.wait_until_ready()
        (port,) = re.findall(r"PAPERPOST_WEB_PORT=(\d+)", service.other_commands())
        assert int(port) != default
        eventually(lambda: answers(f"http://127.0.0.1:{port}/"), "the web answers")


def has_dispatched(home: Path) -> bool:
    store = open_store(f"sqlite:///{home / 'paperpost.db'}")
    try:
        with store.reading() as connection:
            return bool(connection.scalar(text("SELECT count(*) FROM heartbeats WHERE process = 'worker'")))
    finally:
        store.close()


def test_a_child_that_is_killed_is_told_and_comes_back(up):
    service = up("--port", str(find_free_port()))
    service.wait_until_ready()
    killed = service.children()["beat"]
    killed.kill()
    eventually(lambda: service.says("beat ended (Killed); starts again in 0.5 s"), "its death is told")
    eventually(lambda: service.says("beat runs again"), "its return is told")
    assert service.children()["beat"].pid != killed.pid


def test_a_terminal_that_is_closed_ends_it_like_ctrl_c(up, tmp_path):
    service = up("--port", str(find_free_port()))
    service.wait_until_ready()
    assert service.end(signal.SIGHUP) == 0
    assert find_left_running(tmp_path) == []


def test_ctrl_c_while_it_starts_leaves_nothing(up, tmp_path):
    service = up("--port", str(find_free_port()))
    eventually(lambda: service.says("broker"), "the table")
    assert service.end() == 0
    assert find_left_running(tmp_path) == []


def test_a_second_ctrl_c_kills_at_once(up, tmp_path):
    service = up("--port", str(find_free_port()))
    service.wait_until_ready()
    worker = service.children()["worker"]
    # It will not hear that it shall end.
    worker.suspend()
    service.process.send_signal(signal.SIGINT)
    eventually(lambda: "web" not in service.children(), "the others are asked to end")
    assert service.end() == 130
    eventually(lambda: find_left_running(tmp_path) == [], "nothing is left")


def test_a_kill_of_the_whole_leaves_nothing(up, tmp_path):
    service = up("--port", str(find_free_port()))
    service.wait_until_ready()
    service.kill()
    eventually(lambda: find_left_running(tmp_path) == [], "nothing is left")


def test_a_second_start_is_refused_and_the_first_goes_on(up, environment, tmp_path):
    service = up("--port", str(find_free_port()))
    service.wait_until_ready()
    second = subprocess.run(
        [PAPERPOST, "up"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 2
    assert f"runs here already (process {service.process.pid}," in second.stderr
    assert service.process.poll() is None
    assert set(service.children()) == NAMES


def test_with_a_channel_it_is_real(up, tmp_path):
    with start_stand_ins(chats=[42]) as stand_ins:
        service = up(
            home=tmp_path / "home",
            PAPERPOST_TELEGRAM_TOKEN=stand_ins.overrides["telegram_token"],
            PAPERPOST_TELEGRAM_BASE_URL=stand_ins.overrides["telegram_base_url"],
            PAPERPOST_ARXIV_LIST_URL=stand_ins.overrides["arxiv_list_url"],
            PAPERPOST_ARXIV_RSS_URL=stand_ins.overrides["arxiv_rss_url"],
        )
        service.wait_until_ready()
        assert service.says("Real mode: readers are written to.")
        kinds = {
            name: next(line for line in service.lines if line.startswith(name)).split() for name in ("Telegram", "mail")
        }
        assert (kinds["Telegram"][1], kinds["mail"][1:3]) == ("real", ["not", "set"])
        stand_ins.telegram.say(42, "/list")
        eventually(lambda: stand_ins.telegram.messages(42), "the bot answers")
        assert service.end(signal.SIGTERM) == 0
    assert find_left_running(tmp_path) == []


def test_a_token_that_is_refused_keeps_dying_slower_and_is_not_shown(up):
    with start_stand_ins() as stand_ins:
        service = up(
            PAPERPOST_TELEGRAM_TOKEN="7:wrong-and-secret",
            PAPERPOST_TELEGRAM_BASE_URL=stand_ins.overrides["telegram_base_url"],
        )
        service.wait_until_ready()
        eventually(lambda: service.says("starts again in 1 s"), "the second death of the bot")
        assert service.says("bot ended (exit status 1: PAPERPOST_TELEGRAM_TOKEN: Telegram does not know this token)")
        assert not service.says("wrong-and-secret")
