"""Ask Hugging Face for the lists of the last days: they grow all day, and votes change for a week."""

from datetime import date, timedelta
from typing import Final

from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.calendar import is_batch_date
from digests.papers.collecting.stages import Desk, Outcome
from digests.papers.huggingface import PAGE_SIZE, DailyPapers, read_daily
from digests.papers.paper import ArxivId
from digests.papers.trending import store_daily
from digests.papers.wire import unpack

#: A paper is put on a list within 7 days of its submission, and counts change for about as long.
DAYS: Final = 7
# Days of more than 50 papers are rare: more pages than this is a fault of the source.
_MAX_PAGES: Final = 10


def look_at_daily(desk: Desk, _scope: str, on: date) -> Outcome:
    """Read and store the lists of the 7 days up to `on` (UTC), the newest first.

    One day that cannot be had costs only itself; after a second one the host is left alone.
    Raises  SourceUnavailable; what came before is stored.
    """
    counts: dict[date, int] = {}
    faults: list[str] = []
    unavailable = 0
    for day in (on - timedelta(days=back) for back in range(DAYS)):
        try:
            counts[day] = _look_at_day(desk, day)
        except SourceMalformed as error:
            faults.append(f"{day}: {error}")
        except SourceUnavailable as error:
            unavailable += 1
            if unavailable > 1:
                raise
            faults.append(f"{day}: {error}")
    # Nobody submits at weekends, so only the newest weekday should have some.
    newest = max((day for day in counts if is_batch_date(day)), default=on)
    return Outcome(is_through=not faults, found=counts.get(newest, 0), fault="; ".join(faults))


def _look_at_day(desk: Desk, day: date) -> int:
    """How many papers the list has."""
    found: set[ArxivId] = set()
    for page in range(_MAX_PAGES):
        payload = desk.sources.fetch_daily(day, page=page)
        daily = desk.quarantine.read(
            payload, f"daily_papers?date={day}&p={page}", lambda body: read_daily(unpack(body))
        )
        store_daily(desk.store, daily, desk.now, on=day)
        before = len(found)
        found |= {entry.paper.id for entry in daily.papers}
        # A server that knows no pages would give the first one for ever.
        if _is_last(daily) or len(found) == before:
            break
    return len(found)


def _is_last(daily: DailyPapers) -> bool:
    return len(daily.papers) + len(daily.broken) < PAGE_SIZE
