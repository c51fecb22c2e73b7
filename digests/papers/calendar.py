"""On which days arXiv announces. A batch's date is the one its page shows: the day after the announcement's evening.

Evenings are 20:00 in New York from Sunday to Thursday, so dates are Monday to Friday.
Source https://info.arxiv.org/help/availability.html
"""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final

from digests.clock import ARXIV_ZONE, announced_at

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 6


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


@cache
def _left_out() -> frozenset[date]:
    text = (resources.files("digests.papers") / "holidays.toml").read_text("utf-8")
    return frozenset(_find_left_out(tomllib.loads(text)["days"]))


def _find_left_out(holidays: list[date]) -> Iterator[date]:
    for day in holidays:
        # The date of the first evening on or after the day.
        yield find_next_expected(day)


def _is_batch_date(day: date) -> bool:
    return day.isoweekday() < _SATURDAY
