"""What is stored of batches, judged: one answer for each archive and category."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, func, select

from digests.coverage.judging import (
    CatchUp,
    Covered,
    Known,
    Poll,
    find_stages_at,
    judge_archive,
    judge_category,
)
from digests.papers.batches import BatchRow, find_busy, load_batch_rows
from digests.papers.collecting.plan import Stage
from digests.papers.paper import Source
from digests.store.engine import MAX_PARAMETERS, Store
from digests.store.tables import batches, catch_ups, polls

_FEEDS: Final = frozenset({Source.RSS, Source.ATOM})
_DAY: Final = timedelta(days=1)
#: A page shows the same batch over a long weekend, not for weeks.
_LOOK_BACK: Final = timedelta(days=14)

_Key = tuple[str, date]


@dataclass(frozen=True, slots=True)
class _Stored:
    rows: Mapping[_Key, Mapping[Source, BatchRow]]
    polls: Mapping[Stage, Mapping[str, Poll]]
    catch_ups: Mapping[_Key, CatchUp]
    old_pages: Mapping[str, datetime]
    busy: frozenset[str]


def load_coverage(store: Store, dates: Iterable[date], now: datetime) -> list[Covered]:
    """Of these batches: what is here, and what is asked for; by date, archives before categories."""
    asked = sorted(set(dates))[-MAX_PARAMETERS:]
    if not asked:
        return []
    with store.reading() as connection:
        stored = _Stored(
            rows=_load_rows(connection, asked),
            polls=_load_polls(connection),
            catch_ups=_load_catch_ups(connection, asked),
            old_pages=_load_old_pages(connection, asked[-1]),
            busy=find_busy(connection, asked[-1]),
        )
    return [covered for on in asked for covered in _judge(on, stored, now)]


def _judge(on: date, stored: _Stored, now: datetime) -> Iterator[Covered]:
    current = find_stages_at(on, now)
    asked = {stage: of_stage if stage in current else {} for stage, of_stage in stored.polls.items()}
    here = {scope: rows for (scope, day), rows in stored.rows.items() if day == on}
    fed = {*stored.polls.get(Stage.RSS, ())} - {*stored.polls.get(Stage.LISTING, ())}
    missed = {scope for scope, day in stored.catch_ups if day == on}
    paged = {scope for scope, rows in here.items() if rows.keys() - _FEEDS}
    archives = {*paged, *missed, *asked.get(Stage.LISTING, ())} - fed
    categories = {*(s for s, rows in here.items() if rows.keys() & _FEEDS), *asked.get(Stage.RSS, ()), *(missed & fed)}
    for scope in sorted(archives):
        yield judge_archive(scope, on, _gather(scope, on, here, asked, stored), now)
    for scope in sorted(categories):
        yield judge_category(scope, on, _gather(scope, on, here, asked, stored), now)


def _gather(
    scope: str,
    on: date,
    here: Mapping[str, Mapping[Source, BatchRow]],
    asked: Mapping[Stage, Mapping[str, Poll]],
    stored: _Stored,
) -> Known:
    of_scope = {stage: of_stage[scope] for stage, of_stage in asked.items() if scope in of_stage}
    return Known(
        rows=here.get(scope, {}),
        polls=of_scope,
        catch_up=stored.catch_ups.get((scope, on)),
        old_page_at=stored.old_pages.get(scope),
        is_busy=scope in stored.busy,
    )


def _load_rows(connection: Connection, dates: Collection[date]) -> dict[_Key, dict[Source, BatchRow]]:
    found: defaultdict[_Key, dict[Source, BatchRow]] = defaultdict(dict)
    for row in load_batch_rows(connection, dates):
        found[row.scope, row.announced_on][row.source] = row
    return found


def _load_polls(connection: Connection) -> dict[Stage, dict[str, Poll]]:
    found: defaultdict[Stage, dict[str, Poll]] = defaultdict(dict)
    for row in connection.execute(select(polls)).mappings():
        found[Stage(row["stage"])][row["scope"]] = _build(Poll, row)
    return found


def _load_catch_ups(connection: Connection, dates: Collection[date]) -> dict[_Key, CatchUp]:
    query = select(catch_ups).where(catch_ups.c.announced_on.in_(dates))
    rows = connection.execute(query).mappings()
    return {(row["scope"], row["announced_on"]): _build(CatchUp, row) for row in rows}


def _load_old_pages(connection: Connection, newest: date) -> dict[str, datetime]:
    """When the page of each scope last showed a batch before that one."""
    asked_at = func.max(batches.c.updated_at)
    recent = batches.c.announced_on.between(newest - _LOOK_BACK, newest - _DAY)
    query = (
        select(batches.c.scope, asked_at).where(batches.c.source == Source.LISTING, recent).group_by(batches.c.scope)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _build(kind: Any, row: RowMapping) -> Any:
    return kind(**{field.name: row[field.name] for field in fields(kind)})
