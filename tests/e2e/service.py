"""The service as a process of its own."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

ROOT: Final = Path(__file__).parents[2]
PAPERPOST: Final = Path(sys.executable).with_name("paperpost")


@contextmanager
def as_in_a_terminal() -> Iterator[None]:
    """What is started meanwhile hears SIGHUP, even when these tests run under nohup, which children inherit."""
    # Only SIG_IGN goes through an exec: a handler becomes the default again.
    before = signal.signal(signal.SIGHUP, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


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
