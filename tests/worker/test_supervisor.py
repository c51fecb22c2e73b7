"""Our own processes: started, healed, gone."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
import redis

from digests.broker import redis_py_url, socket_path
from digests.errors import ConfigError
from tests.waiting import eventually
from worker.child import Process, next_wait_seconds
from worker.logfile import LogFile
from worker.processes import broker_process
from worker.supervisor import Supervisor

ENVIRONMENT = {"PATH": os.defpath}
SLEEP = [sys.executable, "-c", "import signal; signal.pause()"]
SAYS_GOODBYE = """
import pathlib, signal, sys
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
def end(*_):
    with (folder / "goodbyes").open("a") as file:
        print(name, file=file)
    sys.exit()
signal.signal(signal.SIGTERM, end)
(folder / name).touch()
signal.pause()
"""
ENDS_WITH_THE_OTHER = """
import pathlib, signal, sys, threading
mine, others = (pathlib.Path(path) for path in sys.argv[1:])
def end(*_):
    mine.with_suffix(".asked").touch()
    while not others.with_suffix(".asked").exists():
        threading.Event().wait(0.01)
    mine.with_suffix(".ended").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
mine.touch()
signal.pause()
"""
HAS_A_CHILD = """
import signal, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
signal.pause()
"""
IGNORES_SIGTERM = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1], "ready").touch()
while True:
    signal.pause()
"""


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


def test_stopping_lets_those_whom_nobody_waits_for_end_together(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"

    def child(mine: Path, others: Path) -> Process:
        return Process(mine.name, [sys.executable, "-c", ENDS_WITH_THE_OTHER, str(mine), str(others)])

    with Supervisor([child(one, two), child(two, one)], tmp_path, ENVIRONMENT):
        eventually(lambda: one.exists() and two.exists(), "both can be asked to end")
    assert {path.name for path in tmp_path.glob("*.ended")} == {"one.ended", "two.ended"}


def test_stopping_ends_what_was_waited_for_after_all_that_was_started_later(tmp_path):
    def child(name: str) -> Process:
        return Process(name, [sys.executable, "-c", SAYS_GOODBYE, name, str(tmp_path)], (tmp_path / name).exists)

    with Supervisor([child("first"), child("second"), child("third")], tmp_path, ENVIRONMENT):
        pass
    assert (tmp_path / "goodbyes").read_text().split() == ["third", "second", "first"]


def test_what_a_dead_child_has_started_dies_with_it(tmp_path):
    with Supervisor([Process("parent", [sys.executable, "-c", HAS_A_CHILD])], tmp_path, ENVIRONMENT) as supervisor:
        parent = psutil.Process(supervisor.pid("parent"))
        eventually(lambda: len(parent.children()) == 1, "its child")
        (grandchild,) = parent.children()
        parent.kill()
        eventually(lambda: is_gone(grandchild), "the grandchild is gone")


def test_all_can_be_killed_in_the_middle_of_a_stop(tmp_path):
    deaf = Process("deaf", [sys.executable, "-c", IGNORES_SIGTERM, str(tmp_path)], (tmp_path / "ready").exists)
    with Supervisor([deaf], tmp_path, ENVIRONMENT) as supervisor:
        child = psutil.Process(supervisor.pid("deaf"))
        stopping = threading.Thread(target=supervisor.stop)
        stopping.start()
        supervisor.kill()
        stopping.join()
    assert is_gone(child)


@pytest.mark.parametrize(
    ("lives", "waits"),
    [
        ([1, 1, 1, 1, 1, 1, 1, 1], [0.5, 1, 2, 4, 8, 16, 30, 30]),
        ([3600, 3600], [0, 0]),
        ([1, 1, 1, 3600, 1], [0.5, 1, 2, 0, 0.5]),
        ([1, 1, 20, 1], [0.5, 1, 0.5, 1]),
    ],
)
def test_who_dies_young_again_and_again_waits_longer_and_longer(lives, waits):
    found, wait = [], 0.0
    for lived in lives:
        wait = next_wait_seconds(wait, lived)
        found.append(wait)
    assert found == waits


def test_a_child_that_keeps_dying_is_told_with_its_reason_and_without_secrets(tmp_path):
    said: list[str] = []
    refused = Process("bot", [sys.executable, "-c", "raise SystemExit('no such token: 1:hidden')"])
    children = [refused, Process("sleeper", SLEEP)]
    with Supervisor(children, tmp_path, ENVIRONMENT, secrets=["1:hidden"], report=said.append) as supervisor:
        eventually(lambda: len([line for line in said if line.startswith("bot ended")]) >= 3, "three deaths")
        states = supervisor.states()
    reason = "exit status 1: no such token: …"
    assert [line for line in said if line.startswith("bot ended")][:3] == [
        f"bot ended ({reason}); starts again in {wait} s; see {tmp_path / 'bot.log'}" for wait in ("0.5", "1", "2")
    ]
    assert reason in states["bot"]
    assert states["sleeper"] == "runs"


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="this system has no real-time signals")
def test_a_child_killed_by_a_signal_without_a_name_is_told_and_started_again(tmp_path):
    said: list[str] = []
    with Supervisor([Process("sleeper", SLEEP)], tmp_path, ENVIRONMENT, report=said.append) as supervisor:
        first = supervisor.pid("sleeper")
        os.kill(first, signal.SIGRTMIN + 6)
        eventually(lambda: supervisor.pid("sleeper") != first, "a new sleeper")
    assert len(said) == 1
    assert said[0].startswith(f"sleeper ended ({signal.strsignal(signal.SIGRTMIN + 6)});")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_healing_that_ends_by_a_bug_is_told_and_no_child_is_said_to_run(tmp_path):
    said: list[str] = []
    answers = iter([True])
    # Ready once; asked again it is a bug.
    children = [Process("odd", SLEEP, lambda: next(answers)), Process("sleeper", SLEEP)]
    with Supervisor(children, tmp_path, ENVIRONMENT, report=said.append) as supervisor:
        first = supervisor.pid("odd")
        os.kill(first, signal.SIGKILL)
        eventually(lambda: any("supervisor has failed (StopIteration" in line for line in said), "the failure is told")
        assert set(supervisor.states().values()) == {"not looked after any more"}
        assert supervisor.pid("odd") != first
        # Started by the thread that failed.
        assert all(not is_gone(psutil.Process(supervisor.pid(name))) for name in ("odd", "sleeper"))


