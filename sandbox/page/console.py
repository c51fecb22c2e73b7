"""The console: the clock, the next batch, and how the house is doing."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from digests.clock import BEIJING, MovedClock, announced_at
from digests.errors import StoreError
from digests.status import BatchStatus, Status
from sandbox.announcer import Announcer, Page

#: The page's own words for what cannot be done: names of [sandbox] in templates/phrases.
_BACKWARDS: Final = "clock_backwards"
_TOO_FAR: Final = "clock_too_far"
_NOTHING_DUE: Final = "nothing_due"
_NOTHING_LEFT: Final = "nothing_left"

_FURTHEST: Final = timedelta(days=366)
_AFTER_ANNOUNCEMENT: Final = timedelta(minutes=1)


class Step(BaseModel):
    seconds: int = Field(gt=0)


class Moment(BaseModel):
    """Wall time in Beijing, as the page's field gives it."""

    beijing: datetime


@dataclass(frozen=True, kw_only=True)
class Console:
    """
    processes  each process of the house and its state
    report     the house's own numbers
    wake       asks the worker to fetch a page: arXiv tells nobody, but whoever sits here does not want to wait
    """

    now: MovedClock
    announcer: Announcer
    processes: Callable[[], Mapping[str, str]]
    report: Callable[[], Status]
    wake: Callable[[Page], None]
    #: Of two people at two pages each announces one batch.
    _publishing: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> dict[str, Any]:
        """Everything that the console shows but the time itself, which runs."""
        return {
            "offset_seconds": round(self.now.offset.total_seconds()),
            "announced": self.announcer.published,
            "left": self.announcer.left,
            "next": self._look_ahead(),
            "processes": dict(self.processes()),
            "house": self._look_inside(),
        }

    def publish(self) -> None:
        """Announce the next batch. Is its evening still to come, the clock goes there; it never goes back for it."""
        with self._publishing:
            day = self.announcer.peek()
            if day is None:
                raise HTTPException(409, _NOTHING_LEFT)
            moment = announced_at(day.announced_on) + _AFTER_ANNOUNCEMENT
            if self.now() < moment:
                self.now.move_to(moment)
            self.announcer.publish()
        for page in day.pages:
            self.wake(page)

    def move(self, moment: datetime) -> None:
        """Forward only: leases, heartbeats and what is due would wait in the future until the clock is there again."""
        if moment < self.now():
            raise HTTPException(409, _BACKWARDS)
        if moment > self.now() + _FURTHEST:
            raise HTTPException(409, _TOO_FAR)
        self.now.move_to(moment)

    def _look_ahead(self) -> dict[str, Any] | None:
        day = self.announcer.peek()
        if day is None:
            return None
        announced_at_seconds = announced_at(day.announced_on).timestamp()
        return {
            "announced_on": str(day.announced_on),
            "papers": day.papers,
            "announced_at_seconds": announced_at_seconds,
        }

    def _look_inside(self) -> dict[str, Any] | None:
        """None while the store cannot be read: it is being made, or somebody holds it."""
        try:
            status = self.report()
        except StoreError:
            return None
        newest = max(status.batches, key=lambda batch: batch.announced_on, default=None)
        return {
            "batch": newest and _show_batch(newest),
            "readers": status.readers,
            "waiting": status.due_now,
            "keywords": status.keywords,
            "next_due_at_seconds": status.next_due_at and status.next_due_at.timestamp(),
            "deliveries": dict(status.recent_deliveries),
        }


def _show_batch(batch: BatchStatus) -> dict[str, Any]:
    return {
        "scope": batch.scope,
        "announced_on": str(batch.announced_on),
        "seen": batch.seen,
        "total": batch.total,
        "is_whole": batch.closed_at is not None,
    }


def build_console_routes(console: Console) -> APIRouter:
    router = APIRouter()

    @router.post("/announcements")
    def publish() -> None:
        console.publish()

    @router.post("/clock/steps")
    def step(step: Step) -> None:
        seconds = min(step.seconds, 2 * _FURTHEST.total_seconds())
        console.move(console.now() + timedelta(seconds=seconds))

    @router.post("/clock/moment")
    def set_moment(moment: Moment) -> None:
        console.move(moment.beijing.replace(tzinfo=BEIJING))

    @router.post("/clock/next-digest")
    def go_to_next_digest() -> None:
        next_due_at = console.report().next_due_at
        if next_due_at is None:
            raise HTTPException(409, _NOTHING_DUE)
        console.move(next_due_at)

    return router
