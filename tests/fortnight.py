"""A whole house on a clock of its own, where time jumps from what happens to what happens next; nobody sleeps.

Real: the fetcher with its politeness, the collector, the store, who is due, composing, rendering, the courier. Invented:
arXiv and Hugging Face (sandbox.replay), the channels (tests.fakes), and the people.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Row, Select, func, select

from digests.bootstrap import Services, open_services
from digests.composing.codec import edition_from_json
from digests.composing.digest import Digest
from digests.delivery.channel import EMAIL, TELEGRAM, Message
from digests.due import find_due, find_unannounced, work_out_next
from digests.gathering import Gathering
from digests.papers.collecting.collector import Step
from digests.papers.collecting.stages import Desk
from digests.papers.politeness import INTERVALS_SECONDS, take_turn
from digests.settings import Settings
from digests.store.tables import editions, subscribers
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import join
from digests.subscribers.preferences import set_hour, set_kinds, set_scope, set_timezone
from sandbox.replay.sources import ReplayedSources, SteppedClock
from sandbox.replay.world import World
from sandbox.sample import SamplePaper
from tests.fakes import FakeChannel
from tests.jumping import find_next_asking

#: How often it is looked whose digest is due, while somebody waits; the worker looks once a minute.
TICK: Final = timedelta(minutes=10)
_LINK: Final = re.compile(r"arxiv\.org/abs/(\d{4}\.\d{4,5})")
#: Longer than any request takes.
_LONGEST_SECONDS: Final = 200.0
_MINUTE: Final = timedelta(minutes=1)
_ENDLESS: Final = 20_000


@dataclass(frozen=True, kw_only=True)
class Person:
    """A reader. What they want is said twice: to the house as `keywords`, and here in plain words, for `wants`."""

    name: str
    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    zone: str = "Asia/Shanghai"
    hour: str = ""
    channel: str = TELEGRAM
    wants_updates: bool = False

    @property
    def address(self) -> str:
        return f"{self.name}@example.org" if self.channel == EMAIL else str(1000 + sum(self.name.encode()))

    @property
    def keywords(self) -> str:
        return "; ".join([*self.words, *(f"cat:{category}" for category in self.categories)])

    def wants(self, paper: SamplePaper) -> bool:
        text = re.findall(r"[a-z]+", f"{paper.title} {paper.abstract}".lower())
        is_hit = any(word in text for word in self.words) or any(c in paper.categories for c in self.categories)
        return is_hit and (not self.scope or any(c.partition(".")[0] in self.scope for c in paper.categories))


@dataclass(frozen=True, kw_only=True)
class Received:
    """What came to a reader in one edition: the papers by the links in its messages, without those told of again."""

    person: Person
    slot: str
    composed_at: datetime
    digest: Digest
    papers: frozenset[str]

    @property
    def is_daily(self) -> bool:
        return self.slot.startswith("daily:")

    @property
    def dates(self) -> tuple[date, ...]:
        return self.digest.batch_dates

    def find_late_on(self, paper_id: str) -> date | None:
        entries = [entry for part in self.digest.sections for entry in (*part.entries, *part.brief)]
        return next(entry.late_on for entry in entries if entry.paper_id == paper_id)


@dataclass(kw_only=True)
class Replayed(Gathering):
    """What is gathered comes from another world."""

    sources: ReplayedSources

    @property
    def desk(self) -> Desk:
        return replace(super().desk, sources=self.sources)


@dataclass(kw_only=True)
class Outside(Services):
    """The services with another world around them."""

    sources: ReplayedSources
    fakes: dict[str, FakeChannel] = field(default_factory=lambda: {EMAIL: FakeChannel(), TELEGRAM: FakeChannel()})

    @cached_property
    def gathering(self) -> Replayed:
        return Replayed(
            settings=self.settings, store=self.store, now=self.now, calendar=self.calendar, sources=self.sources
        )

    @property
    def channels(self) -> dict[str, FakeChannel]:
        return self.fakes


@dataclass
class House:
    """Moves when `live` is called, and stands still while its power is off (`sleep`)."""

    services: Outside
    clock: SteppedClock
    people: dict[int, Person] = field(default_factory=dict)
    steps: list[tuple[datetime, Step]] = field(default_factory=list)
    _dispatched_at: datetime = field(init=False)

    def join(self, person: Person) -> None:
        store, now = self.services.store, self.clock()
        reader = join(
            store, channel=person.channel, address=person.address, confirmed=True, now=now, salt=self.services.salt
        )
        add_keywords(store, reader.id, person.keywords, now, 50)
        set_timezone(store, reader.id, person.zone)
        if person.scope:
            set_scope(store, reader.id, " ".join(person.scope))
        if person.wants_updates:
            set_kinds(store, reader.id, "updates on")
        if person.hour:
            set_hour(store, reader.id, person.hour)
        self.people[reader.id] = person

    def live(self, until: datetime) -> None:
        while self.clock() < until:
            self._work()
            self.clock.move_to(min(until, self._find_next()))

    def sleep(self, until: datetime) -> None:
        self.clock.move_to(until)

    def find_received(self) -> list[Received]:
        """In the order of composing."""
        messages = [message for channel in self.services.channels.values() for message in channel.received]
        query = select(editions).order_by(editions.c.composed_at, editions.c.id)
        with self.services.store.reading() as connection:
            rows = connection.execute(query).all()
        return [self._build_received(row, [m for m in messages if m.edition_id == row.id]) for row in rows]

    def _build_received(self, row: Row[Any], messages: Iterable[Message]) -> Received:
        digest = edition_from_json(row.digest)
        updated = {update.paper_id for update in digest.updates}
        return Received(
            person=self.people[row.subscriber_id],
            slot=row.slot,
            composed_at=row.composed_at,
            digest=digest,
            papers=frozenset(_find_links(messages)) - updated,
        )

    def _work(self) -> None:
        """All that is due at this moment. Asking takes time, and digests go out meanwhile."""
        self._dispatch()
        for _ in range(_ENDLESS):
            step = self.services.gathering.collector.step()
            if step is None:
                return
            self.steps.append((self.clock(), step))
            if step.changed or self.clock() >= self._dispatched_at + _MINUTE:
                self._dispatch()
        raise AssertionError(f"no end of work; the last of it: {self.steps[-5:]}")

    def _dispatch(self) -> None:
        """What the worker does once a minute, and when something has come (worker/tasks.py)."""
        services, now = self.services, self.clock()
        self._dispatched_at = now
        work_out_next(services.store, now)
        if not self._is_anybody_waiting():
            return
        planned = 0
        for due in find_due(services.store, now, services.channel_names, services.calendar):
            *earlier, newest = due.dates
            planned += services.day(newest, earlier).compose(set(due.subscriber_ids))
        for one in find_unannounced(services.store, now, services.channel_names, services.calendar, self._find_slot):
            planned += services.day(one.announced_on).announce_nothing(one.nothing, set(one.subscriber_ids))
        if planned:
            asyncio.run(services.courier.deliver_due())

    def _find_slot(self, on: date) -> str:
        return self.services.day(on).notice_slot

    def _find_next(self) -> datetime:
        now = self.clock()
        moments = [
            find_next_asking(self.services.store, now),
            self._ask(select(func.min(subscribers.c.next_due)).where(subscribers.c.next_due > now)),
            now + TICK if self._is_anybody_waiting() else None,
        ]
        return min(moment for moment in moments if moment is not None)

    def _is_anybody_waiting(self) -> bool:
        return bool(self._ask(select(func.count()).where(subscribers.c.next_due <= self.clock())))

    def _ask(self, query: Select[Any]) -> Any:
        with self.services.store.reading() as connection:
            return connection.scalar(query)


@contextmanager
def open_house(settings: Settings, world: World, begins_at: datetime) -> Iterator[House]:
    clock = SteppedClock(begins_at)
    inside = open_services(settings)

    def turn(key: str):
        interval = INTERVALS_SECONDS[key]
        return take_turn(
            inside.store,
            key,
            interval_seconds=interval,
            longest_seconds=_LONGEST_SECONDS,
            now=clock,
            wait=clock.wait,
        )

    sources = ReplayedSources(world, clock, wait=clock.wait, turn=turn, tries=1)
    services = Outside(settings=settings, store=inside.store, now=clock, salt=inside.salt, sources=sources)
    yield House(services, clock)
    services.close()


def _find_links(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        yield from _LINK.findall(message.html)
