"""What runs on this machine, or is ours elsewhere: folder, disk, database, broker, processes."""

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from digests import broker
from digests.alerts import Alert, find_open
from digests.errors import PaperPostError
from digests.health.check import Check
from digests.heartbeat import MAX_SILENCE, find_heartbeats
from digests.secret_key import derive_installation_id, find_secret_key
from digests.settings import Settings, find_missing
from digests.store.engine import open_store
from digests.store.migrate import migrate

_SECONDS: Final = 10.0
_GIB: Final = 1024**3
#: A month of papers, their summaries and what was sent is far below; logs and a database's journal are not.
_MIN_FREE_BYTES: Final = _GIB // 2
_START: Final = "Start the service: make run."


def check_home(settings: Settings) -> Check:
    home = _find_existing(settings.home)
    if not home.is_dir():
        return Check("home", False, f"{home} is no folder", "Set PAPERPOST_HOME to one.")
    if os.access(home, os.W_OK | os.X_OK):
        return Check("home", True, str(settings.home.resolve()))
    return Check("home", False, f"{home} cannot be written", "Set PAPERPOST_HOME to a folder that can.")


def check_disk(settings: Settings, *, min_free_bytes: int = _MIN_FREE_BYTES) -> Check:
    try:
        free = shutil.disk_usage(_find_existing(settings.home)).free
    except OSError as error:
        return Check("disk", False, f"cannot be measured: {error.strerror}", "Check PAPERPOST_HOME.")
    detail = f"{free / _GIB:.1f} GiB free"
    if free < min_free_bytes:
        return Check("disk", False, detail, "Free some, or set PAPERPOST_HOME to another disk.")
    return Check("disk", True, detail)


def check_database(settings: Settings, now: datetime) -> list[Check]:
    """The database, and what the processes wrote into it."""
    try:
        store = open_store(settings.store_url)
        try:
            migrate(store)
            with store.reading() as connection:
                revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
            beats, alerts = find_heartbeats(store), find_open(store)
        finally:
            store.close()
    except (PaperPostError, SQLAlchemyError) as error:
        return [Check("database", False, str(error), "Check DATABASE_URL." if settings.database_url else "")]
    stands = Check("database", True, f"{store.engine.dialect.name}, schema {revision}")
    return [stands, *_check_beats(beats, now), check_alerts(alerts, has_admins=bool(settings.admins), now=now)]


def check_alerts(alerts: Sequence[Alert], *, has_admins: bool, now: datetime) -> Check:
    """What waits for a person; the oldest comes first."""
    if not alerts:
        return Check("alerts", True, "none is open")
    days = max((now - alerts[0].raised_at).days, 0)
    detail = f"{len(alerts)} open, the oldest for {days} days: {alerts[0].text}"
    later = "" if has_admins else " PAPERPOST_ADMIN_IDS would be told of the next one."
    return Check("alerts", None, detail, f"All of them: paperpost status.{later}")


def _check_beats(beats: Mapping[str, datetime], now: datetime) -> list[Check]:
    """The worker, which beat wakes once a minute, and whoever else leaves a sign of life."""
    if "worker" not in beats:
        return [Check("worker", None, "has not run here yet", _START)]
    return [_check_beat(name, now - beat_at) for name, beat_at in sorted(beats.items())]


def _check_beat(process: str, silence: timedelta) -> Check:
    # A clock that jumped back would make it negative.
    seconds = max(int(silence.total_seconds()), 0)
    if silence <= MAX_SILENCE:
        return Check(process, True, f"alive {seconds} s ago")
    # Nobody here knows whether it was stopped on purpose.
    return Check(process, None, f"silent for {timedelta(seconds=seconds)}", f"If it should run: {_START}")


def check_broker(settings: Settings) -> Check:
    if broker.answers(settings.redis_url, settings.home):
        return Check("broker", True, "answers")
    if settings.redis_url:
        return Check("broker", False, "does not answer", "Check REDIS_URL.")
    return Check("broker", None, "not running", f"{_START} `paperpost run` needs none.")


async def check_web(settings: Settings) -> list[Check]:
    """Its own opinion, where it runs."""
    host = "127.0.0.1" if settings.web_host in {"0.0.0.0", "::"} else settings.web_host
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}/healthz"
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
            response = await client.get(url)
        health = response.json()
        if not _is_ours(health["installation"], settings):
            advice = "Set PAPERPOST_WEB_PORT to another before you start this one."
            return [Check("web", None, f"not running; another installation answers at {url}", advice)]
        if health["ok"]:
            return [Check("web", True, f"{url} is well")]
        return [Check("web", False, f"{url}: {'; '.join(health['faults'])}", _START)]
    except httpx.ConnectError:
        return [Check("web", None, "not running", _START)]
    except httpx.HTTPError as error:
        return [Check("web", False, f"{url}: {_name(error)}", "Look at its log.")]
    except (ValueError, KeyError, TypeError):
        return [Check("web", False, f"{url}: another program answers there", "Set PAPERPOST_WEB_PORT.")]


def _is_ours(installation_id: str, settings: Settings) -> bool:
    key = find_secret_key(settings)
    return key is not None and derive_installation_id(key) == installation_id


def check_production(settings: Settings) -> Check:
    """What readers besides the operator would need."""
    missing = [sentence.split(":")[0] for sentence in find_missing(settings.model_copy(update={"env": "production"}))]
    if settings.has_mail and not settings.public_url.startswith("https:"):
        # Mails then offer leaving by an answer only.
        missing.append("PAPERPOST_PUBLIC_URL with https")
    wanted = f"Set {', '.join(missing)}" if missing else ""
    if settings.env == "production":
        return Check("production", not missing, "PAPERPOST_ENV=production", f"{wanted}." if missing else "")
    advice = f"{wanted}; then PAPERPOST_ENV=production." if missing else "Set PAPERPOST_ENV=production."
    return Check("production", None, "PAPERPOST_ENV=development: fit for yourself", advice)


def _find_existing(folder: Path) -> Path:
    """It, or the nearest folder above it that is there."""
    return next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())


def _name(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
