"""Time zones as people write them: `asia/tokyo`, `东京`, `Pittsburgh`, `UTC+8`."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from digests.errors import InputError
from digests.phrases import load_phrases
from digests.subscribers.typed import fold_setting, refuse_setting, simplify

_LOCALES: Final = {"zh": "zh", "zh-Hant": "zh_Hant", "en": "en"}
#: Not a place: the first is a placeholder, the second whatever this machine is set to.
_NO_ZONES: Final = frozenset({"Factory", "localtime"})
_OFFSET: Final = re.compile(r"(?:utc|gmt)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?")
# Etc/GMT names count westward.
_FURTHEST_HOURS: Final = {"+": 14, "-": 12}
#: Longer than any name; difflib's work grows with the square.
_MAX_NAME_CHARS: Final = 40


def find_timezone(text: str, language: str) -> str:
    """The IANA name. `language` is the one in which proposals are named.

    Raises  InputError: `chat.no_timezone`, `chat.bad_timezone`, `chat.misspelt_timezone`, `chat.ambiguous_timezone`,
            `chat.bad_offset`.
    """
    folded = fold_setting(text)
    if offset := _OFFSET.fullmatch(folded.replace(" ", "").replace("−", "-")):
        return _find_by_offset(offset, text)
    key = _fold_name(folded)
    found = _places().get(key, ()) if key else ()
    if len(found) > 1:
        fields = refuse_setting("timezone", text).fields | {"choices": _name_all(found, language)}
        raise InputError("several such places", code="chat.ambiguous_timezone", fields=fields)
    name = found[0] if found else _iana_names().get(folded.replace(" ", "_"))
    if name is None:
        raise _refuse(text, _fold_name(folded.rpartition("/")[2]), language)
    return name


def name_timezone(timezone: str, language: str) -> str:
    """The place that the zone is named after, as the language calls it: 上海, Los Angeles."""
    place = _find_place(timezone, _LOCALES.get(language, "en"))
    return place or timezone.rpartition("/")[2].replace("_", " ")


def _find_by_offset(offset: re.Match[str], text: str) -> str:
    sign, hours, minutes = offset[1], int(offset[2]), int(offset[3] or 0)
    if minutes or hours > _FURTHEST_HOURS[sign]:
        raise refuse_setting("offset", text)
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"


def _refuse(text: str, key: str, language: str) -> InputError:
    near = get_close_matches(key, _places(), 3, cutoff=0.75) if 1 < len(key) <= _MAX_NAME_CHARS else []
    refusal = refuse_setting("timezone", text)
    if not near:
        return refusal
    zones = tuple(dict.fromkeys(zone for name in near for zone in _places()[name]))
    fields = refusal.fields | {"choices": _name_all(zones, language)}
    return InputError("no such place", code="chat.misspelt_timezone", fields=fields)


def _name_all(zones: tuple[str, ...], language: str) -> str:
    named = (f"{zone} ({name_timezone(zone, language)})" for zone in zones)
    return load_phrases(language)("digest.rest_join").join(named)


@cache
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() - _NO_ZONES}


@cache
def _places() -> dict[str, tuple[str, ...]]:
    """Zones by the folded name of a place; several where a name is that of several places."""
    zones: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name, zone in (*_own_places(), *_cldr_places(), *_countries()):
        if zone.casefold() in _iana_names():
            zones[_fold_name(name)].setdefault(zone)
    for zone in sorted(_iana_names().values()):
        # Canberra, Belfast: no zones of their own any more, but names that people type.
        if "/" in zone and not zone.startswith("Etc/"):
            zones.setdefault(_fold_name(zone.rpartition("/")[2]), {zone: None})
    return {name: tuple(found) for name, found in zones.items()}


def _own_places() -> Iterator[tuple[str, str]]:
    text = (resources.files("digests.subscribers") / "cities.toml").read_text("utf-8")
    for zone, names in tomllib.loads(text)["zones"].items():
        for name in names.split(","):
            yield name, zone


def _cldr_places() -> Iterator[tuple[str, str]]:
    for _country, zone in _zone_table():
        yield zone.rpartition("/")[2], zone
        for locale in _LOCALES.values():
            yield _find_place(zone, locale), zone


def _countries() -> Iterator[tuple[str, str]]:
    """Those with one zone only."""
    by_country: defaultdict[str, list[str]] = defaultdict(list)
    for country, zone in _zone_table():
        by_country[country].append(zone)
    for country, zones in by_country.items():
        for locale in _LOCALES.values():
            if len(zones) == 1 and (name := Locale.parse(locale).territories.get(country)):
                yield name, zones[0]


@cache
def _zone_table() -> tuple[tuple[str, str], ...]:
    """(country, zone) of IANA's own table, where each place stands once and by its newest name."""
    text = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple((row[0], row[2]) for row in rows)


def _find_place(zone: str, locale: str) -> str:
    """CLDR's name of the place; empty where it has none of its own."""
    names = Locale.parse(locale).time_zones
    known = names.get(zone) or names.get(_old_names().get(zone, zone)) or {}
    return str(known.get("city", ""))


@cache
def _old_names() -> dict[str, str]:
    """CLDR keeps the name by which it first knew a zone: Asia/Calcutta."""
    return {new: old for old, new in get_global("zone_aliases").items()}


def _fold_name(name: str) -> str:
    """Letters and digits: without accents, blanks and marks, traditional characters as simplified ones."""
    letters = unicodedata.normalize("NFD", simplify(name)).casefold()
    return "".join(letter for letter in letters if letter.isalnum())
