"""Which records a batch announced: by their submission and their numbers, and what looks like them and is not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from digests.papers.calendar import load_calendar
from digests.papers.collecting.dating import build_window, date_records, find_cut_off
from digests.papers.paper import Kind, Record, Version
from tests.builders import make_paper

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (17, 18, 19))
#: Before the cut-off of Wednesday's batch, and after that of Tuesday's.
IN_TIME = datetime(2026, 11, 17, 12, tzinfo=UTC)
LONG_AGO = IN_TIME - timedelta(days=20)


def make_record(paper_id, *submitted_at, datestamp=WEDNESDAY, categories=("cs.LG",), **changes):
    versions = tuple(Version(number, moment) for number, moment in enumerate(submitted_at, start=1))
    paper = make_paper(id=paper_id, version=len(versions), categories=categories, **changes)
    return Record(paper, datestamp, versions)


def date_all(*records, scope="cs", known=(), older=(), before=TUESDAY):
    return date_records(records, build_window(scope, WEDNESDAY, before, load_calendar()), dict(known), older)


@pytest.mark.parametrize(
    ("on", "cut_off"),
    [
        # 14:00 in New York is 19:00 UTC in winter and 18:00 in summer.
        (date(2026, 11, 18), datetime(2026, 11, 17, 19, tzinfo=UTC)),
        (date(2026, 11, 16), datetime(2026, 11, 13, 19, tzinfo=UTC)),
        (date(2026, 11, 17), datetime(2026, 11, 16, 19, tzinfo=UTC)),
        (date(2026, 7, 1), datetime(2026, 6, 30, 18, tzinfo=UTC)),
        # The clocks went back on the Sunday between the cut-off and the announcement.
        (date(2026, 11, 2), datetime(2026, 10, 30, 18, tzinfo=UTC)),
    ],
)
def test_submissions_are_taken_until_two_in_the_afternoon_of_the_working_day_before(on, cut_off):
    assert find_cut_off(on) == cut_off


def test_a_first_version_of_the_day_is_new_at_home_and_a_cross_list_elsewhere():
    home = make_record("2611.00010", IN_TIME)
    away = make_record("2611.00011", IN_TIME, categories=("math.OC", "cs.LG"))
    alias = make_record("2611.00012", IN_TIME, categories=("math.NA",))
    assert date_all(home, away, alias) == {
        "2611.00010": (Kind.NEW, 1),
        "2611.00011": (Kind.CROSS, 1),
        # cs.NA is an alias of it.
        "2611.00012": (Kind.NEW, 1),
    }


def test_what_was_submitted_to_the_second_of_a_cut_off_is_of_the_next_batch():
    cut_offs = [find_cut_off(TUESDAY), find_cut_off(WEDNESDAY) - timedelta(seconds=1), find_cut_off(WEDNESDAY)]
    records = [make_record(f"2611.0001{number}", moment) for number, moment in enumerate(cut_offs)]
    assert list(date_all(*records)) == ["2611.00010", "2611.00011"]


def test_an_old_paper_with_todays_datestamp_is_not_todays():
    crossed = make_record("2610.00500", LONG_AGO)
    ancient = make_record("hep-th/9901001", LONG_AGO)
    yesterday = make_record("2611.00009", IN_TIME - timedelta(days=1))
    assert date_all(crossed, ancient, yesterday, make_record("2611.00010", IN_TIME)).keys() == {"2611.00010"}


def test_a_paper_that_moderation_held_back_is_known_by_its_number():
    held = make_record("2611.00015", LONG_AGO)
    certain = [make_record("2611.00010", IN_TIME), make_record("2611.00020", IN_TIME)]
    assert date_all(held, *certain)["2611.00015"] == (Kind.NEW, 1)
    assert date_all(held) == {}
    # The page has the run, too; what it calls a cross-list has a number of another time.
    page = {"2611.00014": Kind.NEW, "2611.00030": Kind.NEW, "2605.00001": Kind.CROSS}
    assert date_all(held, known=page) == {"2611.00015": (Kind.NEW, 1)}
    assert date_all(held, known={"2611.00014": Kind.NEW, "2611.00030": Kind.CROSS}) == {}


def test_numbers_of_two_months_sort_as_they_were_given():
    held = make_record("2611.00001", LONG_AGO)
    known = {"2610.29999": Kind.NEW, "2611.00020": Kind.NEW}
    assert date_all(held, known=known) == {"2611.00001": (Kind.NEW, 1)}


def test_a_paper_that_was_news_before_is_none_now():
    record = make_record("2611.00010", IN_TIME)
    assert date_all(record, older={"2611.00010"}) == {}
    assert date_all(record, older={"2611.00010"}, known={"2611.00010": Kind.CROSS}) == {"2611.00010": (Kind.CROSS, 1)}


def test_a_record_of_another_day_or_another_archive_is_left_alone():
    early = make_record("2611.00010", IN_TIME, datestamp=TUESDAY)
    later = make_record("2611.00011", IN_TIME, datestamp=THURSDAY)
    dateless = make_record("2611.00012", IN_TIME, datestamp=None)
    other = make_record("2611.00013", IN_TIME, categories=("hep-th",))
    assert date_all(early, later, dateless, other) == {}
    assert date_all(other, scope="hep-th") == {"2611.00013": (Kind.NEW, 1)}


def test_over_a_weekend_the_datestamp_may_be_any_day_of_it():
    friday = date(2026, 11, 20)
    record = make_record("2611.00010", IN_TIME + timedelta(days=2), datestamp=friday + timedelta(days=2))
    window = build_window("cs", friday, THURSDAY, load_calendar())
    assert date_records([record], window, {}, ()) == {"2611.00010": (Kind.NEW, 1)}


def test_over_a_holiday_the_batch_reaches_back_to_the_one_before():
    # Thanksgiving's evening, a Thursday, has no announcement: Friday's batch is left out.
    monday = date(2026, 11, 30)
    window = build_window("cs", monday, None, load_calendar())
    assert (window.submitted_from, window.submitted_until) == (
        find_cut_off(date(2026, 11, 26)),
        datetime(2026, 11, 27, 19, tzinfo=UTC),
    )
    # Calendars are wrong at times: what is here proves that there was one.
    assert build_window("cs", monday, date(2026, 11, 27), load_calendar()).submitted_from == find_cut_off(
        date(2026, 11, 27)
    )
    assert build_window("cs", monday, date(2026, 11, 2), load_calendar()).submitted_from == window.submitted_from


def test_a_new_version_of_the_day_is_a_replacement_with_that_version():
    home = make_record("2601.00001", LONG_AGO, IN_TIME)
    away = make_record("2601.00002", LONG_AGO, LONG_AGO, IN_TIME, categories=("math.OC", "cs.LG"))
    older = make_record("2601.00003", LONG_AGO, LONG_AGO)
    assert date_all(home, away, older) == {
        "2601.00001": (Kind.REPLACE, 2),
        "2601.00002": (Kind.REPLACE_CROSS, 3),
    }


def test_a_sixth_version_is_not_announced_unless_it_takes_the_paper_back():
    moments = [LONG_AGO] * 5 + [IN_TIME]
    assert date_all(make_record("2601.00001", *moments)) == {}
    assert date_all(make_record("2601.00001", *moments, is_withdrawn=True)) == {"2601.00001": (Kind.REPLACE, 6)}


def test_what_the_batch_announced_gets_its_version():
    crossed = make_record("2601.00001", LONG_AGO, LONG_AGO)
    behind = make_record("2601.00002", LONG_AGO)
    known = {"2601.00001": Kind.CROSS, "2601.00002": Kind.REPLACE, "2601.00009": Kind.NEW}
    # The page has the second version already, the record has not.
    assert date_all(crossed, behind, known=known) == {
        "2601.00001": (Kind.CROSS, 2),
        "2601.00002": (Kind.REPLACE, None),
    }


def test_a_version_of_after_the_cut_off_was_not_announced_yet():
    record = make_record("2601.00001", LONG_AGO, IN_TIME, IN_TIME + timedelta(days=1))
    assert date_all(record, known={"2601.00001": Kind.REPLACE}) == {"2601.00001": (Kind.REPLACE, 2)}


def test_records_without_history_are_dated_by_what_is_known_only():
    bare = Record(make_paper(id="2611.00010"), WEDNESDAY)
    undated = Record(make_paper(id="2611.00011"), WEDNESDAY, (Version(1, None),))
    assert date_all(bare, undated) == {}
    assert date_all(bare, known={"2611.00010": Kind.CROSS}) == {"2611.00010": (Kind.CROSS, None)}
