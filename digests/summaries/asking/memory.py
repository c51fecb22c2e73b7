"""What is known of the models' servers, shared by all processes: what they understand, and when to leave them alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, or_, select, update

from digests.clock import Now
from digests.store.engine import Store
from digests.store.tables import model_servers

#: A server that was upgraded is noticed.
LESSON_DAYS: Final = 7
# What a clock that was wrong wrote: nobody closes a server for longer, and no provider asks for more than a day.
_LONGEST_CLOSED: Final = timedelta(hours=1)
_LONGEST_PAUSE: Final = timedelta(hours=25)


@dataclass(frozen=True, slots=True)
class Server:
    """One model behind one address, which has no secret in it."""

    endpoint: str
    model: str


@dataclass(frozen=True, slots=True)
class Known:
    """
    lessons         what the server does not understand, in the words of asking.dialect
    pause_seconds   how long it still wants to be left alone (429)
    closed_seconds  None: it is open; above 0: nobody asks until then; else one call may try it
    """

    lessons: frozenset[str] = frozenset()
    pause_seconds: float = 0.0
    closed_seconds: float | None = None
    closed_reason: str = ""


class ServerMemory(Protocol):
    """The methods may wait for a database, and raise its StoreError."""

    async def recall(self, server: Server) -> Known: ...

    async def learn(self, server: Server, lesson: str) -> None: ...

    async def pause(self, server: Server, seconds: float) -> None:
        """A shorter pause ends no longer one."""
        ...

    async def close(self, server: Server, seconds: float, reason: str) -> None: ...

    async def reopen(self, server: Server) -> None: ...

    async def take_probe(self, server: Server, seconds: float) -> bool:
        """Of all that ask when a server's time is over, one gets True; the others have to wait so long again."""
        ...


class StoredMemory:
    """In the table `model_servers`."""

    def __init__(self, store: Store, now: Now) -> None:
        self._store, self._now = store, now

    async def recall(self, server: Server) -> Known:
        return await asyncio.to_thread(self._recall, server)

    async def learn(self, server: Server, lesson: str) -> None:
        await asyncio.to_thread(self._learn, server, lesson)

    async def pause(self, server: Server, seconds: float) -> None:
        until = self._now() + timedelta(seconds=seconds)
        column = model_servers.c.paused_until
        is_longer = or_(column.is_(None), column < until, column > self._now() + _LONGEST_PAUSE)
        await asyncio.to_thread(self._write, server, {"paused_until": until}, where=is_longer)

    async def close(self, server: Server, seconds: float, reason: str) -> None:
        until = self._now() + timedelta(seconds=seconds)
        await asyncio.to_thread(self._write, server, {"closed_until": until, "closed_reason": reason})

    async def reopen(self, server: Server) -> None:
        await asyncio.to_thread(self._write, server, {"closed_until": None, "closed_reason": ""})

    async def take_probe(self, server: Server, seconds: float) -> bool:
        return await asyncio.to_thread(self._take_probe, server, seconds)

    def _recall(self, server: Server) -> Known:
        with self._store.reading() as connection:
            row = connection.execute(select(model_servers).where(_is(server))).first()
        if row is None:
            return Known()
        now = self._now()
        closed = None if row.closed_until is None else _seconds_left(row.closed_until, now, _LONGEST_CLOSED)
        pause = 0.0 if row.paused_until is None else _seconds_left(row.paused_until, now, _LONGEST_PAUSE)
        return Known(frozenset(_keep_fresh(row.dialect, now)), pause, closed, row.closed_reason)

    def _learn(self, server: Server, lesson: str) -> None:
        now = self._now()
        with self._store.writing() as connection:
            first = self._store.insert(model_servers).values(_new_row(server, now))
            connection.execute(first.on_conflict_do_nothing())
            # The row's lock makes it atomic on PostgreSQL, BEGIN IMMEDIATE does on SQLite.
            known = connection.scalar(select(model_servers.c.dialect).where(_is(server)).with_for_update())
            lessons = {**_keep_fresh(known or {}, now), lesson: now.isoformat()}
            connection.execute(update(model_servers).where(_is(server)).values(dialect=lessons, updated_at=now))

    def _write(self, server: Server, values: Mapping[str, Any], *, where: ColumnElement[bool] | None = None) -> None:
        now = self._now()
        insert = self._store.insert(model_servers).values({**_new_row(server, now), **values})
        upsert = insert.on_conflict_do_update(
            index_elements=[model_servers.c.endpoint, model_servers.c.model],
            set_={**values, "updated_at": now},
            where=where,
        )
        with self._store.writing() as connection:
            connection.execute(upsert)

    def _take_probe(self, server: Server, seconds: float) -> bool:
        now, column = self._now(), model_servers.c.closed_until
        is_over = or_(column <= now, column > now + _LONGEST_CLOSED)
        taken = (
            update(model_servers)
            .where(_is(server), is_over)
            .values(closed_until=now + timedelta(seconds=seconds), updated_at=now)
            .returning(column)
        )
        with self._store.writing() as connection:
            return connection.execute(taken).first() is not None


def _is(server: Server) -> ColumnElement[bool]:
    return (model_servers.c.endpoint == server.endpoint) & (model_servers.c.model == server.model)


def _new_row(server: Server, now: datetime) -> dict[str, Any]:
    return {"endpoint": server.endpoint, "model": server.model, "dialect": {}, "updated_at": now}


def _keep_fresh(lessons: Mapping[str, str], now: datetime) -> dict[str, str]:
    oldest = now - timedelta(days=LESSON_DAYS)
    return {lesson: at for lesson, at in lessons.items() if oldest < datetime.fromisoformat(at) <= now}


def _seconds_left(until: datetime, now: datetime, longest: timedelta) -> float:
    return 0.0 if until > now + longest else max(0.0, (until - now).total_seconds())
