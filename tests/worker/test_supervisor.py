"""Our own processes: started, healed, gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import redis

from digests.broker import redis_py_url, socket_path
from digests.errors import ConfigError
from tests.waiting import eventually
from worker.supervisor import Process, Supervisor, broker_process

ENVIRONMENT = {"PATH": os.defpath}
SLEEP = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def test_the_broker_keeps_its_queue_through_a_kill(home):
    with Supervisor([broker_process(home)], home / "logs", ENVIRONMENT) as supervisor:
        client = redis.Redis.from_url(redis_py_url("", home))
        client.rpush("queue", "wake up")
        client.execute_command("WAITAOF", 1, 0, 5000)
        os.kill(supervisor.pid("broker"), signal.SIGKILL)
        client.close()

        def answers() -> bool:
            client = redis.Redis.from_url(redis_py_url("", home))
            try:
                return client.lrange("queue", 0, -1) == [b"wake up"]
            except redis.RedisError:
                return False
            finally:
                client.close()

        eventually(answers, "the broker answers again with what it held")


def test_a_child_that_dies_is_started_again(tmp_path):
    with Supervisor([Process("sleeper", SLEEP)], tmp_path, ENVIRONMENT) as supervisor:
        first = supervisor.pid("sleeper")
        os.kill(first, signal.SIGKILL)
        eventually(lambda: supervisor.pid("sleeper") != first, "a new sleeper")


def test_stopping_ends_every_child(tmp_path):
    with Supervisor([Process("one", SLEEP), Process("two", SLEEP)], tmp_path, ENVIRONMENT) as supervisor:
        pids = [supervisor.pid("one"), supervisor.pid("two")]
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_child_that_cannot_start_is_one_clear_sentence(tmp_path):
    command = [sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"]
    with pytest.raises(ConfigError, match=r"broken did not start; see .*broken\.log"):
        Supervisor([Process("broken", command, lambda: False)], tmp_path, ENVIRONMENT).__enter__()
    assert (tmp_path / "broken.log").read_text() == "no such thing\n"


def test_nothing_is_left_after_a_kill_of_the_supervisor(tmp_path):
    program = (
        "import pathlib, sys\n"
        "from worker.supervisor import Process, Supervisor\n"
        "with Supervisor([Process('sleeper', sys.argv[2:])], pathlib.Path(sys.argv[1]), {}) as supervisor:\n"
        "    print(supervisor.pid('sleeper'), flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), *SLEEP],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the child is gone")


def test_a_long_home_gets_a_socket_that_the_system_takes(tmp_path):
    deep = tmp_path / ("x" * 120)
    assert len(str(socket_path(deep))) < 108
    assert socket_path(deep) != socket_path(tmp_path / ("y" * 120))
