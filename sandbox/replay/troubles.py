"""What goes wrong with arXiv on a bad day, as data: on which day, for which part of it, and how long."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sandbox.arxiv_faults import Fault
from sandbox.replay.rules import Host

_NO_TIME: Final = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """The listing pages of an archive and its categories are late on the evening before `on`.

    After 20:00 in New York come, one after the other: `old` the page of the batch before, `empty` the new date with
    "No updates today.", `partial` the new date with `share` of the new papers, though the totals count all of them;
    then the whole page.
    """

    archive: str
    on: date
    old: timedelta = _NO_TIME
    empty: timedelta = _NO_TIME
    partial: timedelta = _NO_TIME
    share: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleFeed:
    """The feed of a category has the date of `on` and the papers of the batch before, `lasting` from midnight on."""

    category: str
    on: date
    lasting: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRecords:
    """OAI-PMH has the batch of `on` not at 22:30 on its evening but so much later."""

    on: date
    by: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Every request to `host` (None: to any) that `fault` fits gets it, from `since` to `until` (aware)."""

    fault: Fault
    since: datetime
    until: datetime
    host: Host | None = None

    def hits(self, host: Host, path: str, moment: datetime) -> bool:
        is_meant = self.host in {None, host} and path.startswith(self.fault.path)
        return is_meant and self.since <= moment < self.until
