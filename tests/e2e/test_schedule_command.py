"""`paperpost schedule`: what a person sees, and a program."""

import pytest
from rich.cells import cell_len

from digests.bootstrap import open_services
from digests.clock import utc_now
from digests.papers.collecting.agenda import find_planned
from digests.subscribers.preferences import set_hour

FRIDAY = "2026-11-20"


@pytest.fixture(autouse=True)
def house(home, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PAPERPOST_ARCHIVES", "cs stat")


def test_each_stage_has_its_hours_in_three_zones_and_says_why(paperpost):
    said = paperpost("schedule", "--on", FRIDAY)
    assert "announced Thu 19 Nov 20:00 in New York (EST), Fri 20 Nov 09:00 in Beijing" in " ".join(said.split())
    assert "Thu 19 Nov 20:00 New York · Fri 20 Nov 01:00 UTC · Fri 20 Nov 09:00 UTC+8\n    listing pages" in said
    assert "2: cs, stat\n    requests: 2, about 30 s" in said
    assert "Fri 20 Nov 00:05 New York · Fri 20 Nov 05:05 UTC · Fri 20 Nov 13:05 UTC+8\n    feeds" in said
    assert "the date line is the only sign of a new batch" in said
    assert said.rstrip().splitlines()[-4].startswith("in between")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 119, 120])
def test_it_fits_into_any_terminal(paperpost, monkeypatch, columns, language):
    monkeypatch.setenv("COLUMNS", str(columns))
    for on in ("2026-11-02", "2026-11-27"):
        said = paperpost("schedule", "--on", on, "--language", language)
        assert max(cell_len(line.rstrip()) for line in said.splitlines()) <= columns


def test_it_speaks_chinese(paperpost):
    said = paperpost("schedule", "--on", FRIDAY, "--language", "zh")
    assert "2026年11月20日（周五）这一批" in said
    assert "列表页" in said
    assert "日期行是新一批的唯一标志；" in said
    assert "listing pages" not in said


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2026-11-27", "does not announce on the evening of Thursday 26 November 2026 in New York, a holiday"),
        ("2026-11-21", "arXiv has no batch of Saturday 21 November 2026"),
        (
            "2026-03-08",
            "go forward an hour at Sun 8 Mar 07:00 (UTC): its 20:00 is 08:00 in Beijing from then on, 09:00",
        ),
        (
            "2026-03-09",
            "go forward an hour at Sun 8 Mar 07:00 (UTC): its 20:00 is 08:00 in Beijing from then on, 09:00",
        ),
        ("2026-11-02", "go back an hour at Sun 1 Nov 06:00 (UTC): its 20:00 is 09:00 in Beijing from then on, 08:00"),
    ],
)
def test_holidays_weekends_and_moved_clocks_are_said(paperpost, on, words):
    assert words in " ".join(paperpost("schedule", "--on", on).split())


@pytest.mark.parametrize(
    ("on", "language", "words"),
    [
        ("2027-07-05", "en", "holidays of 2027 are not known here"),
        ("2029-12-25", "zh", "2029 年的假期"),
        ("2027-07-03", "en", "holidays of 2027 are not known here"),
    ],
)
def test_of_a_year_whose_holidays_nobody_knows_that_is_said(paperpost, on, language, words):
    assert words in " ".join(paperpost("schedule", "--on", on, "--language", language).split())


@pytest.mark.parametrize("on", [FRIDAY, "2026-12-30", "2026-11-27"])
def test_of_a_year_whose_holidays_are_known_nothing_is_said_of_them(paperpost, on):
    assert "are not known" not in paperpost("schedule", "--on", on)


def test_an_operators_holiday_is_one(paperpost, monkeypatch):
    monkeypatch.setenv("PAPERPOST_HOLIDAYS", "2026-11-19 2026-11-26=open")
    assert paperpost.json("schedule", "--on", FRIDAY)["kind"] == "holiday"
    assert paperpost.json("schedule", "--on", "2026-11-27")["kind"] == "batch"


def test_readers_hours_stand_among_the_stages(paperpost):
    readers = [
        paperpost.json("subscribers", "add", "--telegram", number, "--keyword", "agent", "--confirmed")["id"]
        for number in (1001, 1002, 1003, 1004)
    ]
    opened = open_services()
    set_hour(opened.store, readers[2], "09:30")
    set_hour(opened.store, readers[3], "08:30")
    opened.close()
    digests = paperpost.json("schedule", "--on", FRIDAY)["digests"]
    assert [(one["utc8"], one["readers"]) for one in digests] == [
        ("2026-11-20T09:00:00+08:00", 2),
        ("2026-11-20T09:30:00+08:00", 1),
        ("2026-11-21T08:30:00+08:00", 1),
    ]
    said = paperpost("schedule", "--on", FRIDAY)
    assert "due for readers: 2, as soon as it is whole" in said
    assert "Fri 20 Nov 01:30 UTC · Fri 20 Nov 09:30 UTC+8\n    digests\n    due for readers: 1\n" in said


def test_a_program_gets_every_number(paperpost):
    plan = paperpost.json("schedule", "--on", "2026-11-02")
    assert plan["clock_change"] == {"at": "2026-11-01T06:00:00+00:00", "hours": -1.0}
    listing = next(errand for errand in plan["errands"] if errand["stage"] == "listing")
    assert listing["new_york"] == "2026-11-01T20:00:00-05:00"
    assert (listing["scopes"], listing["requests"], listing["seconds"]) == (["cs", "stat"], 2, 30.0)
    assert (listing["every_minutes"], listing["slow_minutes"]) == (5.0, 60.0)
    assert plan["sent_as_it_is"]["utc"] == "2026-11-02T04:00:00+00:00"


def test_a_pause_of_the_operators_own_is_shown(paperpost, monkeypatch):
    assert "again every 5 min until it is whole, for 6 h; then every 60 min" in paperpost("schedule", "--on", FRIDAY)
    monkeypatch.setenv("PAPERPOST_POLL_SECONDS", "90")
    assert "again every 90 s until it is whole, for 6 h; then every 60 min" in paperpost("schedule", "--on", FRIDAY)
    errands = paperpost.json("schedule", "--on", FRIDAY)["errands"]
    assert {e["stage"]: e["every_minutes"] for e in errands} | {"listing": 1.5, "oai": 15.0} == {
        e["stage"]: e["every_minutes"] for e in errands
    }


def test_without_a_date_it_is_the_batch_that_is_worked_on(paperpost):
    before = find_planned(utc_now())
    planned = paperpost.json("schedule")["on"]
    assert planned in {str(before), str(find_planned(utc_now()))}


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-20T20:00"])
def test_a_date_that_cannot_be_planned_is_refused_in_a_sentence(paperpost, text):
    assert "Invalid value for '--on'" in paperpost.refused("schedule", "--on", text, status=2)
