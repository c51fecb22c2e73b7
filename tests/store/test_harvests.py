"""Papers that no announcement brought, and what the community reads, on both databases."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from digests.papers.batches import find_recent_dates
from digests.papers.huggingface import DailyPaper, DailyPapers
from digests.papers.merging import merge
from digests.papers.paper import Announced, Announcement, Kind, Source
from digests.papers.shelf import Stored, find_papers, latest_date, load_batch, store_announcement, store_papers
from digests.papers.trending import store_daily
from digests.papers.wire import read_wire
from digests.store.tables import daily_papers, papers
from tests.builders import make_paper

DAY = date(2026, 1, 8)
NOON = datetime(2026, 1, 8, 12, tzinfo=UTC)


def noon():
    return NOON


def later():
    return NOON + timedelta(hours=1)


def read_rows(store, table):
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]


def load_one(store, paper_id="2601.00001"):
    return find_papers(store, [paper_id])[paper_id]


def announce(*found, source=Source.RSS):
    entries = tuple(Announced(paper, Kind.NEW) for paper in found)
    return Announcement(source=source, scope="cs.LG", announced_on=DAY, entries=entries)


def make_daily(**changes):
    entry = DailyPaper(make_paper(version=None, categories=()), listed_on=DAY, upvotes=5, comments=1)
    return DailyPapers((replace(entry, **changes),))


def test_papers_without_an_announcement_are_here_and_in_no_batch(store):
    found = [make_paper(), make_paper(id="2601.00002"), make_paper()]
    assert store_papers(store, found, Source.OAI, noon) == Stored(entries=2, new=2, known=0)
    assert set(find_papers(store, ["2601.00001", "2601.00002"])) == {"2601.00001", "2601.00002"}
    assert load_batch(store, DAY) == []
    assert (latest_date(store), find_recent_dates(store, NOON)) == (None, [])


def test_storing_them_again_changes_nothing(store):
    store_papers(store, [make_paper()], Source.API, noon)
    before = read_rows(store, papers)
    assert store_papers(store, [make_paper()], Source.API, later) == Stored(entries=1, new=0, known=1)
    assert read_rows(store, papers) == before
    assert store_papers(store, [], Source.API, later) == Stored(entries=0, new=0, known=0)


def test_an_announcement_of_a_paper_that_is_here_finds_it_known(store):
    store_papers(store, [make_paper()], Source.API, noon)
    assert store_announcement(store, announce(make_paper()), noon).known == 1
    assert [entry.paper.id for entry in load_batch(store, DAY)] == ["2601.00001"]


def test_the_most_trusted_source_gives_the_words_of_a_version_in_whatever_order_they_come():
    assert [source.value for source in Source] == ["hf", "list", "catchup", "atom", "rss", "api", "oai"]
    for order in itertools.permutations(Source):
        known = None
        for source in order:
            known = merge(known, make_paper(title=f"As {source.value} says"), source)
        assert (known.paper.title, known.source) == ("As oai says", Source.OAI)


def test_a_newer_version_wins_over_a_more_trusted_source(store):
    store_papers(store, [make_paper(version=1, title="Old")], Source.OAI, noon)
    store_announcement(store, announce(make_paper(version=2, title="New")), noon)
    store_papers(store, [make_paper(version=1, title="Old")], Source.OAI, later)
    assert (load_one(store).title, load_one(store).version) == ("New", 2)


def test_what_hugging_face_says_fills_gaps_and_overwrites_nothing(store):
    store_daily(store, make_daily(), noon)
    assert load_one(store).categories == ()
    listed = make_paper(version=None, title="As arXiv lists it", abstract="")
    store_announcement(store, announce(listed, source=Source.LISTING), noon)
    store_daily(store, make_daily(), later)
    paper = load_one(store)
    assert (paper.title, paper.categories) == ("As arXiv lists it", ("cs.LG", "cs.AI"))
    assert paper.abstract == make_paper().abstract


def test_the_latest_counts_of_a_day_count_and_say_as_of_when_they_are(store):
    assert store_daily(store, make_daily(), noon) == Stored(entries=1, new=1, known=0)
    first = [("2601.00001", DAY, 5, 1, "", None, NOON)]
    assert read_rows(store, daily_papers) == first
    assert store_daily(store, make_daily(), later) == Stored(entries=1, new=0, known=1)
    assert read_rows(store, daily_papers) == [(*first[0][:-1], later())]
    store_daily(store, make_daily(upvotes=9, github_repo="https://github.com/example/a", github_stars=0), later)
    assert read_rows(store, daily_papers) == [
        ("2601.00001", DAY, 9, 1, "https://github.com/example/a", 0, later()),
    ]


def test_a_paper_may_be_listed_on_two_days_and_twice_on_one(store):
    entries = [make_daily(upvotes=votes).papers[0] for votes in (1, 2)]
    tomorrow = replace(entries[0], listed_on=DAY + timedelta(days=1))
    store_daily(store, DailyPapers((*entries, tomorrow)), noon)
    assert [row[1:3] for row in read_rows(store, daily_papers)] == [(DAY, 2), (DAY + timedelta(days=1), 1)]


def test_an_entry_without_a_day_brings_its_paper_only(store):
    assert store_daily(store, make_daily(listed_on=None), noon).new == 1
    assert load_one(store).title == make_paper().title
    assert read_rows(store, daily_papers) == []


@pytest.mark.parametrize(
    ("folder", "rows"),
    # Counted by grep over the files.
    [("arxiv-api", 105), ("arxiv-oai", 506), ("hf-daily", 158)],
)
def test_everything_recorded_is_stored_each_paper_once(store, recorded, folder, rows):
    ids = set()
    for path in sorted((recorded / folder).iterdir()):
        if path.name.startswith(("index", "error", "Identify", "ListSets", "id_abc")):
            continue
        document = read_wire(path.read_bytes())
        if isinstance(document, DailyPapers):
            stored = store_daily(store, document, lambda: datetime(2026, 9, 1, tzinfo=UTC))
            ids |= {entry.paper.id for entry in document.papers}
        else:
            stored = store_papers(store, document.papers, document.source, noon)
            ids |= {paper.id for paper in document.papers}
        assert stored.entries == stored.new + stored.known
    assert len(read_rows(store, papers)) == len(ids) == rows
    assert len(read_rows(store, daily_papers)) == (157 if folder == "hf-daily" else 0)
