"""Who a subscriber is, as the rooms and shells see it."""

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address, `channel` as in digests/delivery/channel.py.

    Nothing is sent to it before it is confirmed, nor after it is gone (invariant 5).
    """

    id: int
    channel: str
    address: str
    confirmed_at: datetime | None
    gone_at: datetime | None = None
    gone_reason: str = ""
    muted_at: datetime | None = None

    @property
    def is_usable(self) -> bool:
        return self.confirmed_at is not None and self.gone_at is None

    @property
    def is_wanted(self) -> bool:
        """Usable, and the reader wants new digests here."""
        return self.is_usable and self.muted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    """`typed` is for people, `canonical` for the matcher; a subscriber holds each canonical form once."""

    id: int
    typed: str
    canonical: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Everything we know of one person but their keywords.

    timezone   IANA name
    send_at    local wall time; None = as soon as the batch is ready
    weekdays   ISO weekdays in their zone, ascending; None = every day
    scope      archives or categories; None = all of arXiv
    served_on  the newest batch that they had, or that was there when they began
    next_due   when a digest is looked for next; None = not worked out yet
    wants_…    beside new papers: cross-lists, and new versions of papers that they were sent
    """

    id: int
    language: str
    timezone: str
    send_at: time | None
    weekdays: tuple[int, ...] | None = None
    scope: tuple[str, ...] | None
    paused_at: datetime | None
    joined_at: datetime
    targets: tuple[Target, ...]
    served_on: date | None = None
    next_due: datetime | None = None
    wants_crosses: bool = True
    wants_updates: bool = False
