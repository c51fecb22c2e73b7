"""Rows of papers, announcements and batches, on both databases."""

import gzip
import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from digests.errors import SourceMalformed
from digests.papers.batches import BatchRow, coverage, find_batch_row
from digests.papers.gate import Fault
from digests.papers.paper import Announced, Announcement, Kind, Section, Source
from digests.papers.shelf import Stored, find_papers, latest_date, load_batch, store_announcement
from digests.papers.wire import read_document
from digests.store.tables import announcements, batches, papers
from tests.builders import make_paper

FIXTURES = Path(__file__).parents[1] / "fixtures"
DAY = date(2026, 1, 8)
NOON = datetime(2026, 1, 8, 12, tzinfo=UTC)
PAGES = ["skip0_show250", "skip250_show250", "skip500_show250"]


def noon():
    return NOON


def later():
    return NOON + timedelta(hours=1)


def read_fixture(name):
    return read_document((FIXTURES / name).read_bytes())


def read_recorded(recorded, name):
    return read_document((recorded / name).read_bytes())


def make_announcement(*papers, source=Source.RSS, kind=Kind.NEW, on=DAY, scope="cs.LG"):
    entries = tuple(Announced(paper, kind) for paper in papers)
    return Announcement(source=source, scope=scope, announced_on=on, entries=entries)


def make_listing(*papers, kind=Kind.NEW, total=None, **changes):
    entries = tuple(Announced(paper, kind, item) for item, paper in enumerate(papers, start=1))
    sections = (Section(kind, len(papers), len(papers)),) if papers else ()
    listing = make_announcement(source=Source.LISTING, **changes)
    return replace(listing, entries=entries, sections=sections, total=len(papers) if total is None else total)


def read_rows(store, table, without=frozenset()):
    columns = [column for column in table.c if column.name not in without]
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key.columns))]


def load_one(store, paper_id="2601.00001"):
    return find_papers(store, [paper_id])[paper_id]


@contextmanager
def counted_statements(store):
    statements = []

    def count(connection, cursor, statement, *rest):
        statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", count)
    yield statements
    event.remove(store.engine, "before_cursor_execute", count)


def test_what_was_stored_is_loaded_again_once_each_and_in_order(store):
    page = read_fixture("listing/whole.html")
    assert store_announcement(store, page, noon) == Stored(entries=5, new=5, known=0, announced=5)
    batch = load_batch(store, DAY)
    assert [(entry.kind, entry.paper.id) for entry in batch] == [
        (Kind.NEW, "2601.90001"),
        (Kind.NEW, "2601.90002"),
        (Kind.CROSS, "2601.90003"),
        (Kind.REPLACE, "2512.90004"),
        (Kind.REPLACE, "hep-th/9901001"),
    ]
    assert {entry.paper for entry in batch} == {entry.paper for entry in page.entries}
    assert latest_date(store) == DAY
    assert load_batch(store, DAY - timedelta(days=1)) == []


def test_storing_a_document_again_changes_no_paper_and_no_announcement(store):
    page = read_fixture("listing/whole.html")
    store_announcement(store, page, noon)
    before = read_rows(store, papers), read_rows(store, announcements)
    assert store_announcement(store, page, later) == Stored(entries=5, new=0, known=5, broken=0)
    assert (read_rows(store, papers), read_rows(store, announcements)) == before


def test_the_row_is_the_same_whatever_came_first(store):
    documents = [read_fixture(name) for name in ("listing/whole.html", "feeds/rss.xml", "feeds/atom.xml")]
    outcomes = []
    for order in itertools.permutations([*documents, documents[0]]):
        with store.writing() as connection:
            for table in (announcements, batches, papers):
                connection.execute(table.delete())
        for document in order:
            store_announcement(store, document, noon)
        outcomes.append(
            [read_rows(store, table, without={"stored_at", "added"}) for table in (papers, announcements, batches)]
        )
    assert all(outcome == outcomes[0] for outcome in outcomes)
    merged = load_one(store, "2601.90001")
    assert merged.title.startswith(r"Gödel machines with $\alpha$-decay")
    assert merged.comments == "9 pages, code at https://example.org/code"
    assert merged.doi == "10.1000/7"


