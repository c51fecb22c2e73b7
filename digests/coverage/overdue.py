"""Is the newest batch later than it should be? Said to the operator when readers' digests stop waiting for it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from digests.alerts import clear_alert, find_open, raise_alert
from digests.clock import announced_at
from digests.coverage.judging import Covered, State
from digests.coverage.readiness import LONGEST_WAIT
from digests.coverage.rows import load_coverage
from digests.papers.calendar import Calendar, find_expected
from digests.store.engine import Store

_LATE: Final = "late:"
_PARTLY: Final = "partly:"
_MAX_SCOPES: Final = 5


def look_for_overdue(store: Store, calendar: Calendar, now: datetime) -> None:
    """Raise an alert for the newest batch, or clear those that are over; catching up says what became of older ones."""
    on = find_expected(now)
    is_due = calendar.is_announced(on) and now >= announced_at(on) + LONGEST_WAIT
    faults = dict(_find_faults(on, load_coverage(store, [on], now))) if is_due else {}
    for key, text in faults.items():
        raise_alert(store, key, text, now)
    for alert in find_open(store):
        if alert.key.startswith((_LATE, _PARTLY)) and alert.key not in faults:
            clear_alert(store, alert.key, now)


def _find_faults(on: date, covered: Iterable[Covered]) -> Iterator[tuple[str, str]]:
    asked = [one for one in covered if not one.is_category and one.state not in {State.UNASKED, State.COMING}]
    faulty = [one for one in asked if not one.state.is_whole]
    if faulty and all(one.state is State.OLD_PAGE for one in asked):
        text = (
            f"arXiv has not announced the batch of {on}, which was due three hours ago. Where it is deferred "
            f"(https://status.arxiv.org), add {on - timedelta(days=1)} to PAPERPOST_HOLIDAYS."
        )
        yield f"{_LATE}{on}", text
    elif faulty:
        named = "; ".join(_describe(one) for one in faulty[:_MAX_SCOPES])
        more = f"; and {len(faulty) - _MAX_SCOPES} more" if len(faulty) > _MAX_SCOPES else ""
        text = (
            f"Three hours after it was announced, the batch of {on} is not whole: {named}{more}. Readers get what is "
            "there; the rest follows by itself, with their next digest."
        )
        yield f"{_PARTLY}{on}", text


def _describe(one: Covered) -> str:
    total = "" if one.total is None else f" {one.seen}/{one.total}"
    return f"{one.scope} {one.state}{total}{f' ({one.fault})' if one.fault else ''}"
