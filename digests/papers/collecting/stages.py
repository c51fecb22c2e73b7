"""What every stage is given, and what it says of what it did."""

from dataclasses import dataclass, field
from datetime import date

from digests.clock import Now
from digests.papers.calendar import Calendar, load_calendar
from digests.papers.collecting.sources import Sources
from digests.papers.quarantine import Quarantine
from digests.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a stage works with. A stage is a function (desk, scope, date) → Outcome; it raises SourceError."""

    store: Store
    sources: Sources
    quarantine: Quarantine
    now: Now
    calendar: Calendar = field(default_factory=load_calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    is_through  nothing more is to be asked of this batch, or day
    on          the date of what was answered, where it has one: an old one until the new batch is out
    changed     dates of batches to which papers came
    found       papers that the answers had
    fault       why it is not through, for the operator
    """

    is_through: bool
    changed: frozenset[date] = frozenset()
    found: int = 0
    fault: str = ""
    on: date | None = None
