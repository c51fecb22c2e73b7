"""A store on the night of a batch, with a clock that a test moves, a server of records, and a page to compare them with."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from digests.papers.batches import coverage
from digests.papers.collecting.records import catch_up_by_records, look_at_records
from digests.papers.collecting.stages import Desk
from digests.papers.paper import Announced, Announcement, Kind, Section, Source
from digests.papers.quarantine import Quarantine
from digests.papers.shelf import store_announcement
from digests.store.tables import announcements
from tests.builders import make_paper
from tests.oai_answers import RecordServer, make_record

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (17, 18, 19))
IN_TIME = datetime(2026, 11, 17, 12, tzinfo=UTC)
LONG_AGO = IN_TIME - timedelta(days=20)
#: 22:45 in New York.
NIGHT = datetime(2026, 11, 18, 3, 45, tzinfo=UTC)


class House:
    """A store with a clock that a test moves, and a server of records."""

    def __init__(self, store, folder, *pages, refused=()):
        self.store = store
        self.folder = folder / "quarantine"
        self.now = NIGHT
        self.server = RecordServer(list(pages), list(refused))

    @property
    def desk(self):
        def clock():
            return self.now

        return Desk(store=self.store, sources=self.server, quarantine=Quarantine(self.folder, clock), now=clock)

    def look(self, scope="cs"):
        return look_at_records(self.desk, scope, WEDNESDAY)

    def catch_up(self, token="", scope="cs"):
        return catch_up_by_records(self.desk, scope, WEDNESDAY, token)

    def announce(self, *found, kind=Kind.NEW, on=WEDNESDAY, total=None):
        entries = tuple(Announced(paper, kind, number) for number, paper in enumerate(found, start=1))
        page = Announcement(
            source=Source.LISTING,
            scope="cs",
            announced_on=on,
            entries=entries,
            sections=(Section(kind, len(found), total or len(found)),),
            total=total or len(found),
        )
        store_announcement(self.store, page, lambda: self.now - timedelta(hours=2))

    def rows(self, on=WEDNESDAY):
        query = select(announcements).where(announcements.c.announced_on == on).order_by(announcements.c.paper_id)
        with self.store.reading() as connection:
            return [(row.paper_id, row.kind, row.version) for row in connection.execute(query)]

    def batch(self, scope="cs"):
        rows = coverage(self.store, WEDNESDAY)
        return next((row for row in rows if row.source is Source.OAI and row.scope == scope), None)

    def kept(self):
        return sorted(self.folder.glob("*")) if self.folder.exists() else []


def page_paper(number, **changes):
    return make_paper(id=f"2611.{number:05d}", **{"version": None, "categories": ("cs.LG",)} | changes)


def record(number, *submitted_at, **changes):
    return make_record(f"2611.{number:05d}", *(submitted_at or (IN_TIME,)), **{"datestamp": WEDNESDAY} | changes)
