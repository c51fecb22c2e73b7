"""The stand-in's pages over time: what arXiv shows when, by the product's own readers."""

from datetime import date, timedelta

import pytest

from digests.errors import SourceMalformed, SourceUnavailable
from digests.papers.catch_up_page import read_catch_up
from digests.papers.gate import Fault, judge
from digests.papers.paper import Announcement, Kind
from digests.papers.wire import read_document
from sandbox.replay.inventing import build_days
from sandbox.replay.troubles import Lag
from tests.sandbox.replaying import DAYS, FIRST, HOUR, MINUTE, SECOND, THIRD, ask_at, evening


def listing(moment, scope: str = "cs", **troubles) -> Announcement:
    return read_document(ask_at(moment, **troubles).fetch_listing(scope))


def past(moment, on: date, scope: str = "cs", *, page: int = 1, **troubles) -> Announcement:
    return read_catch_up(ask_at(moment, **troubles).fetch_catch_up(scope, on, page=page))


def ids(page: Announcement) -> list[str]:
    return [entry.paper.id for entry in page.entries]


def told(day, scope: str) -> list[tuple[str, Kind]]:
    """As a page can say it: it does not tell a replaced cross-list from a replaced paper."""
    return [(p.id, Kind.REPLACE if k is Kind.REPLACE_CROSS else k) for p, k in day.announced(scope)]


# --- /list ---


@pytest.mark.parametrize("after", [-HOUR, -MINUTE])
def test_until_eight_in_the_evening_the_batch_before_is_shown(after):
    assert listing(evening(SECOND, after)).announced_on == FIRST


@pytest.mark.parametrize("scope", ["cs", "stat", "eess", "cs.LG", "stat.ML"])
def test_from_then_on_each_scope_has_its_whole_batch(scope):
    page = listing(evening(SECOND), scope)
    assert (page.announced_on, judge(page).fault) == (SECOND, None)
    assert [(entry.paper.id, entry.kind) for entry in page.entries] == told(DAYS[1], scope)


def test_an_archives_page_leaves_out_what_is_cross_listed_inside_it():
    inside = [paper for day in DAYS for paper in day.papers if paper.crossed and paper.is_in("cs")]
    hidden = [paper for paper in inside if paper.is_first_in("cs") and paper.find_kind(paper.crossed[0])]
    assert hidden
    for paper in hidden[:3]:
        on = next(day.announced_on for day in DAYS if paper in day.papers)
        assert paper.id not in ids(listing(evening(on), "cs"))
        assert (paper.id, Kind.CROSS) in {
            (entry.paper.id, entry.kind) for entry in listing(evening(on), paper.crossed[0]).entries
        }


def test_over_the_weekend_the_old_page_keeps_its_old_date():
    friday = date(2026, 10, 30)
    assert [listing(evening(friday, hours * HOUR)).announced_on for hours in (1, 25, 49, 71)] == [friday] * 4
    # The clocks have changed in between: 20:00 is an hour later in UTC.
    assert listing(evening(date(2026, 11, 2))).announced_on == date(2026, 11, 2)


def test_on_a_date_without_a_batch_the_page_before_stays():
    gap = tuple(day for day in DAYS if day.announced_on != SECOND)
    assert listing(evening(SECOND, 3 * HOUR), days=gap).announced_on == FIRST


def test_a_quiet_category_has_the_new_date_and_no_total():
    page = listing(evening(SECOND), "econ")
    assert (page.announced_on, page.total, page.entries) == (SECOND, None, ())


def test_before_the_first_batch_the_page_is_empty_and_older():
    page = listing(evening(FIRST, -MINUTE))
    assert (page.announced_on, page.entries) == (date(2026, 10, 23), ())


def test_no_version_from_the_sixth_on_is_on_a_page():
    late = {paper.id for paper in DAYS[2].papers if paper.version > 5}
    assert late
    assert not late & {paper_id for scope in ("cs", "stat", "eess") for paper_id in ids(listing(evening(THIRD), scope))}


def test_of_a_hundred_and_twenty_authors_the_page_has_a_hundred():
    (paper,) = (paper for paper in DAYS[1].papers if len(paper.authors) > 100 and paper.kind is Kind.NEW)
    (entry,) = (e for e in listing(evening(SECOND)).entries if e.paper.id == paper.id)
    assert (len(paper.authors), len(entry.paper.authors)) == (120, 100)


