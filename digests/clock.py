"""The only place that asks what time it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

#: Aware UTC now. Passed as an argument everywhere, so that a test or the sandbox can hold it still.
Now = Callable[[], datetime]

ARXIV_ZONE: Final = ZoneInfo("America/New_York")
BEIJING: Final = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    return datetime.now(UTC)


def announced_at(announced_on: date) -> datetime:
    """The moment (aware, New York) at which arXiv announced the batch whose page shows `announced_on`.

    The page's date is the mailing day: the day after the 20:00 announcement evening.
    Source https://info.arxiv.org/help/availability.html
    """
    return datetime.combine(announced_on - timedelta(days=1), time(20), tzinfo=ARXIV_ZONE)
