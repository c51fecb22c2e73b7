"""What arXiv and Hugging Face ask of whoever asks them, counted: who breaks it is told on.

15 s      between listing pages, of the evening and of the past: Crawl-delay of https://arxiv.org/robots.txt
3 s       and one connection, over RSS, API and OAI-PMH together: https://info.arxiv.org/help/api/tou.html
500       requests in five minutes without an account: https://huggingface.co/docs/hub/rate-limits
Never     a path that robots.txt forbids, an If-Modified-Since, again before Retry-After is over, or for an hour a host
          that has said 403: https://info.arxiv.org/help/robots.html
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from itertools import pairwise
from typing import Final

LISTING_PAUSE: Final = timedelta(seconds=15)
SERVICES_PAUSE: Final = timedelta(seconds=3)
HF_WINDOW: Final = timedelta(minutes=5)
HF_REQUESTS: Final = 500
BAN: Final = timedelta(hours=1)

#: More than a fortnight has; a sandbox that runs for months forgets the oldest.
_MAX_VISITS: Final = 100_000


class Host(StrEnum):
    LISTING = "arxiv.org"
    RSS = "rss.arxiv.org"
    API = "export.arxiv.org"
    OAI = "oaipmh.arxiv.org"
    HF = "huggingface.co"


_SERVICES: Final = {Host.RSS, Host.API, Host.OAI}
_PATHS: Final = {
    "/rss/": Host.RSS,
    "/atom/": Host.RSS,
    "/api/query": Host.API,
    "/oai": Host.OAI,
    "/api/daily_papers": Host.HF,
}
_ALLOWED: Final = ("/list/", "/catchup/", "/abs/", "/pdf/", "/html/", "/archive/", "/year/", "/robots.txt")
_ROBOTS: Final = "/robots.txt"
_ALL: Final = "*"


def find_host(path: str) -> Host:
    """Whose path it is: on one machine all hosts share an address."""
    return next((host for beginning, host in _PATHS.items() if path.startswith(beginning)), Host.LISTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request. `at` is the simulated moment at which it came, `asked` the name in its Host header."""

    at: datetime
    host: Host
    path: str
    query: str
    user_agent: str
    asked: str = ""
    has_if_modified_since: bool = False

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} UTC {self.host}{self.path}{'?' * bool(self.query)}{self.query}"


@dataclass
class Traffic:
    """Every request, oldest first, those with a fault too, and what was wrong with them."""

    visits: list[Visit] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    _newest: dict[str, datetime] = field(default_factory=dict)
    _open: dict[str, int] = field(default_factory=dict)
    _quiet_until: dict[tuple[Host, str], datetime] = field(default_factory=dict)
    _hf: deque[datetime] = field(default_factory=deque)

    @property
    def gaps_seconds(self) -> list[float]:
        """Between the beginnings of neighbouring requests."""
        return [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(self.visits)]

    @property
    def is_hf_exhausted(self) -> bool:
        return len(self._hf) > HF_REQUESTS

    def find_hf_wait(self, now: datetime) -> int:
        """Seconds until Hugging Face answers again."""
        return max(int((self._hf[0] + HF_WINDOW - now).total_seconds()), 1)

    def begin(self, visit: Visit) -> None:
        """Count a request and judge it."""
        for old in (self.visits, self.violations):
            del old[:-_MAX_VISITS]
        self.visits.append(visit)
        self.violations += [f"{visit}: {fault}" for fault in self._find_faults(visit)]

    def end(self, visit: Visit, at: datetime, *, status: int = 200, retry_after_seconds: float = 0.0) -> None:
        """Its answer is out."""
        self._open[_lane(visit)] -= 1
        if status == HTTPStatus.FORBIDDEN:
            self._quiet_until[visit.host, _ALL] = at + BAN
        if retry_after_seconds:
            self._quiet_until[visit.host, visit.path] = at + timedelta(seconds=retry_after_seconds)

    def assert_polite(self) -> None:
        """Raises  AssertionError with every request that asked too much."""
        if self.violations:
            raise AssertionError(f"{len(self.violations)} requests were impolite:\n" + "\n".join(self.violations))

    def count(self, host: Host) -> int:
        return sum(visit.host is host for visit in self.visits)

    def _find_faults(self, visit: Visit) -> Iterable[str]:
        yield from _find_forbidden(visit)
        if visit.at < self._quiet_until.get((visit.host, visit.path), visit.at):
            yield "it was told to come later"
        if visit.at < self._quiet_until.get((visit.host, _ALL), visit.at):
            yield "it was told to stay away"
        yield from self._find_haste(visit)

    def _find_haste(self, visit: Visit) -> Iterable[str]:
        lane = _lane(visit)
        if visit.host is Host.HF:
            yield from self._find_flood(visit)
        elif visit.path != _ROBOTS:
            pause = SERVICES_PAUSE if visit.host in _SERVICES else LISTING_PAUSE
            gap = visit.at - self._newest.get(lane, visit.at - pause)
            if gap < pause:
                yield f"{gap.total_seconds():.1f} s after the one before, not {pause.total_seconds():.0f}"
            if self._open.get(lane):
                yield "another one is not answered yet"
            self._newest[lane] = visit.at
        self._open[lane] = self._open.get(lane, 0) + 1

    def _find_flood(self, visit: Visit) -> Iterable[str]:
        self._hf.append(visit.at)
        while self._hf[0] <= visit.at - HF_WINDOW:
            self._hf.popleft()
        if self.is_hf_exhausted:
            yield f"the {len(self._hf)}th in five minutes"


def _lane(visit: Visit) -> str:
    """Those that wait for each other; nobody counts robots.txt."""
    return _ROBOTS if visit.path == _ROBOTS else "services" if visit.host in _SERVICES else str(visit.host)


def _find_forbidden(visit: Visit) -> Iterable[str]:
    is_named = visit.asked in set(Host) and visit.path != _ROBOTS
    if is_named and visit.asked != visit.host:
        yield f"{visit.asked} has no such path"
    elif visit.host is Host.LISTING and not visit.path.startswith(_ALLOWED):
        yield "robots.txt does not allow that path"
    if visit.has_if_modified_since:
        yield "If-Modified-Since does harm at arXiv"
