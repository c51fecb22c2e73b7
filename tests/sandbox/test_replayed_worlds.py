"""Worlds: invented days for tests, and folders of sample days or of lists that somebody recorded."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from digests.errors import ConfigError
from digests.papers.catch_up_page import read_catch_up
from digests.papers.gate import judge
from digests.papers.paper import Kind
from digests.papers.taxonomy import all_categories, archive_of
from digests.papers.wire import read_document
from sandbox.replay.folders import load_world
from sandbox.replay.inventing import build_day, build_days
from sandbox.replay.sources import ReplayedSources, SteppedClock
from sandbox.replay.world import World
from sandbox.sample import load_samples
from tests.sandbox.replaying import DAYS, HOUR, evening

DAY = timedelta(days=1)
SAMPLES = Path(__file__).parents[2] / "sandbox" / "sample"


def read_listing(world: World, moment):
    clock = SteppedClock(moment)
    return read_document(ReplayedSources(world, clock, wait=clock.wait).fetch_listing("cs"))


# --- invented ---


def test_the_same_seed_makes_the_same_days_and_another_one_others():
    plan = {"first": DAYS[0].announced_on, "count": len(DAYS), "papers_per_day": 24}
    assert build_days(**plan, seed=5) == DAYS
    assert build_days(**plan, seed=6) != DAYS


def test_there_is_no_day_on_weekends_and_holidays():
    days = build_days(date(2026, 11, 25), count=4, papers_per_day=1, seed=1)
    # Thanksgiving leaves out the evening of Thursday.
    expected = [date(2026, 11, day) for day in (25, 26, 30)] + [date(2026, 12, 1)]
    assert [day.announced_on for day in days] == expected


def test_a_new_paper_is_new_once():
    new = Counter(paper.id for day in DAYS for paper in day.papers if paper.kind is Kind.NEW)
    assert set(new.values()) == {1}
    assert len(new) == 24 * len(DAYS)
    assert all(int(paper_id.partition(".")[2]) >= 90_000 for paper_id in new)


def test_what_comes_back_was_there_before_or_is_older_than_the_first_day():
    seen: dict[str, int] = {}
    for day in DAYS:
        for paper in day.papers:
            if paper.kind is Kind.REPLACE:
                assert paper.version > seen.get(paper.id, 1)
            if paper.kind is Kind.CROSS:
                assert paper.id in seen
                assert set(paper.crossed) <= set(paper.categories[1:])
        assert len({paper.id for paper in day.papers}) == len(day.papers)
        seen |= {paper.id: paper.version for paper in (*day.papers, *day.edited)}


def test_a_day_has_everything_that_a_real_one_has():
    papers = [paper for day in DAYS[1:] for paper in day.papers]
    assert {archive_of(paper.categories[0]) for paper in DAYS[0].papers} >= {"cs", "stat", "eess", "math", "quant-ph"}
    assert {category for paper in papers for category in paper.categories} <= set(all_categories())
    assert any(paper.is_withdrawn for paper in papers)
    assert any(paper.version > 5 for paper in papers)
    assert any(paper.doi for paper in papers)
    assert any(not paper.has_html for paper in papers)
    assert all(day.edited for day in DAYS)
    assert any(paper.crossed and archive_of(paper.crossed[0]) == archive_of(paper.categories[0]) for paper in papers)
    assert any(paper.crossed and archive_of(paper.crossed[0]) != archive_of(paper.categories[0]) for paper in papers)


def test_the_first_batch_of_a_month_has_ids_of_the_month_before():
    (day,) = build_days(date(2026, 12, 1), count=1, papers_per_day=3, seed=1)
    assert {paper.id[:4] for paper in day.papers if paper.kind is Kind.NEW} == {"2611"}


def test_two_single_days_of_a_month_have_no_paper_in_common():
    one, other = (build_day(date(2026, 10, day), papers=200, seed=day) for day in (20, 21))
    assert not {paper.id for paper in one.papers} & {paper.id for paper in other.papers}


def test_a_month_has_no_more_ids_than_it_has():
    with pytest.raises(ValueError, match="no ids left"):
        build_days(date(2026, 10, 26), count=1, papers_per_day=10_000, seed=1)


# --- folders ---


def test_a_folder_of_sample_days_is_a_world():
    world = load_world(SAMPLES)
    assert tuple(world.batches) == tuple(day.announced_on for day in load_samples())
    page = read_listing(world, evening(date(2026, 11, 23)))
    assert (page.announced_on, judge(page).fault) == (date(2026, 11, 23), None)


def test_a_folder_without_days_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="has no days"):
        load_world(tmp_path)
    (tmp_path / "2026-10-26.jsonl").write_text('{"id": "2610.90001"}\n')
    with pytest.raises(ConfigError, match=r"2026-10-26\.jsonl is no recorded list"):
        load_world(tmp_path)


def test_a_holiday_that_was_recorded_as_four_equal_lists_is_one_batch(recorded):
    world = load_world(recorded / "listing" / "raw-2026-06-holiday")
    assert {on: len(day.papers) for on, day in world.batches.items()} == {
        date(2026, 6, 19): 243,
        date(2026, 6, 23): 537,
    }
    shown = [read_listing(world, evening(date(2026, 6, 19) + back * DAY, HOUR)) for back in range(5)]
    assert [page.announced_on.day for page in shown] == [19, 19, 19, 19, 23]
    assert [page.total for page in shown] == [243] * 4 + [537]
    assert {judge(page).fault for page in shown} == {None}


def test_a_batch_that_a_crawler_lost_is_filled_and_can_be_caught_up_with(recorded):
    world = load_world(recorded / "listing" / "raw-2026-01-missed-batch", missed=40)
    # The 20th is a holiday's date.
    assert [on.day for on in world.batches] == [19, 21, 22]
    clock = SteppedClock(evening(date(2026, 1, 22), 5 * HOUR))
    body = ReplayedSources(world, clock, wait=clock.wait).fetch_catch_up("cs", date(2026, 1, 21))
    page = read_catch_up(body)
    assert judge(page).fault is None
    assert len(page.entries) == len(world.batches[date(2026, 1, 21)].announced("cs")) > 10
    recorded_ids = {paper.id for on in (19, 22) for paper in world.batches[date(2026, 1, on)].papers}
    assert not {entry.paper.id for entry in page.entries} & recorded_ids


def test_recorded_announce_types_become_kinds(recorded):
    world = load_world(recorded / "listing" / "cs.CV-2026-04")
    day = world.batches[date(2026, 4, 21)]
    assert Counter(kind for _, kind in day.announced("cs.CV")) == {
        Kind.NEW: 276,
        Kind.CROSS: 48,
        Kind.REPLACE: 138,
        Kind.REPLACE_CROSS: 39,
    }
    # Weekends were recorded as lists of nothing.
    assert all(on.isoweekday() < 6 for on in world.batches)