def test_a_late_archive_shows_the_old_page_an_empty_one_a_part_and_then_all():
    lag = Lag(archive="cs", on=SECOND, old=HOUR, empty=HOUR, partial=HOUR, share=0.5)
    found = [listing(evening(SECOND, hours * HOUR), lags=(lag,)) for hours in (0.5, 1.5, 2.5, 3.5)]
    assert [page.announced_on for page in found] == [FIRST, SECOND, SECOND, SECOND]
    assert [judge(page).fault for page in found] == [None, Fault.EMPTY, Fault.SHORT, None]
    part, whole = found[2:]
    assert (part.total, found[1].total) == (whole.total, None)
    assert set(ids(part)) < set(ids(whole))
    assert [entry.item for entry in part.entries] == list(range(1, len(part.entries) + 1))
    new, *others = zip(part.sections, whole.sections, strict=True)
    assert (new[0].shown, new[0].of, new[1].of) == (new[1].of // 2, new[1].of, new[1].of)
    assert all(here == there for here, there in others)


def test_the_categories_of_a_late_archive_are_late_and_other_archives_are_not():
    lag = Lag(archive="cs", on=SECOND, old=HOUR)
    assert listing(evening(SECOND), "cs.LG", lags=(lag,)).announced_on == FIRST
    assert listing(evening(SECOND), "stat", lags=(lag,)).announced_on == SECOND


def test_counts_without_any_new_paper_are_a_503():
    lag = Lag(archive="cs", on=SECOND, partial=HOUR, share=0.0)
    with pytest.raises(SourceUnavailable, match="503") as refused:
        listing(evening(SECOND), lags=(lag,))
    assert refused.value.retry_after_seconds == 300


def test_pages_of_a_batch_come_one_by_one_and_the_one_past_the_end_is_empty():
    sources, progress = ask_at(evening(SECOND)), None
    total = len(DAYS[1].announced("cs"))
    for skip in range(0, total, 25):
        page = sources.fetch(f"https://arxiv.org/list/cs/new?skip={skip}&show=25", "arxiv.org/list")
        progress = judge(read_document(page), progress)
    assert (progress.fault, progress.total) == (None, total)
    beyond = read_document(sources.fetch_listing("cs", skip=total))
    assert (beyond.total, beyond.entries) == (total, ())


# --- /catchup ---


@pytest.mark.parametrize("scope", ["cs", "stat", "cs.LG"])
def test_a_past_day_has_what_was_announced_then(scope):
    page = past(evening(SECOND, 5 * HOUR), SECOND, scope)
    assert (page.scope, page.announced_on, judge(page).fault) == (scope, SECOND, None)
    first_listed = [(entry.paper.id, entry.kind) for entry in page.entries if entry.kind is Kind.NEW]
    assert first_listed == [pair for pair in told(DAYS[1], scope) if pair[1] is Kind.NEW]


def test_a_past_day_has_the_words_and_versions_of_today():
    replaced = next(
        p for day in DAYS[1:] for p in day.papers if p.kind is Kind.REPLACE and p.id in new_of(FIRST) and p.has_html
    )
    (entry,) = (e for e in past(evening(DAYS[-1].announced_on), FIRST).entries if e.paper.id == replaced.id)
    assert (entry.kind, entry.paper.version) == (Kind.NEW, newest(replaced.id).version)


def new_of(on: date) -> set[str]:
    day = next(day for day in DAYS if day.announced_on == on)
    return {paper.id for paper in day.papers if paper.kind is Kind.NEW and paper.is_first_in("cs")}


def newest(paper_id: str):
    return [paper for day in DAYS for paper in (*day.papers, *day.edited) if paper.id == paper_id][-1]


def test_a_past_day_lists_a_cross_list_in_every_category_that_the_paper_has():
    paper = next(p for p in DAYS[1].papers if p.crossed and len(p.categories) > 2 and p.categories[1] not in p.crossed)
    other = paper.categories[1]
    assert paper.find_kind(other) is None
    page = past(evening(SECOND, 5 * HOUR), SECOND, other)
    assert (paper.id, Kind.CROSS) in {(entry.paper.id, entry.kind) for entry in page.entries}


@pytest.mark.parametrize("on", [date(2026, 10, 24), date(2026, 10, 23)])
def test_a_day_without_announcement_is_a_page_of_nothing(on):
    page = past(evening(SECOND, 5 * HOUR), on)
    assert (page.announced_on, page.total, page.entries) == (on, 0, ())


def test_physics_is_a_scope_of_the_past():
    body = ask_at(evening(THIRD)).fetch_catch_up("grp_physics", SECOND)
    assert b"Catchup results for Physics on Tue, 27 Oct 2026" in body
    assert all(f'id="{paper.id}"'.encode() in body for paper, _ in DAYS[1].announced("quant-ph"))


def test_an_archive_that_is_late_has_no_past_yet_either():
    lag = Lag(archive="cs", on=SECOND, old=8 * HOUR)
    assert past(evening(SECOND, 6 * HOUR), SECOND, lags=(lag,)).total == 0
    assert past(evening(SECOND, 9 * HOUR), SECOND, lags=(lag,)).total > 0


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("cs/2026-10-26?abs=True&show=2000", "Only accepted parameters"),
        ("cs.lg/2026-10-26?abs=True", "Invalid subject"),
        ("cs/20261026", "Invalid date format"),
        ("cs/2026-02-30", "Invalid date format"),
        ("cs/2026-07-27", "past 90 days"),
        ("cs/2026-10-28", "later than today"),
        ("cs/2026-10-26?abs=yes", "Invalid abs"),
        ("cs/2026-10-26?page=0", "Invalid page"),
    ],
)
def test_what_the_pages_of_the_past_refuse(path, reason):
    with pytest.raises(SourceMalformed, match=f"400: .*{reason}"):
        # In New York it is still the 27th.
        ask_at(evening(THIRD)).fetch(f"https://arxiv.org/catchup/{path}", "arxiv.org/list")


def test_ninety_one_days_back_is_the_oldest():
    page = past(evening(THIRD), evening(THIRD).date() - timedelta(days=91))
    assert page.total == 0


def test_an_alias_is_sent_on_to_its_name():
    assert past(evening(THIRD), SECOND, "cs.NA").scope == "math.NA"


def test_two_thousand_entries_a_page_and_a_page_past_the_end():
    (large,) = build_days(SECOND, count=1, papers_per_day=2500, seed=2)
    sources = ask_at(evening(THIRD), days=(large,))
    pages = [read_catch_up(sources.fetch_catch_up("cs", SECOND, page=number)) for number in (1, 2)]
    assert [page.total for page in pages] == [len(large.announced("cs"))] * 2
    assert len(pages[0].entries) == 2000
    assert judge(pages[1], judge(pages[0])).fault is None
    assert b"No further updates for" in sources.fetch_catch_up("cs", SECOND, page=3)
