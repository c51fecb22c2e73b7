"""Documents that could not be read, kept for whoever wants to know why: a bounded folder, the oldest go first.

Each is a file with its bytes and, beside it, a note in JSON: where they came from, when, and what was wrong.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from digests.clock import Now
from digests.errors import SourceMalformed
from digests.papers.whole_text import clean_line

T = TypeVar("T")

log = structlog.get_logger(__name__)

MAX_FILES: Final = 100
MAX_BYTES: Final = 100 * 1024 * 1024

#: A page of 2,000 entries has 6 MB; one endless document must not push all the others out.
_MAX_SHARE: Final = 10
_MAX_ADDRESS_CHARS: Final = 2_000
_MAX_REASON_CHARS: Final = 1_000
# No browser opens it as a page.
_SUFFIX: Final = ".bin"
_DRAFT: Final = ".draft"


class Note(BaseModel):
    """What is known of a kept document.

    length  of the document as it came; a file that `is_cut` has only its beginning
    sha256  of the document as it came
    count   how often it came, first and last at these moments (UTC)
    """

    model_config = ConfigDict(frozen=True)

    address: str
    reason: str
    sha256: str
    length: int
    is_cut: bool = False
    first_at: datetime
    last_at: datetime
    count: int = 1


class Quarantine:
    """`folder` is made when something is kept. Any number of processes may share it."""

    def __init__(self, folder: Path, now: Now, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._now = now
        self._max_files = max_files
        self._max_bytes = max_bytes

    def read(self, payload: bytes, address: str, read: Callable[[bytes], T]) -> T:
        """What `read` makes of `payload`, which is kept where that fails, or where an entry of it is broken.

        address  where it came from, for the note beside it
        Raises   what `read` raises.
        """
        try:
            document = read(payload)
        except SourceMalformed as error:
            self.keep(payload, address, str(error))
            raise
        broken: Any = getattr(document, "broken", ())
        if broken:
            self.keep(payload, address, f"{len(broken)} entries, first {broken[0].where}: {broken[0].reason}")
        return document

    def keep(self, payload: bytes, address: str, reason: str) -> Path | None:
        """Where it is kept now; None where the folder cannot be written, which must not stop the day."""
        note = self._write_note(payload, address, reason)
        log.warning(
            "document_quarantined", address=note.address, reason=note.reason, sha256=note.sha256, length=note.length
        )
        try:
            with self._locked():
                path = self._store(payload, note)
                self._trim()
        except OSError as error:
            log.error("quarantine_unwritable", folder=str(self._folder), reason=str(error))  # noqa: TRY400 no traceback helps
            return None
        return path

    def _write_note(self, payload: bytes, address: str, reason: str) -> Note:
        now = self._now()
        return Note(
            address=clean_line(address, max_chars=_MAX_ADDRESS_CHARS),
            reason=clean_line(reason, max_chars=_MAX_REASON_CHARS),
            sha256=sha256(payload).hexdigest(),
            length=len(payload),
            is_cut=len(payload) > self._max_bytes // _MAX_SHARE,
            first_at=now,
            last_at=now,
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _store(self, payload: bytes, note: Note) -> Path:
        path = self._folder / f"{note.sha256[:32]}{_SUFFIX}"
        known = find_note(path) if path.exists() else None
        if known:
            note = note.model_copy(update={"first_at": known.first_at, "count": known.count + 1})
        else:
            _write(path, payload[: self._max_bytes // _MAX_SHARE])
        _write(_note_path(path), note.model_dump_json(indent=2).encode())
        # By these moments the oldest are found, without opening their notes; the clock may be a test's.
        os.utime(path, (note.last_at.timestamp(), note.last_at.timestamp()))
        return path

    def _trim(self) -> None:
        for draft in self._folder.glob(f"*{_DRAFT}"):
            # We have the lock: who began it was killed.
            draft.unlink()
        kept = find_kept(self._folder)
        sizes = {path: _count_bytes(path) for path in kept}
        total = sum(sizes.values())
        for number, path in enumerate(reversed(kept)):
            if len(kept) - number <= self._max_files and total <= self._max_bytes:
                return
            _note_path(path).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            total -= sizes[path]


def find_kept(folder: Path) -> list[Path]:
    """The documents there, the last seen first; none where the folder is missing or closed to us."""
    found = {}
    for path in folder.glob(f"*{_SUFFIX}"):
        try:
            found[path] = path.stat().st_mtime
        except OSError:
            # Another process has made room.
            continue
    return sorted(found, key=lambda path: (-found[path], path.name))


def find_note(document: Path) -> Note | None:
    """What is known of it; None where its note is missing or was written by somebody else."""
    try:
        return Note.model_validate_json(_note_path(document).read_bytes())
    except (OSError, ValidationError):
        return None


def _note_path(document: Path) -> Path:
    return document.with_suffix(".json")


def _write(path: Path, content: bytes) -> None:
    """Replaced as a whole, or not at all: a full disk gets back what was taken of it."""
    draft = path.with_suffix(_DRAFT)
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _count_bytes(document: Path) -> int:
    return sum(path.stat().st_size for path in (document, _note_path(document)) if path.exists())
