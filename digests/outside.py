"""Which outside parts are real and which are stand-ins, and the variable that would change it (invariant 8)."""

from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from rich.console import Console
from sqlalchemy import make_url

from digests.broker import socket_path
from digests.settings import Settings

_CHANNEL: Final = "PAPERPOST_TELEGRAM_TOKEN or PAPERPOST_SMTP_URL"
_MODEL: Final = "OPENAI_BASE_URL or OPENAI_API_KEY, PAPERPOST_LLM_MODEL"
_FIRST: Final = "a channel, then "
_MAIL: Final = "PAPERPOST_SMTP_URL, PAPERPOST_MAIL_FROM"


class Kind(StrEnum):
    REAL = "real"
    STAND_IN = "stand-in"
    BUILT_IN = "built in"
    NOT_SET = "not set"


@dataclass(frozen=True, slots=True)
class OutsidePart:
    """A row of the table at start. `place` holds no credentials; of what is not set it says what that means."""

    name: str
    kind: Kind
    place: str
    variable: str


def list_outside_parts(settings: Settings, *, is_own_house: bool = False) -> list[OutsidePart]:
    """`is_own_house`: `up` runs a sandbox apart, on a database and a broker of its own whatever is set."""
    first = _FIRST * is_own_house
    return [
        _build_arxiv(settings),
        _build_model(settings),
        _build_channel(settings, "Telegram", settings.telegram_base_url * settings.has_telegram),
        _build_channel(settings, "mail", settings.smtp_url.get_secret_value()),
        _build_database(settings, first + "DATABASE_URL"),
        _build_broker(settings, first + "REDIS_URL"),
    ]


def print_outside_parts(console: Console, settings: Settings, *, is_own_house: bool = False) -> None:
    """The table, one part a line whatever the terminal's width: it is also read from logs."""
    if settings.is_sandbox:
        console.print("Sandbox mode: every outside part is a stand-in on this machine; nobody is written to.")
    else:
        console.print("Real mode: readers are written to.")
    parts = list_outside_parts(settings, is_own_house=is_own_house)
    rows = [("part", "is", "where", "set with"), *(astuple(part) for part in parts)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        console.print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _build_arxiv(settings: Settings) -> OutsidePart:
    if settings.is_sandbox:
        return OutsidePart("arXiv", Kind.STAND_IN, _place_of_stand_in(settings, settings.arxiv_list_url), _CHANNEL)
    return OutsidePart("arXiv", Kind.REAL, _find_host(settings.arxiv_list_url), "PAPERPOST_ARXIV_LIST_URL")


def _build_model(settings: Settings) -> OutsidePart:
    if settings.is_sandbox:
        return OutsidePart("LLM", Kind.STAND_IN, _place_of_stand_in(settings, settings.llm_base_url), _FIRST + _MODEL)
    if not settings.has_llm:
        return OutsidePart("LLM", Kind.NOT_SET, "English, labelled", _MODEL)
    place = _find_host(settings.llm_base_url) or "OpenAI"
    return OutsidePart("LLM", Kind.REAL, f"{settings.llm_model} at {place}", _MODEL)


def _build_channel(settings: Settings, name: str, place: str) -> OutsidePart:
    variable = "PAPERPOST_TELEGRAM_TOKEN" if name == "Telegram" else _MAIL
    if settings.is_sandbox:
        return OutsidePart(name, Kind.STAND_IN, _place_of_stand_in(settings, place), variable)
    return OutsidePart(name, Kind.REAL if place else Kind.NOT_SET, _find_host(place) or "not offered", variable)


def _build_database(settings: Settings, variable: str) -> OutsidePart:
    url = make_url(settings.store_url)
    if url.get_backend_name() == "sqlite":
        return OutsidePart("database", Kind.BUILT_IN, f"SQLite, {url.database}", variable)
    return OutsidePart("database", Kind.REAL, f"PostgreSQL, {url.database} on {url.host}", variable)


def _build_broker(settings: Settings, variable: str) -> OutsidePart:
    if settings.redis_url:
        return OutsidePart("broker", Kind.REAL, _find_host(settings.redis_url), variable)
    return OutsidePart("broker", Kind.BUILT_IN, f"Valkey, {socket_path(settings.home)}", variable)


def _place_of_stand_in(settings: Settings, place: str) -> str:
    return _find_host(place) if settings.stand_ins else "started when it is needed"


def _find_host(url: str) -> str:
    """Scheme, host and port of an address, without what opens it."""
    if not url:
        return ""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