def test_the_reason_is_what_this_life_wrote_and_our_log_lines_are_read(tmp_path):
    log = LogFile(tmp_path / "bot.log")
    for text, reason in [
        ('{"event": "poll_failed", "level": "error", "error": "timed out"}\n\n', "poll_failed: timed out"),
        ("", ""),
        ("Traceback:\n  something\nValueError: 7\n", "ValueError: 7"),
        ("[1, 2]\n", "[1, 2]"),
    ]:
        with log.open() as stream:
            stream.write(text.encode())
        assert log.find_last_line() == reason


def test_a_large_log_is_put_aside_at_the_next_start(tmp_path):
    path = tmp_path / "worker.log"
    path.write_bytes(b"x" * 10_000_001)
    with LogFile(path).open() as stream:
        stream.write(b"new\n")
    assert (path.stat().st_size, (tmp_path / "worker.log.1").stat().st_size) == (4, 10_000_001)


def test_a_child_that_is_not_ready_keeps_nobody_waiting(tmp_path):
    ready = tmp_path / "ready"
    ready.touch()
    children = [Process("slow", SLEEP, ready.exists), Process("sleeper", SLEEP)]
    with Supervisor(children, tmp_path, ENVIRONMENT) as supervisor:
        ready.unlink()
        first = {name: supervisor.pid(name) for name in ("slow", "sleeper")}
        os.kill(first["slow"], signal.SIGKILL)
        eventually(lambda: supervisor.states()["slow"] == "starts", "a new one that is not ready")
        os.kill(first["sleeper"], signal.SIGKILL)
        eventually(lambda: supervisor.pid("sleeper") != first["sleeper"], "a new sleeper")
        assert supervisor.states()["slow"] == "starts"
        ready.touch()
        eventually(lambda: supervisor.states() == {"slow": "runs", "sleeper": "runs"}, "all run")


def test_a_command_that_is_not_there_is_one_clear_sentence(tmp_path):
    with pytest.raises(ConfigError, match="ghost cannot be started: No such file or directory"):
        Supervisor([Process("ghost", ["./no-such-program"])], tmp_path, ENVIRONMENT).__enter__()


def test_a_child_that_cannot_start_is_one_clear_sentence(tmp_path):
    command = [sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"]
    with pytest.raises(ConfigError, match=r"broken did not start \(exit status 3: no such thing\); see .*broken\.log"):
        Supervisor([Process("broken", command, lambda: False)], tmp_path, ENVIRONMENT).__enter__()
    assert (tmp_path / "broken.log").read_text() == "no such thing\n"


def test_nothing_is_left_after_a_kill_of_the_supervisor(tmp_path):
    """Not even of a child that was healed: the death signal means the thread that started it."""
    program = (
        "import os, pathlib, signal, sys, threading\n"
        "from worker.child import Process\n"
        "from worker.supervisor import Supervisor\n"
        "children = [Process(name, sys.argv[2:]) for name in ('first', 'healed')]\n"
        "with Supervisor(children, pathlib.Path(sys.argv[1]), {}) as supervisor:\n"
        "    killed = supervisor.pid('healed')\n"
        "    os.kill(killed, signal.SIGKILL)\n"
        "    while supervisor.pid('healed') == killed:\n"
        "        threading.Event().wait(0.05)\n"
        "    print(supervisor.pid('first'), supervisor.pid('healed'), flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), *SLEEP],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.communicate()
    eventually(lambda: all(is_gone(child) for child in children), "the children are gone")
    assert len(children) == 2


def test_a_long_home_gets_a_socket_that_the_system_takes(tmp_path):
    deep = tmp_path / ("x" * 120)
    assert len(str(socket_path(deep))) < 108
    assert socket_path(deep) != socket_path(tmp_path / ("y" * 120))


def is_gone(process: psutil.Process) -> bool:
    """A zombie is gone: its parent has not looked yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
