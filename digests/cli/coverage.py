"""How much of the newest batches is here, in lines of text for `status`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Final

from digests.coverage.catching_up import CatchUpStatus
from digests.coverage.judging import Covered, State

#: More in the same state are counted.
_MAX_SCOPES: Final = 5


def describe_coverage(covered: Iterable[Covered]) -> Iterator[tuple[date, str]]:
    """A line for each date and state, the good ones first."""
    order = {state: number for number, state in enumerate(State)}

    def place(one: Covered) -> tuple[date, int, datetime, str]:
        return one.announced_on, order[one.state], one.since or datetime.min.replace(tzinfo=UTC), one.fault

    for (on, *_), group in groupby(sorted(covered, key=place), key=place):
        alike = list(group)
        yield on, f"{_name_state(alike[0])}: {_name_scopes(alike)}"


def describe_catch_ups(catch_ups: CatchUpStatus) -> Iterator[str]:
    if catch_ups.pending:
        number = f"{catch_ups.done} of {catch_ups.done + catch_ups.pending} batches"
        late = f"; digests wait for {catch_ups.late}" if catch_ups.late else ""
        fault = f"; fails: {catch_ups.fault}" if catch_ups.fault else ""
        yield f"{number}, the oldest to come is of {catch_ups.oldest_on}{late}{fault}"
    if catch_ups.given_up:
        yield f"{catch_ups.given_up} given up; to ask again: paperpost backfill --since DATE"


def _name_state(one: Covered) -> str:
    words = "until" if one.state is State.WAITING else "since"
    moment = f" {words} {one.since:%Y-%m-%d %H:%M} UTC" if one.since else ""
    return f"{one.state}{moment}{f' ({one.fault})' if one.fault else ''}"


def _name_scopes(alike: Sequence[Covered]) -> str:
    if len(alike) <= _MAX_SCOPES:
        return ", ".join(_name_scope(one) for one in alike)
    seen, added = sum(one.seen for one in alike), sum(one.added for one in alike)
    categories = sum(one.is_category for one in alike)
    kinds = ((len(alike) - categories, "archives"), (categories, "categories"), (seen, "entries"), (added, "added"))
    return ", ".join(f"{number} {name}" for number, name in kinds if number)


def _name_scope(one: Covered) -> str:
    total = "" if one.total is None else f"/{one.total}"
    numbers = f" {one.seen}{total}" if one.seen or one.total else ""
    return f"{one.scope}{numbers}{f' (+{one.added})' if one.added else ''}"
