"""Following a day through the store while other processes work on it."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Final

from digests.bootstrap import Services
from digests.delivery.states import FINAL
from digests.papers.batches import coverage
from digests.papers.paper import Source
from digests.status import DayReport, report_day

#: Nothing has moved for so long: something is broken.
PATIENCE_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Page:
    """What the worker was asked to collect."""

    scope: str
    source: Source
    on: date


@dataclass(frozen=True, slots=True)
class Stage:
    """`total` 0: not known yet."""

    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The stages in the order in which they end."""

    days: Sequence[DayReport]
    collected: Stage
    summarised: Stage
    composed: Stage
    sent: Stage

    @property
    def stages(self) -> dict[str, Stage]:
        return {
            "collect": self.collected,
            "summarise": self.summarised,
            "compose": self.composed,
            "deliver": self.sent,
        }

    @property
    def is_over(self) -> bool:
        """Every reader has every day's digest, or it is certain that they will not get it."""
        over = (self.collected, self.composed, self.sent)
        return all(stage.total and stage.done == stage.total for stage in over)


def follow(services: Services, pages: Sequence[Page], *, readers: int) -> Iterator[Snapshot]:
    """Snapshots until all is over, or until nothing has moved for PATIENCE_SECONDS: then the last is not `is_over`."""
    pause = threading.Event()
    last, moved_at = None, monotonic()
    while True:
        snapshot = _take(services, pages, readers)
        yield snapshot
        if snapshot != last:
            last, moved_at = snapshot, monotonic()
        if snapshot.is_over or monotonic() - moved_at > PATIENCE_SECONDS:
            return
        pause.wait(_POLL_SECONDS)


def _take(services: Services, pages: Sequence[Page], readers: int) -> Snapshot:
    days = [report_day(services.store, on) for on in sorted({page.on for page in pages})]
    here = {(row.scope, row.source, day.on) for day in days for row in coverage(services.store, day.on)}
    asked = sum(sum(day.summaries.values()) for day in days)
    open_summaries = sum(day.summaries.get(state, 0) for day in days for state in ("planned", "claimed"))
    parts = sum(sum(day.deliveries.values()) for day in days)
    final = sum(day.deliveries.get(state, 0) for day in days for state in FINAL)
    return Snapshot(
        days=days,
        collected=Stage(len({(p.scope, p.source, p.on) for p in pages} & here), len(set(pages))),
        summarised=Stage(asked - open_summaries, asked),
        composed=Stage(sum(day.editions for day in days), readers * len(days)),
        sent=Stage(final, parts),
    )
