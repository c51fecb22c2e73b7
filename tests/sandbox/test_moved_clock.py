"""The sandbox's clock, which several processes read and one page moves."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digests.clock import BEIJING, MovedClock, utc_now

ROOT = Path(__file__).parents[2]
# Answers every line with the year that its clock shows.
_READER = """
import sys
from pathlib import Path
from digests.clock import MovedClock

now = MovedClock(Path(sys.argv[1]))
for _ in sys.stdin:
    print(now().year, flush=True)
"""
# Moves the clock between two years as fast as it can.
_MOVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from digests.clock import MovedClock

now = MovedClock(Path(sys.argv[1]))
print("ready", flush=True)
for at in range(2000):
    now.move_to(datetime(2030 + 10 * (at % 2), 6, 1, tzinfo=UTC))
"""


def run(script: str, path: Path) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", script, path], cwd=ROOT, text=True, **pipes)


def test_without_a_file_it_is_the_real_time(tmp_path: Path):
    before = utc_now()
    shown = MovedClock(tmp_path / "clock")()
    assert before <= shown <= utc_now()
    assert shown.tzinfo is UTC


def test_it_goes_on_from_the_moment_that_it_was_moved_to(tmp_path: Path):
    clock = MovedClock(tmp_path / "state" / "clock")
    moment = datetime(2031, 5, 4, 9, 30, tzinfo=BEIJING)
    clock.move_to(moment)
    assert timedelta() <= clock() - moment < timedelta(minutes=1)
    clock.move_to(clock() + timedelta(hours=1))
    assert timedelta(hours=1) <= clock() - moment < timedelta(hours=1, minutes=1)


def test_a_clock_that_is_moved_leaves_one_file(tmp_path: Path):
    clock = MovedClock(tmp_path / "clock")
    for _ in range(3):
        clock.move_to(clock() + timedelta(minutes=1))
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "-1e300", "1e11", "\udcff"])
def test_a_file_that_says_nothing_sensible_leaves_the_real_time(tmp_path: Path, text: str):
    path = tmp_path / "clock"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert MovedClock(path).offset == timedelta()


def test_a_file_that_becomes_unreadable_takes_the_offset_with_it(tmp_path: Path):
    path = tmp_path / "clock"
    clock = MovedClock(path)
    clock.move_to(clock() + timedelta(days=1))
    path.write_text("garbage")
    assert clock.offset == timedelta()
    path.unlink()
    assert clock.offset == timedelta()


def test_another_process_sees_every_move(tmp_path: Path):
    path = tmp_path / "clock"
    clock = MovedClock(path)
    with run(_READER, path) as reader:
        for year in (2035, 2040, 2030):
            clock.move_to(datetime(year, 6, 1, tzinfo=UTC))
            reader.stdin.write("?\n")
            reader.stdin.flush()
            assert reader.stdout.readline().strip() == str(year)
        reader.stdin.close()


def test_a_reader_never_sees_half_a_move(tmp_path: Path):
    path = tmp_path / "clock"
    clock = MovedClock(path)
    clock.move_to(datetime(2030, 6, 1, tzinfo=UTC))
    seen = set()
    with run(_MOVER, path) as mover:
        assert mover.stdout.readline().strip() == "ready"
        while mover.poll() is None:
            seen.add(clock().year)
    assert mover.returncode == 0
    assert seen | {clock().year} == {2030, 2040}
