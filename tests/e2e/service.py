"""The service as a process of its own."""

import sys
from pathlib import Path
from typing import Final

import psutil

ROOT: Final = Path(__file__).parents[2]
PAPERPOST: Final = Path(sys.executable).with_name("paperpost")


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
