"""One step after the other: what is due is asked for, stored, and settled. The whole installation has one lane."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from digests.alerts import clear_alert, find_open, raise_alert
from digests.clock import announced_at
from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.batches import count_seen, coverage
from digests.papers.collecting import missed, polling
from digests.papers.collecting.community import look_at_daily
from digests.papers.collecting.feeds import look_at_feed
from digests.papers.collecting.last_look import look_last
from digests.papers.collecting.pages import look_at_listing
from digests.papers.collecting.plan import Stage, load_plan
from digests.papers.collecting.polling import Wanted
from digests.papers.collecting.records import look_at_records
from digests.papers.collecting.stages import Desk, Outcome
from digests.papers.gate import QUIET_AFTER
from digests.papers.taxonomy import archive_of

log = structlog.get_logger(__name__)

_STAGES: Final[Mapping[Stage, Callable[[Desk, str, date], Outcome]]] = {
    Stage.LISTING: look_at_listing,
    Stage.OAI: look_at_records,
    Stage.RSS: look_at_feed,
    Stage.LAST_LOOK: look_last,
    Stage.HF: look_at_daily,
}
#: Then an archive without any paper is a page that went wrong, as on 2026-06-25, until somebody has looked.
_MINUTE: Final = timedelta(minutes=1)
_RARELY: Final = timedelta(hours=1)
#: What proves the page's batch.
_SECOND: Final = frozenset({Stage.OAI, Stage.RSS, Stage.LAST_LOOK})
_NEVER_EMPTY: Final = frozenset({Stage.LISTING, Stage.OAI, Stage.HF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was asked for, and what came of it; `on` is the batch's date, or the day."""

    stage: Stage
    scope: str
    on: date
    changed: frozenset[date] = frozenset()
    fault: str = ""
    #: Somebody may be waiting for it; history is for questions only.
    is_news: bool = True