def test_documents_stored_at_the_same_time_are_merged_as_if_one_by_one(store):
    documents = [read_fixture(name) for name in ("listing/whole.html", "feeds/rss.xml", "feeds/atom.xml")] * 3
    with ThreadPoolExecutor(len(documents)) as threads:
        stored = list(threads.map(lambda document: store_announcement(store, document, noon), documents))
    assert sum(one.new for one in stored) == 5
    merged = load_one(store, "2601.90001")
    assert (merged.comments, merged.doi) == ("9 pages, code at https://example.org/code", "10.1000/7")
    assert merged.title.startswith(r"Gödel machines with $\alpha$-decay")


def test_a_less_trusted_source_fills_what_is_missing_and_overwrites_nothing(store):
    store_announcement(store, make_announcement(make_paper(title="Of the feed", authors=("A", "B"))), noon)
    listed = make_paper(title="Of the page", authors=("A",), comments="9 pages", categories=("cs.LG", "stat.ML"))
    store_announcement(store, make_listing(listed), later)
    paper = load_one(store)
    assert (paper.title, paper.authors, paper.comments) == ("Of the feed", ("A", "B"), "9 pages")
    assert paper.categories == ("cs.LG", "cs.AI", "stat.ML")


def test_the_words_of_a_newer_version_win_and_those_of_an_older_one_never(store):
    store_announcement(store, make_announcement(make_paper(version=2, title="Second", doi="10.1/2")), noon)
    store_announcement(store, make_announcement(make_paper(version=1, title="First", doi="10.1/1")), noon)
    assert (load_one(store).title, load_one(store).version) == ("Second", 2)
    store_announcement(store, make_listing(make_paper(version=3, title="Third"), kind=Kind.REPLACE), noon)
    assert (load_one(store).title, load_one(store).version, load_one(store).doi) == ("Third", 3, "10.1/2")


def test_an_unknown_version_does_not_hide_a_known_one(store):
    store_announcement(store, make_listing(make_paper(version=2, title="Second")), noon)
    store_announcement(store, make_listing(make_paper(version=None, title="Who knows")), noon)
    assert (load_one(store).title, load_one(store).version) == ("Second", 2)


def test_empty_fields_empty_nothing(store):
    full = make_paper(comments="c", journal_ref="j", doi="d", licence="l")
    store_announcement(store, make_announcement(full), noon)
    empty = make_paper(version=2, authors=(), abstract="", categories=("cs.LG",))
    store_announcement(store, make_announcement(empty), noon)
    assert load_one(store) == replace(full, version=2)


def test_a_paper_is_new_if_any_document_says_so(store):
    paper = make_paper()
    for kind in (Kind.REPLACE_CROSS, Kind.NEW, Kind.CROSS):
        store_announcement(store, make_listing(paper, kind=kind, scope=f"cs.{kind.name[:2]}"), noon)
    assert load_batch(store, DAY) == [Announced(paper, Kind.NEW)]


def test_a_paper_of_two_days_stands_in_both_batches(store):
    paper, other = make_paper(), make_paper(id="2601.00002")
    store_announcement(store, make_listing(paper, on=DAY), noon)
    store_announcement(store, make_listing(paper, other, kind=Kind.REPLACE, on=DAY + timedelta(days=1)), noon)
    assert load_batch(store, DAY + timedelta(days=1))[0] == Announced(paper, Kind.REPLACE)
    assert load_batch(store, DAY) == [Announced(paper, Kind.NEW)]


