"""Papers that are stored before somebody writes to the bot."""

from datetime import UTC, date, datetime

from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Source
from digests.papers.shelf import store_announcement
from digests.store.engine import Store
from tests.builders import make_paper

ON = date(2026, 4, 21)


def put_papers(store: Store, *titles: str, on: date = ON, first: int = 1) -> None:
    entries = [
        Announced(make_paper(id=ArxivId(f"2604.{number:05}"), title=title), Kind.NEW)
        for number, title in enumerate(titles, start=first)
    ]
    announcement = Announcement(source=Source.RSS, scope="cs.LG", announced_on=on, entries=tuple(entries))
    store_announcement(store, announcement, lambda: datetime(2026, 4, 21, tzinfo=UTC))
