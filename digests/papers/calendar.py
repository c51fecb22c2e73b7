"""On which days arXiv announces. A batch's date is the one its page shows: the day after the announcement's evening.

Evenings are 20:00 in New York from Sunday to Thursday, so dates are Monday to Friday.
Source https://info.arxiv.org/help/availability.html
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final

from digests.clock import ARXIV_ZONE, announced_at

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 6
_DECEMBER: Final = 12


def find_expected(now: datetime) -> date:
    """The date of the newest batch that should be out at `now`, a holiday's too."""
    day = now.astimezone(ARXIV_ZONE).date() + _DAY
    while not _is_batch_date(day) or announced_at(day) > now:
        day -= _DAY
    return day


def find_next_expected(after: date) -> date:
    """The next batch date after that one, a holiday's too."""
    day = after + _DAY
    while not _is_batch_date(day):
        day += _DAY
    return day


def find_next_announced(after: date) -> date:
    """The next batch date after that one on which arXiv does announce."""
    day = find_next_expected(after)
    while is_holiday(day):
        day = find_next_expected(day)
    return day


def is_holiday(announced_on: date) -> bool:
    """Whether arXiv has said that it leaves out the announcement of this date."""
    return announced_on in _left_out()


def find_unknown_year(today: date) -> int | None:
    """The current year, or from December on the next one, where nobody has written down its holidays."""
    known = {day.year for day in _load_holidays()}
    wanted = [today.year, *([today.year + 1] if today.month == _DECEMBER else [])]
    return next((year for year in wanted if year not in known), None)


@cache
def _left_out() -> frozenset[date]:
    return frozenset(_find_left_out(_load_holidays()))


@cache
def _load_holidays() -> tuple[date, ...]:
    text = (resources.files("digests.papers") / "holidays.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["days"])


def _find_left_out(holidays: Iterable[date]) -> Iterator[date]:
    for day in holidays:
        # The date of the first evening on or after the day.
        yield find_next_expected(day)


def _is_batch_date(day: date) -> bool:
    return day.isoweekday() < _SATURDAY