def test_the_words_have_a_new_hash_only_when_they_change(store):
    def read_hash():
        with store.reading() as connection:
            return connection.scalar(select(papers.c.words_hash))

    store_announcement(store, make_listing(make_paper(title="On $α$", abstract="See http://a-b.com.  Done.")), noon)
    first = read_hash()
    store_announcement(store, make_announcement(make_paper(title=r"On $\alpha$", abstract="See a-b.com. Done.")), noon)
    assert load_one(store).title == r"On $\alpha$"
    assert read_hash() == first
    store_announcement(store, make_announcement(make_paper(title=r"On $\beta$", abstract="See a-b.com. Done.")), noon)
    assert read_hash() != first


def test_a_document_without_a_day_needs_one_given(store):
    empty = read_fixture("feeds/atom_empty.xml")
    with pytest.raises(SourceMalformed, match="give the day"):
        store_announcement(store, empty, noon)
    store_announcement(store, empty, noon, on=DAY)
    assert [(row.scope, row.source, row.fault) for row in coverage(store, DAY)] == [("cs.LG", Source.ATOM, Fault.EMPTY)]
    store_announcement(store, make_announcement(make_paper(), on=None), noon, on=DAY)
    assert len(load_batch(store, DAY)) == 1


def test_unknown_ids_are_not_found(store):
    store_announcement(store, make_announcement(make_paper()), noon)
    assert find_papers(store, ["2601.00001", "2601.99999"]) == {"2601.00001": make_paper()}
    assert find_papers(store, []) == {}


def test_coverage_says_what_is_whole_and_where_to_go_on(store):
    store_announcement(store, make_listing(make_paper(), total=3), noon)
    store_announcement(store, read_fixture("feeds/rss.xml"), noon)
    batch = {"scope": "cs.LG", "announced_on": DAY, "updated_at": NOON, "changed_at": NOON}
    assert coverage(store, DAY) == [
        BatchRow(
            **batch, source=Source.LISTING, seen=1, total=3, closed_at=None, fault="gap", items=((1, 1),), added=1
        ),
        BatchRow(**batch, source=Source.RSS, seen=5, total=None, closed_at=NOON, fault="", items=(), added=5),
    ]
    assert [(row.whole, row.next_skip) for row in coverage(store, DAY)] == [(False, 1), (True, None)]
    assert find_batch_row(store, "cs.LG", Source.RSS, DAY) == coverage(store, DAY)[1]
    assert find_batch_row(store, "cs.LG", Source.ATOM, DAY) is None


def test_what_was_whole_stays_whole_when_a_worse_answer_comes_later(store):
    page = read_fixture("listing/whole.html")
    store_announcement(store, page, noon)
    (before,) = coverage(store, DAY)
    lagging = replace(page, entries=page.entries[:3], sections=(*page.sections[:2], Section(Kind.REPLACE, 0, 2)))
    for worse in (lagging, replace(page, entries=(), sections=(), total=None)):
        store_announcement(store, worse, later)
    assert coverage(store, DAY) == [replace(before, updated_at=later())]


def test_a_batch_that_was_short_closes_when_the_rest_is_there(store):
    page = read_fixture("listing/whole.html")
    shown = tuple(replace(entry, item=item) for item, entry in enumerate(page.entries[1:], start=1))
    short = replace(page, entries=shown, sections=(Section(Kind.NEW, 1, 2), *page.sections[1:]))
    store_announcement(store, short, noon)
    assert [(row.whole, row.fault) for row in coverage(store, DAY)] == [(False, Fault.SHORT)]
    store_announcement(store, page, later)
    assert [(row.whole, row.fault) for row in coverage(store, DAY)] == [(True, "")]


def test_a_feed_with_a_new_date_and_the_old_papers_announces_nothing(store):
    """As cs.AI's feed of 2026-08-12 was: https://github.com/ZJU-REAL/Polaris/issues/414"""
    old, fresh = make_paper(), make_paper(id="2601.00002")
    store_announcement(store, make_listing(old), noon)
    tomorrow = DAY + timedelta(days=1)
    store_announcement(store, make_announcement(old, on=tomorrow), later)
    assert load_batch(store, tomorrow) == []
    assert [(row.whole, row.fault, row.seen) for row in coverage(store, tomorrow)] == [(False, Fault.STALE, 0)]
    store_announcement(store, make_announcement(old, fresh, on=tomorrow), later)
    assert [row.whole for row in coverage(store, tomorrow)] == [True]


