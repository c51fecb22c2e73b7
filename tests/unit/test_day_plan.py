"""When the stages of a day begin: New York's wall time, whatever the clocks there do."""

from datetime import UTC, date, datetime, timedelta

import pytest

from digests.papers.calendar import is_batch_date
from digests.papers.collecting.plan import Stage, load_plan
from digests.phrases import load_phrases


def test_every_stage_is_planned():
    assert set(load_plan()) == set(Stage)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_a_stage_asks_for_and_why_is_said_in_every_language(language):
    sentences = load_phrases(language).section("schedule")
    assert {f"{word}_{stage}" for word in ("asks", "why") for stage in Stage} <= set(sentences)


@pytest.mark.parametrize(
    ("stage", "on", "first"),
    [
        (Stage.LISTING, date(2026, 7, 6), datetime(2026, 7, 6, 0, 0, tzinfo=UTC)),
        (Stage.LISTING, date(2026, 12, 7), datetime(2026, 12, 7, 1, 0, tzinfo=UTC)),
        (Stage.OAI, date(2026, 7, 6), datetime(2026, 7, 6, 2, 45, tzinfo=UTC)),
        (Stage.RSS, date(2026, 7, 6), datetime(2026, 7, 6, 4, 5, tzinfo=UTC)),
        # The night in which the clocks go forward, and the one in which they go back.
        (Stage.LISTING, date(2026, 3, 9), datetime(2026, 3, 9, 0, 0, tzinfo=UTC)),
        (Stage.LISTING, date(2026, 11, 2), datetime(2026, 11, 2, 1, 0, tzinfo=UTC)),
        (Stage.HF, date(2026, 3, 8), datetime(2026, 3, 8, 9, 0, tzinfo=UTC)),
    ],
)
def test_a_stage_begins_at_its_hour_in_new_york(stage, on, first):
    assert load_plan()[stage].list_starts(on)[0] == first


@pytest.mark.parametrize("stage", [Stage.LISTING, Stage.OAI, Stage.RSS, Stage.HF])
def test_over_a_year_each_beginning_is_found_from_both_sides(stage):
    table = load_plan()[stage]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    found = []
    while at < datetime(2027, 1, 1, tzinfo=UTC):
        at = table.find_next(at)
        on, begun_at = table.find_current(at)
        assert begun_at == at
        assert table.find_current(at - timedelta(seconds=1))[1] < at
        found.append(on)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]
    if stage is Stage.HF:
        assert sorted(set(found)) == days
        assert len(found) == 3 * 366 - 2
    else:
        assert found == [day for day in days if is_batch_date(day)][: len(found)]


def test_a_page_is_asked_for_every_five_minutes_and_after_six_hours_every_hour():
    table = load_plan()[Stage.LISTING]
    evening = table.list_starts(date(2026, 11, 16))[0]
    assert table.find_again(evening) - evening == timedelta(minutes=5)
    late = evening + timedelta(hours=6)
    assert table.find_again(late) - late == timedelta(hours=1)
    nearly_next = evening + timedelta(hours=23, minutes=30)
    assert table.find_again(nearly_next) == evening + timedelta(hours=24)
