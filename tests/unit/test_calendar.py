"""Holidays: as arXiv lists them, and as an operator changes them."""

from datetime import date

import pytest

from digests.papers.calendar import Calendar, load_calendar

# What was found on recorded pages: the list stayed the same from Friday 19 June to Monday.
JUNETEENTH = date(2026, 6, 22)
THANKSGIVING = date(2026, 11, 27)


def test_the_day_after_the_evening_that_is_left_out_is_the_holidays_batch():
    calendar = load_calendar()
    assert calendar.is_holiday(JUNETEENTH)
    assert calendar.is_holiday(THANKSGIVING)
    assert not calendar.is_holiday(date(2026, 6, 19))
    assert calendar.find_next_announced(date(2026, 11, 26)) == date(2026, 11, 30)


def test_a_saturday_is_no_day_of_a_batch_and_no_holiday():
    calendar = load_calendar()
    assert not calendar.is_announced(date(2026, 11, 21))
    assert not calendar.is_holiday(date(2026, 11, 21))
    assert calendar.is_announced(date(2026, 11, 20))


def test_a_deferral_is_added_and_the_batch_after_it_is_the_next():
    calendar = load_calendar().change({date(2026, 11, 23): True})
    assert calendar.is_holiday(date(2026, 11, 24))
    assert calendar.find_next_announced(date(2026, 11, 23)) == date(2026, 11, 25)
    assert not load_calendar().is_holiday(date(2026, 11, 24))


@pytest.mark.parametrize("day", [date(2026, 6, 19), date(2026, 6, 20), date(2026, 6, 21)])
def test_a_holiday_is_taken_away_by_its_day_or_by_the_evening_that_it_leaves_out(day):
    assert not load_calendar().change({day: False}).is_holiday(JUNETEENTH)


def test_what_is_taken_away_wins_over_a_holiday_of_the_same_evening():
    calendar = load_calendar().change({date(2026, 6, 20): True, date(2026, 6, 21): False})
    assert not calendar.is_holiday(JUNETEENTH)


def test_one_added_day_is_not_yet_the_years_list():
    december = date(2026, 12, 5)
    assert load_calendar().find_unknown_year(december) == 2027
    assert load_calendar().change({date(2027, 1, 1): True}).find_unknown_year(december) == 2027
    whole = {date(2027, month, 4): True for month in range(1, 10)}
    assert load_calendar().change(whole).find_unknown_year(december) is None


def test_without_any_holiday_every_weekday_has_a_batch():
    calendar = Calendar(frozenset(), frozenset())
    assert calendar.find_next_announced(date(2026, 11, 26)) == THANKSGIVING
    assert calendar.find_unknown_year(THANKSGIVING) == 2026
