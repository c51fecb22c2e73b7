"""Announce papers and ask the past of them, with boring defaults."""

from datetime import UTC, date, datetime

from digests.keywords.language import parse
from digests.papers.paper import Announced, Announcement, Kind, Source
from digests.papers.shelf import store_announcement
from digests.past.search import open_past

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


def announce(store, *papers, on=TODAY, kind=Kind.NEW, source=Source.RSS, at=NOW):
    entries = tuple(Announced(paper, kind) for paper in papers)
    announcement = Announcement(source=source, scope="cs.LG", announced_on=on, entries=entries)
    store_announcement(store, announcement, lambda: at)


def find(store, text, past=None, **window):
    """{date: ids} of the papers that `text` hits in what is indexed."""
    past = past or open_past(store, NOW, **window)
    return {on: past.list_ids(on, mask) for on, mask in past.find(parse(text)).items()}
