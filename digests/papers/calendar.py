"""On which days arXiv announces. A batch's date is the one its page shows: the day after the announcement's evening.

Evenings are 20:00 in New York from Sunday to Thursday, so dates are Monday to Friday.
Source https://info.arxiv.org/help/availability.html
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final

from digests.clock import ARXIV_ZONE, announced_at

#: arXiv shows the days of the last 90 (https://arxiv.org/catchup). What is older is history, however late it is found.
CATCH_UP_SPAN: Final = timedelta(days=90)
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 6
_DECEMBER: Final = 12
# arXiv lists about nine: one deferral that was added is not yet a year's holidays.
_FEWEST_A_YEAR: Final = 5


def find_expected(now: datetime) -> date:
    """The date of the newest batch that should be out at `now`, a holiday's too."""
    day = now.astimezone(ARXIV_ZONE).date() + _DAY
    while not is_batch_date(day) or announced_at(day) > now:
        day -= _DAY
    return day


def find_next_expected(after: date) -> date:
    """The next batch date after that one, a holiday's too."""
    day = after + _DAY
    while not is_batch_date(day):
        day += _DAY
    return day


def is_batch_date(day: date) -> bool:
    """Monday to Friday, a holiday too."""
    return day.isoweekday() < _SATURDAY


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays. A day without announcement leaves out the first announcement evening on or after it.

    left_out  batch dates whose announcement arXiv leaves out
    listed    the days that were written down, as arXiv lists them
    """

    left_out: frozenset[date]
    listed: frozenset[date]

    def is_holiday(self, announced_on: date) -> bool:
        """Whether arXiv has said that it leaves out the announcement of this date."""
        return announced_on in self.left_out

    def is_announced(self, day: date) -> bool:
        """Whether there should be a batch of this date."""
        return is_batch_date(day) and day not in self.left_out

    def find_next_announced(self, after: date) -> date:
        """The next batch date after that one on which arXiv does announce."""
        day = find_next_expected(after)
        while self.is_holiday(day):
            day = find_next_expected(day)
        return day

    def find_unknown_year(self, today: date) -> int | None:
        """The current year, or from December on the next one, where nobody has written down its holidays."""
        known = Counter(day.year for day in self.listed)
        wanted = [today.year, *([today.year + 1] if today.month == _DECEMBER else [])]
        return next((year for year in wanted if known[year] < _FEWEST_A_YEAR), None)

    def change(self, changes: Mapping[date, bool]) -> "Calendar":
        """With days added (True) and taken away (False); Friday and Sunday say the same, the evening of Sunday."""
        added = {day for day, is_off in changes.items() if is_off}
        taken = {find_next_expected(day) for day, is_off in changes.items() if not is_off}
        left_out = self.left_out | {find_next_expected(day) for day in added}
        return Calendar(left_out - taken, self.listed | added)


@cache
def load_calendar() -> Calendar:
    """As holidays.toml has it."""
    text = (resources.files("digests.papers") / "holidays.toml").read_text("utf-8")
    days: frozenset[date] = frozenset(tomllib.loads(text)["days"])
    return Calendar(frozenset(map(find_next_expected, days)), days)