@dataclass(kw_only=True)
class Collector:
    """
    wanted     what to ask for now: stages with archives, categories, `daily`
    every      between two askings for a page that is not whole; None = the plan's
    alarms     whether an empty answer is told: a sandbox announces when it pleases somebody
    """

    desk: Desk
    wanted: Callable[[], Collection[Wanted]]
    every: timedelta | None = None
    alarms: bool = True
    _planned: object = field(default=None, init=False)
    _wanted: tuple[datetime, Collection[Wanted]] | None = field(default=None, init=False)

    def step(self) -> Step | None:
        """Ask for what is due most; None: nothing is, or somebody else is asking."""
        store, now = self.desk.store, self.desk.now()
        wanted = self._find_wanted(now)
        polling.watch(store, wanted, now)
        # First: a digest of the newest batch must know that others are to come before it.
        self._plan_missed(wanted, now)
        if polling.find_due(store, now) is None and missed.find_next(store, now) is None:
            return None
        return self._take_turn(self._step)

    def catch_up(self) -> Step | None:
        """One page of what is missing, if nobody else is asking; None: nothing is due, or somebody is."""
        return self._take_turn(self._catch_up)

    def _find_wanted(self, now: datetime) -> Collection[Wanted]:
        """All readers are looked at for it: once a minute is enough."""
        if self._wanted is None or not timedelta() <= now - self._wanted[0] < _MINUTE:
            self._wanted = (now, self.wanted())
        return self._wanted[1]

    def _take_turn(self, ask: Callable[[], Step | None]) -> Step | None:
        until = polling.take_turn(self.desk.store, self.desk.now())
        if until is None:
            return None
        try:
            return ask()
        finally:
            polling.end_turn(self.desk.store, until, self.desk.now())

    def _step(self) -> Step | None:
        """What is due is looked for again: another process may have asked for it before the turn was ours."""
        now = self.desk.now()
        due = polling.find_due(self.desk.store, now)
        return self._catch_up() if due is None else self._poll(due, now)

    def _poll(self, due: Wanted, now: datetime) -> Step:
        stage, scope = due
        table = load_plan()[stage]
        on, begun_at = table.find_current(now)
        # Too late: what it would have had is not served any more, or is caught up with.
        is_over = table.slow is None and now > begun_at + table.until
        is_off = stage in _SECOND and self.desk.calendar.is_holiday(on) and not count_seen(self.desk.store, on)
        if is_over or is_off:
            polling.settle(self.desk.store, due, now, on=on, is_through=False, every=_RARELY)
            return Step(stage=stage, scope=scope, on=on)
        return self._ask(due, on)

    def _find_pause(self, stage: Stage, on: date) -> timedelta | None:
        """Calendars are wrong at times: a holiday's batch is looked for, but rarely."""
        if stage is not Stage.LISTING:
            return None
        return _RARELY if self.desk.calendar.is_holiday(on) else self.every

    def _is_through(self, due: Wanted, on: date, outcome: Outcome) -> bool:
        """Records come with the announcement: while the page is late they are not all there either."""
        stage, scope = due
        if stage is Stage.OAI and polling.find_done(self.desk.store, Stage.LISTING).get(scope) != on:
            return False
        return outcome.is_through

    def _ask(self, due: Wanted, on: date) -> Step:
        """Settled also when this process is told to end in the middle of it."""
        stage, scope = due
        outcome, fault, wait_seconds = Outcome(is_through=False), "it was cut off", 0.0
        seen = count_seen(self.desk.store, on)
        try:
            outcome = _STAGES[stage](self.desk, scope, on)
            fault = outcome.fault
        except SourceUnavailable as error:
            fault, wait_seconds = str(error), error.retry_after_seconds or 0.0
            if error.is_for_host:
                until = self.desk.now() + timedelta(seconds=wait_seconds)
                polling.leave_alone(self.desk.store, polling.HOSTS[stage], until)
        except SourceMalformed as error:
            fault = str(error)
        finally:
            now = self.desk.now()
            polling.settle(
                self.desk.store,
                due,
                now,
                on=on,
                is_through=self._is_through(due, on, outcome),
                fault=fault,
                wait_seconds=wait_seconds,
                every=self._find_pause(stage, on),
            )
        if fault:
            log.warning("poll_failed", stage=stage, scope=scope, on=on.isoformat(), reason=fault)
        self._look_for_emptiness(stage, scope, on, outcome, now)
        # What came before it failed is stored.
        changed = outcome.changed | ({on} if count_seen(self.desk.store, on) != seen else set())
        return Step(stage=stage, scope=scope, on=on, changed=changed, fault=fault)

    def _look_for_emptiness(self, stage: Stage, scope: str, on: date, outcome: Outcome, now: datetime) -> None:
        """A stage that succeeds with nothing on a day that should have papers is a fault that nobody sees."""
        about, key = f"empty:{stage}:{scope}:", f"empty:{stage}:{scope}:{on}"
        raised = {alert.key for alert in find_open(self.desk.store) if alert.key.startswith(about)}
        # That of another day is over.
        for over in raised if outcome.found else raised - {key}:
            clear_alert(self.desk.store, over, now)
        # A category may well have a day without a paper.
        is_one = scope == archive_of(scope) and stage in _NEVER_EMPTY
        answered = is_one and (outcome.is_through or outcome.on == on)
        is_early = not self.desk.calendar.is_announced(on) or now < announced_at(on) + QUIET_AFTER
        if self.alarms and answered and not outcome.found and not is_early:
            text = (
                f"{stage} of {scope} has the date {on} and no paper. Look at its page: where it is empty too, "
                "nothing is to be done; else tell the authors of PaperPost. It goes on asking."
            )
            raise_alert(self.desk.store, key, text, now)

    def _plan_missed(self, wanted: Collection[Wanted], now: datetime) -> None:
        scopes = sorted({scope for stage, scope in wanted if stage in {Stage.LISTING, Stage.RSS}})
        state = (scopes, load_plan()[Stage.LISTING].find_current(now)[0])
        if self._planned != state:
            if missed.plan_missed(self.desk.store, scopes, now, self.desk.calendar):
                self._report_missed(now)
            self._planned = state

    def _report_missed(self, now: datetime) -> None:
        """A batch of which some source had something is no missed one: coverage says what it lacks."""
        late = {on for _, on in missed.find_awaited(self.desk.store)}
        for on in sorted(on for on in late if not coverage(self.desk.store, on)):
            text = (
                f"The batch of {on} is not here. It is asked of arxiv.org/catchup, and its papers come with the next "
                "digest: nothing is to be done."
            )
            raise_alert(self.desk.store, f"missed:{on}", text, now)

    def _catch_up(self) -> Step | None:
        store = self.desk.store
        one = missed.find_next(store, self.desk.now())
        if one is None:
            return None
        taken = missed.take(self.desk, one)
        now = self.desk.now()
        if taken.fault:
            log.warning("catch_up_failed", scope=one.scope, on=one.announced_on.isoformat(), reason=taken.fault)
        if taken.closed and taken.fault:
            text = (
                f"The batch of {one.announced_on} of {one.scope} cannot be had whole: {taken.fault}. To try it again: "
                f"paperpost backfill --since {one.announced_on} --archive {one.scope}"
            )
            raise_alert(store, f"lost:{one.scope}:{one.announced_on}", text, now)
        if taken.closed and not taken.fault:
            clear_alert(store, f"lost:{one.scope}:{one.announced_on}", now)
        if one.is_late and one.announced_on not in {on for _, on in missed.find_awaited(store)}:
            clear_alert(store, f"missed:{one.announced_on}", now)
        return Step(
            stage=Stage.CATCH_UP,
            scope=one.scope,
            on=one.announced_on,
            changed=taken.changed,
            fault=taken.fault,
            is_news=not one.is_history,
        )
