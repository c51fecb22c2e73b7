"""Which stage asks for what next: one row for each stage and archive or category, in the database.

Of any number of workers one asks, for one document at a time: arXiv wants it so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update

from digests.papers.collecting.plan import Stage, load_plan
from digests.papers.politeness import HF_KEY, LISTING_KEY, SERVICES_KEY
from digests.store.engine import Store
from digests.store.tables import politeness, polls

#: Longer than a task may take: whoever died with it is replaced then.
_LEASE: Final = timedelta(minutes=11)
#: After failures in a row the pause doubles, up to this.
_LONGEST_PAUSE: Final = timedelta(minutes=40)
_TURN: Final = "arxiv.org/poll"
_PEACE: Final = "/peace"
#: Whom each stage asks, as politeness.py names them.
HOSTS: Final[Mapping[Stage, str]] = {
    Stage.LISTING: LISTING_KEY,
    Stage.OAI: SERVICES_KEY,
    Stage.RSS: SERVICES_KEY,
    Stage.LAST_LOOK: LISTING_KEY,
    Stage.HF: HF_KEY,
}

#: A stage and what it asks for: an archive, a category, `daily`.
Wanted = tuple[Stage, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Since when (aware UTC) a scope cannot be had, and why."""

    stage: Stage
    scope: str
    since: datetime
    reason: str


def watch(store: Store, wanted: Collection[Wanted], now: datetime) -> None:
    """From now on ask for these and no others."""
    with store.reading() as connection:
        known = {(Stage(row.stage), row.scope) for row in connection.execute(select(polls.c.stage, polls.c.scope))}
    if known == set(wanted):
        return
    with store.writing() as connection:
        for stage, scope in known - set(wanted):
            connection.execute(delete(polls).where(*_is(stage, scope)))
        rows = [
            {"stage": stage, "scope": scope, "next_at": now, "failures": 0, "fault": ""}
            for stage, scope in wanted
            if (stage, scope) not in known
        ]
        if rows:
            connection.execute(store.insert(polls).on_conflict_do_nothing(), rows)


def take_turn(store: Store, now: datetime) -> datetime | None:
    """Until when (aware UTC) it is ours to ask, unless `end_turn` comes first; None: somebody else is asking."""
    until = now + _LEASE
    with store.writing() as connection:
        # The row of politeness.py's table that says until when somebody is asking.
        row = store.insert(politeness).values(host=_TURN, next_at=now)
        connection.execute(row.on_conflict_do_nothing())
        turn = update(politeness).where(politeness.c.host == _TURN, politeness.c.next_at <= now)
        taken = connection.execute(turn.values(next_at=until).returning(politeness.c.host)).first()
    return None if taken is None else until


def end_turn(store: Store, until: datetime, now: datetime) -> None:
    """`until` is what take_turn gave: a turn that has run out may be somebody else's by now."""
    with store.writing() as connection:
        mine = (politeness.c.host == _TURN, politeness.c.next_at == until)
        connection.execute(update(politeness).where(*mine).values(next_at=now))


def leave_alone(store: Store, host: str, until: datetime) -> None:
    """`host` (a key of politeness.py) wants peace, from all stages that ask it."""
    with store.writing() as connection:
        row = store.insert(politeness).values(host=f"{host}{_PEACE}", next_at=until)
        connection.execute(row.on_conflict_do_update(index_elements=["host"], set_={"next_at": until}))


def find_left_alone(store: Store, now: datetime) -> frozenset[str]:
    """The hosts that are not to be asked now."""
    query = select(politeness.c.host).where(politeness.c.host.endswith(_PEACE), politeness.c.next_at > now)
    with store.reading() as connection:
        return frozenset(host.removesuffix(_PEACE) for host in connection.scalars(query))


def find_due(store: Store, now: datetime) -> Wanted | None:
    """What has waited longest of what is to be asked for now."""
    quiet = find_left_alone(store, now)
    stages = [stage for stage, host in HOSTS.items() if host not in quiet]
    due = select(polls.c.stage, polls.c.scope).where(polls.c.next_at <= now, polls.c.stage.in_(stages))
    with store.reading() as connection:
        row = connection.execute(due.order_by(polls.c.next_at, polls.c.stage, polls.c.scope).limit(1)).first()
        return None if row is None else (Stage(row.stage), row.scope)


def settle(
    store: Store,
    wanted: Wanted,
    now: datetime,
    *,
    on: date,
    is_through: bool,
    fault: str = "",
    wait_seconds: float = 0.0,
    every: timedelta | None = None,
) -> None:
    """Say what came of asking for the batch, or the day, of `on`, and when to ask again.

    fault         it could not be had: the pause doubles from failure to failure
    wait_seconds  what the source asked for
    every         another pause than the plan's, between two askings for what is not whole
    """
    stage, scope = wanted
    table = load_plan()[stage]
    with store.writing() as connection:
        row = connection.execute(select(polls).where(*_is(stage, scope))).one_or_none()
        failures = (row.failures + 1 if row else 1) if fault else 0
        again = table.find_next(now) if is_through else _find_again(stage, now, failures, every)
        values: dict[str, Any] = {"failures": failures, "fault": fault, "failing_since": None}
        values["next_at"] = max(again, now + timedelta(seconds=wait_seconds))
        if fault:
            values["failing_since"] = (row and row.failing_since) or now
        if is_through:
            values["done_on"] = on
        connection.execute(update(polls).where(*_is(stage, scope)).values(values))


def _find_again(stage: Stage, now: datetime, failures: int, every: timedelta | None) -> datetime:
    table = load_plan()[stage]
    again = table.find_again(now)
    pause = every or table.every
    if again != now + table.every:
        return again
    return now + (min(pause * 2 ** (failures - 1), max(pause, _LONGEST_PAUSE)) if failures > 1 else pause)


def find_watched(store: Store, stage: Stage = Stage.LISTING) -> set[str]:
    """What this stage asks for."""
    with store.reading() as connection:
        return set(connection.scalars(select(polls.c.scope).where(polls.c.stage == stage)))


def has_unasked(store: Store, since: datetime) -> bool:
    """Whether any listing page is still to be asked for that was due before `since`."""
    query = select(polls.c.scope).where(polls.c.stage == Stage.LISTING, polls.c.next_at <= since).limit(1)
    with store.reading() as connection:
        return connection.execute(query).first() is not None


def find_done(store: Store, stage: Stage) -> dict[str, date | None]:
    """With which batch this stage is through, by scope."""
    query = select(polls.c.scope, polls.c.done_on).where(polls.c.stage == stage)
    with store.reading() as connection:
        return {row.scope: row.done_on for row in connection.execute(query)}


def find_faults(store: Store) -> list[Fault]:
    """What cannot be had now, the longest failing first."""
    query = select(polls).where(polls.c.failing_since.is_not(None)).order_by(polls.c.failing_since)
    with store.reading() as connection:
        return [Fault(Stage(row.stage), row.scope, row.failing_since, row.fault) for row in connection.execute(query)]


def is_about_to_be_asked(store: Store, stage: Stage, now: datetime) -> bool:
    """Is it this stage's turn, and has it not failed? So it is after a downtime of ours."""
    query = select(polls.c.scope).where(polls.c.stage == stage, polls.c.next_at <= now, polls.c.failures == 0).limit(1)
    with store.reading() as connection:
        return connection.execute(query).first() is not None


def _is(stage: Stage, scope: str) -> tuple[Any, ...]:
    return polls.c.stage == stage, polls.c.scope == scope
