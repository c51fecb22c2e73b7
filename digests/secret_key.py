"""The key of this installation: given, or made at the first start and kept in its home."""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final

from digests.errors import StoreError
from digests.settings import Settings

_PURPOSE: Final = b"installation"
_ID_CHARS: Final = 16


def load_secret_key(settings: Settings) -> bytes:
    """Raises  StoreError where it cannot be kept."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given.encode()
    path = _path(settings)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_new(path, secrets.token_urlsafe(32))
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"The secret key {path} cannot be kept: {error.strerror}. Set PAPERPOST_HOME.") from error


def find_secret_key(settings: Settings) -> bytes | None:
    """None where nothing has been started yet, or the key is not ours to read."""
    given = settings.secret_key.get_secret_value()
    try:
        return given.encode() or _path(settings).read_bytes()
    except OSError:
        return None


def derive_installation_id(secret_key: bytes) -> str:
    """What anybody may know: it tells one installation from another, and nothing of the key."""
    return hmac.digest(secret_key, _PURPOSE, sha256).hex()[:_ID_CHARS]


def _path(settings: Settings) -> Path:
    return settings.home / "secret.key"


def _write_new(path: Path, text: str) -> None:
    """Whole or not at all, and only for us: of two processes that start together the first one's key stands."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
