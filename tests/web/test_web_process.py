"""`python -m web` as an operator starts it, with the real wiring."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.servers import find_free_port
from tests.waiting import eventually

_PATIENCE_SECONDS = 60


def start(home: Path, port: int) -> subprocess.Popen:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PAPERPOST_HOME": str(home / "state")}
    environment["PAPERPOST_WEB_PORT"] = str(port)
    return subprocess.Popen(
        [sys.executable, "-m", "web"], cwd=home, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 503
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_stops_when_it_is_told_to(tmp_path, number):
    port = find_free_port()
    with start(tmp_path, port) as process:
        eventually(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "the web process answers")
        httpx.get(f"http://127.0.0.1:{port}/leave/a-readers-token")
        process.send_signal(number)
        out, err = process.communicate(timeout=_PATIENCE_SECONDS)
    assert (process.returncode, out) == (0, b""), err
    assert b"a-readers-token" not in err
    assert b"Traceback" not in err


def test_a_port_in_use_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start(tmp_path, port) as process:
            _, err = process.communicate(timeout=_PATIENCE_SECONDS)
    assert process.returncode == 1
    (sentence,) = err.decode().splitlines()
    assert sentence.startswith(f"Port {port} on 127.0.0.1 cannot be used: Address already in use. ")
    assert "PAPERPOST_WEB_PORT" in sentence
