"""A house with readers, batches and a clock, for tests of what a digest tells beside its batch."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from digests.clock import announced_at
from digests.composing.codec import digest_from_json
from digests.composing.digest import Digest
from digests.day import Day
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Paper, Source
from digests.papers.shelf import store_announcement
from digests.store.engine import Store
from digests.store.tables import editions
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import add_address, join
from digests.summaries.summary import Key
from tests.builders import make_paper

KEYS = {"zh": Key("zh", "small", "1")}


def paper(number: int, **changes: Any) -> Paper:
    return make_paper(id=ArxivId(f"2611.{number:05}"), title=f"An agent, number {number}", **changes)


@dataclass
class House:
    """Moves its clock by a minute with everything that happens."""

    store: Store
    now: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    chats: int = 0

    def clock(self) -> datetime:
        return self.now

    def go(self, on: date, **more: float) -> None:
        """To the hour after that batch was announced."""
        self.now = announced_at(on) + timedelta(hours=1, **more)

    def announce(self, on: date, *papers: Paper, kind: Kind = Kind.NEW) -> None:
        entries = tuple(Announced(one, kind) for one in papers)
        said = Announcement(source=Source.LISTING, scope="cs", announced_on=on, entries=entries)
        store_announcement(self.store, said, self.tick)

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def join(self, keywords: str = "agent", *, mail: str = "") -> int:
        self.chats += 1
        reader = join(
            self.store,
            channel=TELEGRAM,
            address=str(self.chats),
            confirmed=True,
            now=self.now,
            salt=b"salt",
            asked_again=True,
        )
        if mail:
            both = {"confirmed": True, "now": self.now, "salt": b"salt"}
            add_address(self.store, reader.id, channel=EMAIL, address=mail, **both)
        add_keywords(self.store, reader.id, keywords, self.now, 50)
        return reader.id

    def day(self, on: date, *earlier: date) -> Day:
        return Day(
            store=self.store,
            now=self.clock,
            on=on,
            earlier=earlier,
            keys=KEYS,
            channels=(TELEGRAM, EMAIL),
            max_full=30,
        )

    def serve(self, on: date, *earlier: date, readers: set[int] | None = None) -> int:
        self.tick()
        return self.day(on, *earlier).compose(readers)

    def read(self, reader: int, on: date) -> Digest:
        query = select(editions.c.digest).where(editions.c.subscriber_id == reader, editions.c.announced_on == on)
        with self.store.reading() as connection:
            return digest_from_json(connection.scalar(query))


def late(digest: Digest) -> dict[str, date]:
    return {entry.paper_id: entry.late_on for entry in digest.entries if entry.late_on}
