"""How much of each batch is here, and what stands in the way: for the operator's `status` and a digest's footer.

An archive is whole by its page's own totals; what such a page leaves out is proved by OAI-PMH for the archive, and by
RSS for a category (invariant 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from digests.clock import announced_at
from digests.papers.batches import BatchRow
from digests.papers.collecting.plan import Stage, load_plan
from digests.papers.gate import QUIET_AFTER, Fault
from digests.papers.paper import Source

#: So long a page says the same part.
_FROZEN_AFTER: Final = timedelta(hours=1)


class State(StrEnum):
    #: By the page's own totals.
    WHOLE = "whole"
    #: And looked at again: by OAI-PMH (an archive) or RSS (a category).
    PROVED = "proved"
    #: Fetched later, by /catchup or OAI-PMH.
    CAUGHT_UP = "caught up"
    #: Nothing was announced in it.
    QUIET = "quiet"
    PARTIAL = "partial"
    #: The same part for an hour.
    FROZEN = "frozen"
    #: It has not been asked for yet.
    COMING = "coming"
    #: The page still shows an older batch.
    OLD_PAGE = "old page"
    UNAVAILABLE = "unavailable"
    #: Of an older batch: it is being fetched.
    CATCHING_UP = "catching up"
    MISSING = "missing"
    #: A category's feed is not to be asked before midnight, or is not the new one yet.
    WAITING = "waiting"
    #: Its feed was cut, stale, unreadable, or is served no more.
    UNPROVED = "unproved"
    #: No keyword names the category, or nobody reads the archive.
    UNASKED = "not asked"

    @property
    def is_whole(self) -> bool:
        return self in {State.WHOLE, State.PROVED, State.CAUGHT_UP, State.QUIET}


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What is asked for, and how that goes; columns of `polls`."""

    next_at: datetime
    done_on: date | None
    failing_since: datetime | None
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """A batch of the past that is fetched, or was; given up where it is closed with a fault."""

    closed_at: datetime | None
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is stored of one scope's batch.

    polls        of the stages that are at this batch now
    is_busy      it has papers every day: an empty page went wrong
    old_page_at  when (aware UTC) its page last showed an older batch
    """

    rows: Mapping[Source, BatchRow]
    polls: Mapping[Stage, Poll]
    catch_up: CatchUp | None = None
    old_page_at: datetime | None = None
    is_busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """
    scope   an archive, or a category
    total   as its page says; None where nothing says it
    added   papers that the second look found
    since   of what is frozen or unavailable (aware UTC); of what waits, until when
    fault   why it is not whole, where somebody said so
    """

    scope: str
    announced_on: date
    is_category: bool
    state: State
    seen: int = 0
    total: int | None = None
    added: int = 0
    since: datetime | None = None
    fault: str = ""


def judge_archive(scope: str, on: date, known: Known, now: datetime) -> Covered:
    """Of what is asked for by its listing page, which is a category where the settings name one."""
    page, records, caught = (known.rows.get(source) for source in (Source.LISTING, Source.OAI, Source.CATCHUP))
    best = next((row for row in (page, caught, records) if row and row.closed_at), page or caught)
    state, since, fault = _find_state(on, known, now)
    return Covered(
        scope=scope,
        announced_on=on,
        is_category=False,
        state=state,
        seen=best.seen if best else 0,
        total=best.total if best else None,
        added=sum(row.added for row in (records, caught) if row) if page else 0,
        since=since,
        fault=fault,
    )


def judge_category(scope: str, on: date, known: Known, now: datetime) -> Covered:
    """Of what is looked at a second time by its feed."""
    feed = known.rows.get(Source.RSS) or known.rows.get(Source.ATOM)
    caught = known.rows.get(Source.CATCHUP)
    if caught and caught.closed_at and not (feed and feed.closed_at):
        return Covered(
            scope=scope, announced_on=on, is_category=True, state=State.CAUGHT_UP, seen=caught.seen, added=caught.added
        )
    state, since, fault = _find_feed_state(on, feed, known.polls.get(Stage.RSS), now)
    seen, added = (feed.seen, feed.added) if feed else (0, 0)
    return Covered(
        scope=scope,
        announced_on=on,
        is_category=True,
        state=state,
        seen=seen,
        added=added,
        since=since,
        fault=fault,
    )


_Judgement = tuple[State, datetime | None, str]


def _find_state(on: date, known: Known, now: datetime) -> _Judgement:
    page, records, caught = (known.rows.get(source) for source in (Source.LISTING, Source.OAI, Source.CATCHUP))
    is_proved = records is not None and records.closed_at is not None
    if page and page.closed_at:
        return State.PROVED if is_proved else State.WHOLE, None, ""
    if caught and caught.closed_at:
        return State.CAUGHT_UP, None, ""
    is_empty = page is None or page.fault == Fault.EMPTY
    if records and is_proved and (records.seen or not is_empty):
        return State.PROVED, None, ""
    if known.catch_up and is_empty:
        return _judge_past(known.catch_up, has_papers=bool(records and records.seen))
    poll = known.polls.get(Stage.LISTING)
    return _judge_open_page(on, page, poll, known, now) if page else _judge_poll(on, poll, known.old_page_at, now)


def _judge_past(catch_up: CatchUp, *, has_papers: bool) -> _Judgement:
    """Of a batch without a whole page. Closed without a fault: pages and records were asked, and there was nothing."""
    if catch_up.closed_at is None:
        return State.CATCHING_UP, None, catch_up.fault
    if not catch_up.fault:
        return State.QUIET, None, ""
    return State.PARTIAL if has_papers else State.MISSING, None, catch_up.fault


def _judge_open_page(on: date, page: BatchRow, poll: Poll | None, known: Known, now: datetime) -> _Judgement:
    fault = (poll and poll.fault) or page.fault
    if page.fault == Fault.EMPTY and not known.is_busy:
        return (State.QUIET, None, "") if now >= announced_at(on) + QUIET_AFTER else (State.COMING, None, fault)
    if page.updated_at - page.changed_at >= _FROZEN_AFTER:
        return State.FROZEN, page.changed_at, fault
    return State.PARTIAL, None, fault


def _judge_poll(on: date, poll: Poll | None, old_page_at: datetime | None, now: datetime) -> _Judgement:
    """Nothing of it is here."""
    if poll is None:
        # Of an older batch, or of an archive that nobody reads now.
        return (State.MISSING if on < _find_current(Stage.LISTING, now) else State.UNASKED), None, ""
    if poll.failing_since:
        return State.UNAVAILABLE, poll.failing_since, poll.fault
    is_old = old_page_at is not None and old_page_at >= announced_at(on)
    return (State.OLD_PAGE if is_old else State.COMING), None, ""


def _find_feed_state(on: date, feed: BatchRow | None, poll: Poll | None, now: datetime) -> _Judgement:
    if feed and feed.closed_at:
        return State.PROVED, None, ""
    is_over = on < _find_current(Stage.RSS, now)
    if feed and feed.fault == Fault.EMPTY and (is_over or (poll and poll.done_on and poll.done_on >= on)):
        return State.QUIET, None, ""
    if feed and feed.fault != Fault.EMPTY:
        return State.UNPROVED, None, feed.fault
    # Served for one day only.
    return (State.UNPROVED, None, "") if is_over else _judge_feed_poll(on, poll)


def _judge_feed_poll(on: date, poll: Poll | None) -> _Judgement:
    if poll is None:
        return State.UNASKED, None, ""
    if poll.failing_since:
        return State.UNAVAILABLE, poll.failing_since, poll.fault
    (begins_at,) = load_plan()[Stage.RSS].list_starts(on)
    return State.WAITING, max(begins_at, poll.next_at), ""


def find_stages_at(on: date, now: datetime) -> frozenset[Stage]:
    """The stages whose askings are about this batch now, or will be next."""
    return frozenset(stage for stage in (Stage.LISTING, Stage.OAI, Stage.RSS) if on >= _find_current(stage, now))


def _find_current(stage: Stage, now: datetime) -> date:
    on, _ = load_plan()[stage].find_current(now)
    return on