def test_a_day_costs_the_same_few_statements_however_many_papers(store):
    def count(number):
        page = make_announcement(*(make_paper(id=f"2601.{index:05}") for index in range(number)))
        with counted_statements(store) as statements:
            store_announcement(store, page, noon)
        return len(statements)

    assert count(3) == count(300) <= 10


# --- recorded days ------------------------------------------------------------------------------


def test_a_recorded_day_in_three_pages_is_the_batch_of_one_page(store, recorded):
    pages = [read_recorded(recorded, f"arxiv-list/cs.CV_new_2026-04-21_{page}.html") for page in PAGES]
    for page, seen in zip(pages, (250, 500, 501), strict=True):
        store_announcement(store, page, noon)
        (row,) = coverage(store, date(2026, 4, 21))
        assert (row.seen, row.whole, row.next_skip) == (seen, seen == 501, None if seen == 501 else seen)
    batch = load_batch(store, date(2026, 4, 21))
    assert Counter(entry.kind.value for entry in batch) == {"new": 276, "cross": 48, "replace": 177}
    one = read_recorded(recorded, "arxiv-list/cs.CV_new_2026-04-21_show2000.html")
    assert store_announcement(store, one, noon).new == 0
    assert load_batch(store, date(2026, 4, 21)) == batch


def test_a_recorded_lagging_page_leaves_its_batch_open_until_the_whole_one_comes(store, recorded):
    store_announcement(store, read_recorded(recorded, "arxiv-list/cs.CV_new_2026-04-23_PARTIAL_lag.html"), noon)
    (row,) = coverage(store, date(2026, 4, 23))
    assert (row.seen, row.total, row.whole, row.fault) == (152, 171, False, "short")
    brought = store_announcement(store, read_recorded(recorded, "arxiv-list/cs.CV_new_2026-04-23_show2000.html"), noon)
    assert (brought.entries, brought.new) == (171, 19)
    (row,) = coverage(store, date(2026, 4, 23))
    assert (row.seen, row.whole) == (171, True)


def test_the_feed_of_a_recorded_day_adds_no_paper_to_its_page(store, recorded):
    store_announcement(store, read_recorded(recorded, "arxiv-list/cs.CV_new_2026-04-21_show2000.html"), noon)
    brought = store_announcement(store, read_recorded(recorded, "arxiv-rss/rss_cs.CV_2026-04-21.xml"), later)
    assert brought == Stored(entries=501, new=0, known=501, broken=0)
    assert [(row.source, row.seen, row.whole) for row in coverage(store, date(2026, 4, 21))] == [
        (Source.LISTING, 501, True),
        (Source.RSS, 501, True),
    ]
    batch = load_batch(store, date(2026, 4, 21))
    assert len(batch) == 501
    assert all(entry.paper.licence for entry in batch)


def test_the_two_stress_pages_close_a_batch_of_2647(store, recorded):
    for skip in (2000, 0):
        payload = (recorded / "arxiv-list" / f"STRESS_cs_new_5days_skip{skip}_show2000.html.gz").read_bytes()
        store_announcement(store, read_document(gzip.decompress(payload)), noon)
    (row,) = coverage(store, date(2026, 2, 3))
    assert (row.seen, row.total, row.whole) == (2647, 2647, True)
    assert len(load_batch(store, date(2026, 2, 3))) == 2647


def test_a_stale_feed_with_nothing_new_in_it_is_one_too(store):
    crossed = replace(read_fixture("feeds/rss.xml"), entries=(Announced(make_paper(), Kind.CROSS),))
    store_announcement(store, crossed, noon)
    tomorrow = DAY + timedelta(days=1)
    store_announcement(store, replace(crossed, announced_on=tomorrow), later)
    assert [(row.whole, row.fault) for row in coverage(store, tomorrow)] == [(False, Fault.STALE)]
    assert load_batch(store, tomorrow) == []
