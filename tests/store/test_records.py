"""The second look at a batch, by OAI-PMH."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.gate import Fault
from digests.papers.paper import Kind
from digests.papers.shelf import find_papers, load_batch
from digests.store.tables import announcements
from tests.builders import make_paper
from tests.oai_answers import make_answer, make_record, make_refusal
from tests.record_house import IN_TIME, LONG_AGO, NIGHT, TUESDAY, WEDNESDAY, House, page_paper, record

BAD_TOKEN = "badResumptionToken"

#: What is asked of the database is the same in all of them: one is enough for most.
only_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def open_house(store, tmp_path):
    return lambda *pages, **options: House(store, tmp_path, *pages, **options)


def test_a_paper_that_the_page_lacks_is_found_and_comes_to_its_batch(open_house):
    house = open_house([record(1), record(2), record(3, categories="math.OC cs.LG")])
    house.announce(page_paper(1))
    outcome = house.look()
    assert (outcome.is_through, outcome.on, outcome.changed, outcome.found) == (True, WEDNESDAY, {WEDNESDAY}, 3)
    assert house.rows() == [("2611.00001", "new", 1), ("2611.00002", "new", 1), ("2611.00003", "cross", 1)]
    row = house.batch()
    assert (row.seen, row.added, row.whole, row.fault) == (3, 2, True, "")
    assert house.server.asked == [("cs", WEDNESDAY, None, "")]


@only_sqlite
def test_the_words_of_the_records_are_everybodys(open_house):
    house = open_house([record(1), make_record("2501.00001", LONG_AGO, datestamp=WEDNESDAY, title="Old")])
    house.announce(page_paper(1, abstract="Cut at …", authors=("Ann Lee",)))
    house.look()
    found = find_papers(house.store, ["2611.00001", "2501.00001"])
    paper = found["2611.00001"]
    assert (paper.abstract, paper.doi, paper.licence, paper.version) == (
        "Whole words of 2611.00001.",
        "10.1000/2611.00001",
        "http://example.org/by",
        1,
    )
    assert paper.authors == ("Ann Lee", "Bo Chan")
    # Stored, and in no batch: a cross-list or a corrected date of long ago.
    assert found["2501.00001"].title == "Old"
    assert [paper_id for paper_id, _, _ in house.rows()] == ["2611.00001"]


def test_a_second_look_at_the_same_answer_changes_nothing(open_house):
    house = open_house([record(1), record(2)])
    house.announce(page_paper(1))
    house.look()
    rows, batch = house.rows(), house.batch()
    house.now += timedelta(hours=1)
    again = house.look()
    assert (house.rows(), house.batch()) == (rows, replace(batch, updated_at=house.now))
    assert (again.is_through, again.changed, again.found) == (True, frozenset(), 2)


@only_sqlite
def test_what_it_finds_is_stored_now_and_so_comes_late_to_who_was_served(open_house):
    house = open_house([record(1), record(2)])
    house.announce(page_paper(1))
    house.look()
    with house.store.reading() as connection:
        stored = dict(connection.execute(select(announcements.c.paper_id, announcements.c.stored_at)).all())
    assert stored == {"2611.00001": NIGHT - timedelta(hours=2), "2611.00002": NIGHT}


@only_sqlite
def test_on_a_fresh_installation_the_papers_of_older_batches_are_not_announced_again(open_house):
    yesterdays = [record(number, IN_TIME - timedelta(days=1)) for number in range(1, 5)]
    moved = record(5, IN_TIME - timedelta(days=1), LONG_AGO)
    house = open_house([*yesterdays, moved, record(10), record(12), record(11, LONG_AGO)])
    house.announce(page_paper(10))
    house.look()
    assert [paper_id for paper_id, _, _ in house.rows()] == ["2611.00010", "2611.00011", "2611.00012"]


def test_what_was_announced_before_stays_where_it_was(open_house):
    house = open_house([record(1), record(2)])
    house.announce(page_paper(1), on=TUESDAY)
    house.announce(page_paper(2))
    house.look()
    assert house.rows() == [("2611.00002", "new", 1)]
    assert house.rows(TUESDAY) == [("2611.00001", "new", None)]


@only_sqlite
def test_a_replacement_that_no_page_has_is_not_announced_by_its_record(open_house):
    house = open_house([record(1), make_record("2601.00001", LONG_AGO, IN_TIME, datestamp=WEDNESDAY)])
    assert house.look().found == 1
    assert house.rows() == [("2611.00001", "new", 1)]


def test_replacements_get_their_version_and_withdrawn_papers_their_mark(open_house):
    taken_back = make_record("2601.00002", LONG_AGO, IN_TIME, datestamp=WEDNESDAY, withdrawn=True)
    house = open_house([make_record("2601.00001", LONG_AGO, LONG_AGO, IN_TIME, datestamp=WEDNESDAY), taken_back])
    house.announce(*(make_paper(id=f"2601.0000{n}", version=None) for n in (1, 2)), kind=Kind.REPLACE)
    assert house.look().changed == frozenset()
    assert house.rows() == [("2601.00001", "replace", 3), ("2601.00002", "replace", 2)]
    papers = {entry.paper.id: entry.paper for entry in load_batch(house.store, WEDNESDAY)}
    assert [papers[paper_id].is_withdrawn for paper_id in sorted(papers)] == [False, True]


@only_sqlite
def test_records_that_lack_a_paper_of_the_page_prove_nothing_and_are_asked_for_again(open_house):
    house = open_house([record(1)])
    house.announce(page_paper(1), page_paper(2))
    assert not house.look().is_through
    assert (house.batch().fault, house.batch().whole, house.batch().seen) == (Fault.LACKING, False, 1)
    house.server.pages = [[record(1), record(2)]]
    assert house.look().is_through
    assert (house.batch().fault, house.batch().whole, house.batch().seen) == ("", True, 2)


@only_sqlite
def test_a_paper_that_stays_away_is_not_waited_for_all_night(open_house):
    house = open_house([record(1)])
    house.announce(page_paper(1), page_paper(2))
    house.look()
    house.now += timedelta(minutes=89)
    assert not house.look().is_through
    house.now += timedelta(minutes=1)
    assert house.look().is_through
    # Through, but not proved.
    assert (house.batch().whole, house.batch().fault) == (False, Fault.LACKING)


@only_sqlite
def test_before_the_records_are_ready_there_is_nothing_and_it_is_asked_again(open_house):
    old = make_record("2501.00001", LONG_AGO, datestamp=WEDNESDAY)
    early = make_record("2611.00001", IN_TIME, datestamp=TUESDAY)
    house = open_house()
    for page in (make_refusal("noRecordsMatch"), [old], [early], make_answer([])):
        house.server.pages = [page]
        outcome = house.look()
        assert (outcome.is_through, outcome.on, outcome.found) == (False, None, 0)
        assert (house.rows(), house.batch().fault, house.batch().whole) == ([], Fault.EMPTY, False)
    house.announce(page_paper(2))
    assert not house.look().is_through
    assert house.batch().fault == Fault.EMPTY


@only_sqlite
def test_a_batch_is_found_by_records_alone_while_its_page_hangs(open_house):
    house = open_house([record(1), record(2)])
    assert house.look().changed == {WEDNESDAY}
    assert [kind for _, kind, _ in house.rows()] == ["new", "new"]


@only_sqlite
def test_all_pages_are_read_with_the_tokens_that_they_give(open_house):
    house = open_house([record(1)], [record(2)], [record(3)])
    house.announce(page_paper(1))
    assert house.look().found == 3
    assert [token for _, _, _, token in house.server.asked] == ["", "page-1", "page-2"]


@only_sqlite
def test_the_run_of_numbers_is_that_of_all_pages_together(open_house):
    house = open_house([record(2, LONG_AGO), record(3)], [record(1)])
    house.look()
    assert [paper_id for paper_id, _, _ in house.rows()] == ["2611.00001", "2611.00002", "2611.00003"]


@only_sqlite
def test_an_expired_token_means_from_the_beginning_once(open_house):
    house = open_house([record(1)], [record(2)], refused=["page-1"])
    assert house.look().found == 2
    assert [token for _, _, _, token in house.server.asked] == ["", "page-1", "", "page-1"]
    house = open_house([record(1)], [record(2)], refused=["page-1", "page-1"])
    with pytest.raises(SourceMalformed, match=BAD_TOKEN):
        house.look()
    assert len(house.kept()) > 0


@only_sqlite
def test_a_list_without_end_is_left(open_house):
    circle = make_answer([record(1)], "page-0")
    house = open_house(circle)
    with pytest.raises(SourceMalformed, match="goes in circles"):
        house.look()
    assert len(house.server.asked) == 10


@only_sqlite
def test_a_page_that_does_not_come_leaves_the_words_of_those_before_and_no_verdict(open_house):
    house = open_house([record(1)], SourceUnavailable("busy", retry_after_seconds=60))
    with pytest.raises(SourceUnavailable):
        house.look()
    assert set(find_papers(house.store, ["2611.00001"])) == {"2611.00001"}
    assert (house.rows(), house.batch()) == ([], None)


@only_sqlite
def test_what_is_no_list_is_kept_and_said(open_house):
    codes = ("badArgument", "badVerb", "cannotDisseminateFormat", "idDoesNotExist", BAD_TOKEN)
    cut = make_answer([record(1)])[:-20]
    page = b"<html><body>Service Unavailable</body></html>"
    house = open_house()
    for document in (*map(make_refusal, codes), cut, page, b"", b"Rate exceeded."):
        house.server.pages = [document]
        with pytest.raises(SourceMalformed):
            house.look()
        with pytest.raises(SourceMalformed):
            house.catch_up()
        assert any(path.read_bytes() == document for path in house.kept())
    assert (house.rows(), house.batch()) == ([], None)


@only_sqlite
def test_a_record_that_cannot_be_read_leaves_the_batch_unproved_and_the_rest_stored(open_house):
    house = open_house([record(1), record(2, categories="cs.XX")])
    house.announce(page_paper(1))
    assert house.look().is_through
    assert (house.batch().whole, house.batch().fault, house.batch().seen) == (False, Fault.BROKEN, 1)
    assert len(house.kept()) > 0


def test_what_was_proved_stays_proved(open_house):
    house = open_house([record(1)])
    house.announce(page_paper(1))
    house.look()
    house.server.pages = [make_refusal("noRecordsMatch")]
    house.look()
    assert (house.batch().whole, house.batch().fault, house.batch().seen) == (True, "", 1)


@only_sqlite
def test_an_archive_of_physics_is_judged_by_its_own_papers(open_house):
    house = open_house([record(1, categories="hep-th"), record(2, categories="gr-qc hep-th"), record(3)])
    house.announce(page_paper(4))
    outcome = house.look("hep-th")
    assert (outcome.is_through, outcome.found) == (True, 2)
    assert house.rows()[:2] == [("2611.00001", "new", 1), ("2611.00002", "cross", 1)]
