"""A small past of invented papers, indexed: what proposals are made from."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from digests.keywords.language import parse
from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Paper, Source
from digests.papers.shelf import store_announcement
from digests.past.backtest import backtest_all
from digests.past.index import index_past
from digests.past.proposing.proposals import Proposals, propose
from digests.past.search import open_past
from digests.store.engine import Store, open_store
from digests.store.tables import metadata
from tests.builders import make_paper

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
_NEWEST = date(2026, 11, 20)


def build_past(folder, papers: Iterable[Paper], days: int = 2) -> Store:
    """A SQLite store with the papers, dealt out over the last `days` days and indexed."""
    store = open_store(f"sqlite:///{folder / 'past.db'}")
    metadata.create_all(store.engine)
    papers = list(papers)
    for back in range(days):
        entries = tuple(Announced(paper, Kind.NEW) for paper in papers[back::days])
        on = _NEWEST - timedelta(days=back)
        announcement = Announcement(source=Source.RSS, scope="cs.LG", announced_on=on, entries=entries)
        store_announcement(store, announcement, lambda: NOW)
    index_past(store, NOW)
    return store


def make_papers(*texts: tuple[str, str], times: int = 1, first: int = 1, **changes) -> list[Paper]:
    """Each (title, abstract) so many times."""
    return [
        make_paper(id=ArxivId(f"2611.{number:05}"), title=title, abstract=abstract, **changes)
        for number, (title, abstract) in enumerate((text for text in texts for _ in range(times)), first)
    ]


def propose_for(store: Store, text: str, scope=None) -> Proposals:
    query = parse(text)
    test = backtest_all(store, [query], NOW, scope=scope)[query.canonical]
    return propose(store, open_past(store, NOW), query, test, scope)
