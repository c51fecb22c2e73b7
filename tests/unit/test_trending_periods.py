"""Which days a period has, what people type for it, and what stands in its edition."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.composing.codec import digest_to_json, edition_from_json
from digests.composing.trending import MAX_BRIEF, Period, Silence, compose_trending
from digests.errors import InputError
from digests.papers.trending import Listed
from digests.subscribers.periods import Wish, parse_trending
from digests.subscribers.schedule import Schedule
from digests.subscribers.trending_due import find_next_trending_at, find_trending_due_at

DAILY, WEEKLY, MONTHLY = Period
#: A Friday, a Sunday and the last of the month.
FRIDAY, SUNDAY, LAST = date(2026, 11, 20), date(2026, 11, 22), date(2026, 11, 30)
NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "now", "over"),
    [
        (DAILY, "2026-11-20T23:59", "2026-11-19"),
        (DAILY, "2026-11-21T00:00", "2026-11-20"),
        (DAILY, "2026-11-23T12:00", "2026-11-20"),
        (WEEKLY, "2026-11-22T23:59", "2026-11-15"),
        (WEEKLY, "2026-11-23T00:00", "2026-11-22"),
        (MONTHLY, "2026-11-30T23:59", "2026-10-31"),
        (MONTHLY, "2026-12-01T00:00", "2026-11-30"),
        (MONTHLY, "2028-03-01T00:00", "2028-02-29"),
    ],
)
def test_a_period_is_over_when_its_last_day_is_over_in_utc(period, now, over):
    assert period.find_over(datetime.fromisoformat(now).replace(tzinfo=UTC)).isoformat() == over


@given(st.sampled_from(list(Period)), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_day_is_in_the_period_that_ends_with_its_end(period, day):
    end = period.find_end(day)
    assert period.is_end(end)
    if period is not DAILY:
        assert period.find_begin(end) <= day <= end
    assert period.find_end_before(period.find_begin(end)) < period.find_begin(end) <= end


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("daily", Wish({DAILY: None})),
        ("Weekly 30", Wish({WEEKLY: 30})),
        ("30 weekly", Wish({WEEKLY: 30})),
        ("daily weekly monthly 40", Wish({DAILY: 40, WEEKLY: 40, MONTHLY: 40})),
        ("daily 10 weekly, monthly 60", Wish({DAILY: 10, WEEKLY: 60, MONTHLY: 60})),
        ("daily 10 weekly 0", Wish({DAILY: 10, WEEKLY: 0})),
        ("daily 30 weekly", Wish({DAILY: 30, WEEKLY: None})),
        ("30 daily weekly", Wish({DAILY: 30, WEEKLY: 30})),
        ("30 daily 50 weekly", Wish({DAILY: 30, WEEKLY: 50})),
        ("每日", Wish({DAILY: None})),
        ("每周50票", Wish({WEEKLY: 50})),
        ("每日、每周 和 每月", Wish({DAILY: None, WEEKLY: None, MONTHLY: None})),
        ("每週 ５０ 票以上", Wish({WEEKLY: 50})),
        ("月榜", Wish({MONTHLY: None})),
        ("weekly 50.", Wish({WEEKLY: 50})),
        ("weekly >= 50 upvotes", Wish({WEEKLY: 50})),
        ("off", Wish({}, is_off=True)),
        ("off weekly", Wish({WEEKLY: None}, is_off=True)),
        ("关闭 每日 每月", Wish({DAILY: None, MONTHLY: None}, is_off=True)),
        ("關閉", Wish({}, is_off=True)),
        ("每周 取消", Wish({WEEKLY: None}, is_off=True)),
    ],
)
def test_it_is_read_as_people_write_it(text, wish):
    assert parse_trending(text) == wish


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "chat.no_trending"),
        ("50", "chat.bad_trending"),
        ("off 50", "chat.bad_trending"),
        ("hourly", "chat.bad_trending"),
        ("dailyweekly", "chat.bad_trending"),
        ("daily -5", "chat.bad_trending"),
        ("daily 3.5", "chat.bad_trending"),
        ("daily 13.3 weekly", "chat.bad_trending"),
        ("3.3 daily", "chat.bad_trending"),
        ("daily 20 50", "chat.bad_trending"),
        ("10 daily 20", "chat.bad_trending"),
        ("每日 很多", "chat.bad_trending"),
        ("daily 10000", "chat.too_many_upvotes"),
        ("daily " + "9" * 190, "chat.too_many_upvotes"),
        ("daily" * 100, "chat.bad_trending"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text, code):
    with pytest.raises(InputError) as raised:
        parse_trending(text)
    assert raised.value.code == code


@given(st.text(max_size=60))
def test_any_text_is_a_wish_or_is_refused(text):
    try:
        wish = parse_trending(text)
    except InputError:
        return
    assert wish.periods or wish.is_off


def due(on, **schedule):
    return f"{find_trending_due_at(Schedule(**schedule), on):%Y-%m-%dT%H:%M}"


def test_it_is_due_at_the_readers_hour_once_the_day_is_over_in_utc():
    # 08:00 in Beijing is midnight in UTC.
    assert due(FRIDAY) == "2026-11-21T01:00"
    assert due(FRIDAY, send_at=time(8)) == "2026-11-21T00:00"
    assert due(FRIDAY, send_at=time(7, 30)) == "2026-11-21T23:30"
    assert due(FRIDAY, timezone="America/New_York") == "2026-11-21T14:00"
    assert due(FRIDAY, timezone="America/New_York", send_at=time(19)) == "2026-11-21T00:00"
    assert due(FRIDAY, timezone="America/New_York", send_at=time(18)) == "2026-11-21T23:00"


def test_it_comes_on_the_readers_days_only():
    assert due(FRIDAY, weekdays=(1,)) == "2026-11-23T01:00"
    assert due(SUNDAY, weekdays=(1,)) == "2026-11-23T01:00"
    assert due(LAST, weekdays=(1, 2, 3, 4, 5)) == "2026-12-01T01:00"


def test_after_friday_the_next_day_is_monday():
    assert find_next_trending_at(Schedule(), DAILY, FRIDAY) == datetime(2026, 11, 24, 1, tzinfo=UTC)
    assert find_next_trending_at(Schedule(), WEEKLY, SUNDAY) == datetime(2026, 11, 30, 1, tzinfo=UTC)
    assert find_next_trending_at(Schedule(), MONTHLY, date(2026, 10, 31)) == datetime(2026, 12, 1, 1, tzinfo=UTC)


def build_listed(*upvotes):
    return [
        Listed(paper_id=f"2611.{number:05}", listed_on=FRIDAY, upvotes=votes) for number, votes in enumerate(upvotes)
    ]


def compose(listed, **changes):
    given = {"language": "zh", "period": DAILY, "first_on": FRIDAY, "last_on": FRIDAY, "min_upvotes": 10, "now": NOW}
    return compose_trending(listed, **given | changes)


def test_the_papers_with_enough_votes_stand_in_it_the_most_read_first():
    digest = compose(build_listed(86, 40, 10, 9, 0))
    assert [one.upvotes for one in digest.entries] == [86, 40, 10]
    assert (digest.listed, digest.reached, digest.brief, digest.left_out, digest.nothing) == (5, 3, (), 0, None)


@pytest.mark.parametrize(("period", "full"), [(DAILY, 15), (WEEKLY, 20), (MONTHLY, 20)])
def test_only_the_first_stand_in_full_then_fifty_lines_and_the_others_are_counted(period, full):
    digest = compose(build_listed(*range(200, 100, -1)), period=period)
    assert (len(digest.entries), len(digest.brief), digest.left_out) == (full, MAX_BRIEF, 100 - full - MAX_BRIEF)
    assert [one.upvotes for one in (*digest.entries, *digest.brief)] == list(range(200, 150 - full, -1))
    assert len(digest.paper_ids) == len(set(digest.paper_ids)) == full + MAX_BRIEF


def test_no_paper_with_enough_votes_and_no_list_are_two_things():
    below = compose(build_listed(9, 3))
    assert (below.nothing, below.top_upvotes, below.listed) == (Silence.BELOW, 9, 2)
    assert compose([]).nothing is Silence.NOT_FETCHED


def test_an_edition_is_the_same_after_it_was_stored():
    listed = [
        Listed(paper_id="2611.00001", listed_on=FRIDAY, upvotes=9, github_repo="https://github.com/a/b", github_stars=3)
    ]
    for digest in (compose(listed, min_upvotes=0, as_of=NOW - timedelta(hours=3)), compose([])):
        assert edition_from_json(digest_to_json(digest)) == digest
