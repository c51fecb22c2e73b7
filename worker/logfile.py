"""A child's log: put aside when it is large and the child starts again, and read when the child has died."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_MAX_BYTES: Final = 10_000_000
_MAX_TAIL_BYTES: Final = 8_192
_MAX_LINE_CHARS: Final = 300


@dataclass
class LogFile:
    """`secrets` are struck out of what is read from it, not of the file: they should never have got there."""

    path: Path
    secrets: Collection[str] = ()
    _begins_at: int = 0

    def open(self) -> BinaryIO:
        """For appending. A large one is put aside before, in the place of the one put aside last. Raises OSError.

        While the child lives its log grows: it is kept small by how little is written (digests/logs.py).
        """
        if self.path.exists() and self.path.stat().st_size > _MAX_BYTES:
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        stream = self.path.open("ab")
        self._begins_at = stream.tell()
        return stream

    def find_last_line(self) -> str:
        """What was written last since it was opened; empty: nothing."""
        try:
            lines = self._read_tail().decode(errors="replace").split("\n")
        except OSError:
            return ""
        line = next((_plain(line) for line in reversed(lines) if line.strip()), "")
        for secret in self.secrets:
            line = line.replace(secret, "…")
        return line[:_MAX_LINE_CHARS]

    def _read_tail(self) -> bytes:
        with self.path.open("rb") as stream:
            stream.seek(max(self._begins_at, stream.seek(0, 2) - _MAX_TAIL_BYTES))
            return stream.read()


def _plain(line: str) -> str:
    """Our own log lines are JSON: what happened, and why."""
    try:
        fields = json.loads(line)
    except ValueError:
        return line.strip()
    if not isinstance(fields, dict):
        return line.strip()
    words = (fields.get(name) for name in ("event", "error", "reason"))
    return ": ".join(str(word) for word in words if word)
