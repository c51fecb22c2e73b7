"""The way to a batch of long ago, by OAI-PMH."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digests.errors import SourceMalformed
from digests.papers.collecting.records import catch_up_by_records
from digests.papers.gate import Fault
from digests.papers.paper import Kind
from digests.papers.shelf import load_batch
from tests.oai_answers import make_answer, make_record, make_refusal
from tests.record_house import IN_TIME, LONG_AGO, WEDNESDAY, House, page_paper, record

#: What is asked of the database is the same in all of them: one is enough for most.
only_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.fixture
def open_house(store, tmp_path):
    return lambda *pages, **options: House(store, tmp_path, *pages, **options)


def test_a_batch_of_the_past_comes_page_by_page_and_says_that_it_may_have_lost_some(open_house):
    house = open_house([record(1), record(3)], [record(2, LONG_AGO), make_record("2501.00001", LONG_AGO)])
    house.now += timedelta(days=20)
    outcome, token = house.catch_up()
    assert (outcome.is_through, outcome.changed, outcome.found, token) == (False, {WEDNESDAY}, 2, "page-1")
    assert house.batch().fault == Fault.GAP
    outcome, token = house.catch_up(token)
    # Its numbers are known from the page before.
    assert (outcome.is_through, outcome.changed, outcome.found, token) == (True, {WEDNESDAY}, 1, "")
    assert [row[:2] for row in house.rows()] == [(f"2611.0000{n}", "new") for n in (1, 2, 3)]
    assert (house.batch().fault, house.batch().whole, house.batch().seen) == (Fault.CUT, False, 3)
    assert house.server.asked[0] == ("cs", WEDNESDAY, WEDNESDAY, "")


@only_sqlite
def test_it_is_asked_up_to_the_day_before_the_next_announcement_and_not_beyond_today(open_house):
    house = open_house(make_refusal("noRecordsMatch"))
    friday, sunday = date(2026, 11, 20), date(2026, 11, 22)
    house.now = datetime(2026, 12, 1, tzinfo=UTC)
    catch_up_by_records(house.desk, "cs", friday, "")
    house.now = datetime(2026, 11, 21, 5, tzinfo=UTC)
    catch_up_by_records(house.desk, "cs", friday, "")
    assert [until for _, _, until, _ in house.server.asked] == [sunday, date(2026, 11, 21)]


@only_sqlite
def test_an_expired_token_of_the_past_begins_again_in_the_same_step(open_house):
    house = open_house([record(1)], [record(2)], refused=["page-1"])
    outcome, token = house.catch_up("page-1")
    assert (outcome.is_through, token) == (False, "page-1")
    assert [asked for _, _, _, asked in house.server.asked] == ["page-1", ""]


@only_sqlite
def test_a_page_of_the_past_that_is_read_again_changes_nothing(open_house):
    house = open_house([record(1)], [record(2)])
    house.catch_up()
    before = (house.rows(), replace(house.batch(), changed_at=None))
    assert house.catch_up()[0].changed == frozenset()
    assert (house.rows(), replace(house.batch(), changed_at=None)) == before


@only_sqlite
def test_a_token_that_leads_to_itself_is_refused(open_house):
    house = open_house(make_answer([record(1)], "page-0"))
    with pytest.raises(SourceMalformed, match="same token"):
        house.catch_up("page-0")


@only_sqlite
def test_replacements_of_the_past_are_announced_with_their_version(open_house):
    away = make_record("2601.00002", LONG_AGO, IN_TIME, datestamp=WEDNESDAY, categories="math.OC cs.LG")
    house = open_house([make_record("2601.00001", LONG_AGO, LONG_AGO, IN_TIME, datestamp=WEDNESDAY), away])
    house.catch_up()
    assert house.rows() == [("2601.00001", "replace", 3), ("2601.00002", "replace-cross", 2)]


@only_sqlite
def test_a_day_without_announcement_has_nothing_and_is_over(open_house):
    house = open_house(make_refusal("noRecordsMatch"))
    outcome, token = house.catch_up()
    assert (outcome.is_through, outcome.found, token, house.batch().fault) == (True, 0, "", Fault.EMPTY)


@only_sqlite
def test_what_a_page_has_proved_whole_gets_words_and_versions_and_keeps_its_papers(open_house):
    house = open_house([record(1)])
    house.announce(page_paper(1), page_paper(2))
    house.catch_up()
    assert house.rows() == [("2611.00001", "new", 1), ("2611.00002", "new", None)]
    assert house.batch().seen == 2


@only_sqlite
def test_recorded_records_of_a_real_day_are_dated_as_arxiv_announced_them(open_house, recorded):
    """Of 2011-02-03 arXiv's own test database has the announcement, too: new were 1102.0278 to 1102.0555."""
    house = open_house(*(recorded / "arxiv-oai" / f"ListRecords_arXivRaw_p{page}.xml" for page in (1, 2, 3)))
    on, found = date(2011, 2, 3), 0
    for path in list(house.server.pages):
        house.server.pages = [path.read_bytes()]
        for archive in ("cs", "math", "cond-mat", "hep-th", "astro-ph", "physics", "quant-ph"):
            found += catch_up_by_records(house.desk, archive, on, "")[0].found
    batch = load_batch(house.store, on)
    new = sorted(entry.paper.id for entry in batch if entry.kind in {Kind.NEW, Kind.CROSS})
    # Some came between 14:00 and 16:00, which was the cut-off then.
    assert len(new) > 20
    assert new[0] >= "1102.0278"
    assert new[-1] <= "1102.0555"
    replaced = {entry.paper.id: entry.paper for entry in batch if entry.kind is Kind.REPLACE}
    assert replaced["cond-mat/0703772"].is_withdrawn
