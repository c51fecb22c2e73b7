"""The stage that reads Hugging Face's lists: seven days, page after page, whatever a day does."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.collecting.community import look_at_daily
from digests.papers.collecting.stages import Desk
from digests.papers.quarantine import Quarantine
from digests.papers.trending import find_read_at, load_listed
from digests.store.tables import daily_papers

#: A Friday.
ON = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


class FakeLists:
    """Answers what is put there for a day: a list of entries, shown by pages of 100, or an error to raise."""

    def __init__(self, **days):
        self.days = {date.fromisoformat(day.replace("_", "-")[1:]): answer for day, answer in days.items()}
        self.asked = []

    def fetch_daily(self, on, *, page=0):
        self.asked.append((on, page))
        answer = self.days.get(on, [])
        if isinstance(answer, Exception):
            raise answer
        return json.dumps(answer[page * 100 : (page + 1) * 100]).encode()


def entry(number, upvotes=1, day=ON, **more):
    listed = {"submittedOnDailyAt": f"{day}T00:10:00.000Z"} if day else {}
    return {"paper": {"id": f"2611.{number:05}", "title": "A paper", "upvotes": upvotes, **listed}, **more}


@pytest.fixture
def look(store, tmp_path):
    def look(lists, on=ON, now=NOW):
        desk = Desk(store=store, sources=lists, quarantine=Quarantine(tmp_path / "kept", lambda: now), now=lambda: now)
        return look_at_daily(desk, "daily", on)

    return look


def test_it_asks_for_the_day_and_the_six_before(look, store):
    lists = FakeLists(d2026_11_20=[entry(1), entry(2)], d2026_11_16=[entry(3, day=date(2026, 11, 16))])

    outcome = look(lists)

    assert lists.asked == [(ON - timedelta(days=back), 0) for back in range(7)]
    assert (outcome.is_through, outcome.found, outcome.fault, outcome.changed) == (True, 2, "", frozenset())
    assert [one.paper_id for one in load_listed(store, date(2026, 11, 16), ON)] == [
        "2611.00001",
        "2611.00002",
        "2611.00003",
    ]


def test_it_pages_on_until_a_page_is_short(look, store):
    lists = FakeLists(d2026_11_20=[entry(number) for number in range(200)])

    assert look(lists).found == 200
    assert [page for day, page in lists.asked if day == ON] == [0, 1, 2]
    assert len(load_listed(store, ON, ON)) == 200


def test_a_server_that_knows_no_pages_is_not_asked_for_ever(look):
    lists = FakeLists()
    lists.fetch_daily = lambda on, *, page=0: json.dumps([entry(number) for number in range(100)]).encode()

    assert look(lists).found == 100


def test_one_day_that_fails_costs_only_itself(look, store):
    lists = FakeLists(
        d2026_11_20=[entry(1)], d2026_11_19=SourceUnavailable("busy"), d2026_11_18=[entry(2, day=date(2026, 11, 18))]
    )

    outcome = look(lists)

    assert (outcome.is_through, outcome.found) == (False, 1)
    assert outcome.fault == "2026-11-19: busy"
    assert len(load_listed(store, date(2026, 11, 18), ON)) == 2


def test_after_a_second_failure_the_host_is_left_alone_and_what_came_before_stays(look, store):
    busy = SourceUnavailable("busy", retry_after_seconds=700)
    lists = FakeLists(d2026_11_20=[entry(1)], d2026_11_19=busy, d2026_11_18=busy)

    with pytest.raises(SourceUnavailable) as raised:
        look(lists)

    assert raised.value.retry_after_seconds == 700
    assert len(lists.asked) == 3
    assert len(load_listed(store, ON, ON)) == 1


def test_what_is_no_list_is_kept_and_the_other_days_are_read(look, tmp_path):
    lists = FakeLists(d2026_11_20=[entry(1)], d2026_11_19=SourceMalformed("Invalid date"))
    lists.days[date(2026, 11, 18)] = {"error": "gone"}
    lists.fetch_daily = lambda on, *, page=0, real=lists.fetch_daily: (
        b"<html>" if on == date(2026, 11, 18) else real(on, page=page)
    )

    outcome = look(lists)

    assert not outcome.is_through
    assert "2026-11-19: Invalid date" in outcome.fault
    assert "2026-11-18: This is no whole JSON" in outcome.fault
    assert list((tmp_path / "kept").iterdir())


def test_at_a_weekend_the_newest_weekday_is_counted(look):
    sunday = date(2026, 11, 22)

    assert look(FakeLists(d2026_11_20=[entry(1), entry(2)]), on=sunday).found == 2
    assert look(FakeLists(d2026_11_16=[entry(1, day=date(2026, 11, 16))]), on=sunday).found == 0


def test_an_entry_without_a_day_is_of_the_day_that_was_asked_for(look, store):
    look(FakeLists(d2026_11_20=[entry(1, upvotes=4, day=None)]))

    assert [(one.listed_on, one.upvotes) for one in load_listed(store, ON, ON)] == [(ON, 4)]


def test_counts_are_refreshed_and_a_paper_that_disappears_keeps_its_row(look, store):
    look(FakeLists(d2026_11_20=[entry(1, 4), entry(2, 3)]))
    later = NOW + timedelta(hours=12)

    look(FakeLists(d2026_11_20=[entry(1, 9, numComments=2)]), now=later)

    assert [(one.paper_id, one.upvotes, one.comments) for one in load_listed(store, ON, ON)] == [
        ("2611.00001", 9, 2),
        ("2611.00002", 3, 0),
    ]
    assert find_read_at(store, ON, ON) == later
    with store.reading() as connection:
        assert set(connection.scalars(select(daily_papers.c.updated_at))) == {NOW, later}


def test_a_recorded_day_is_stored_with_its_counts(look, store, recorded):
    day = date(2026, 7, 16)
    lists = FakeLists()
    lists.days[day] = json.loads((recorded / "hf-daily" / f"{day}.json").read_bytes())

    assert look(lists, on=day).found == 16
    first = load_listed(store, day, day)[0]
    assert (first.paper_id, first.upvotes, first.comments, first.github_stars) == ("2607.13125", 87, 2, 727)
