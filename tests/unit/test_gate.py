import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.papers.gate import Fault, Progress, add_items, count_items, find_gap, judge
from digests.papers.paper import Announced, Announcement, Broken, Kind, Section, Source
from tests.builders import make_paper

DAY = date(2026, 1, 8)


def make_page(*sections, items, total, broken=0):
    entries = tuple(Announced(make_paper(id=f"2601.{item:05}"), Kind.NEW, item) for item in items)
    return Announcement(
        source=Source.LISTING,
        scope="cs.LG",
        announced_on=DAY,
        entries=entries,
        broken=(Broken("item", "reason"),) * broken,
        sections=tuple(Section(kind, shown, of) for kind, shown, of in sections),
        total=total,
    )


def make_feed(number, *, source=Source.RSS, broken=0):
    page = make_page(items=range(number), total=None, broken=broken)
    return replace(page, source=source)


WHOLE = make_page((Kind.NEW, 3, 3), (Kind.CROSS, 1, 1), (Kind.REPLACE, 2, 2), items=range(1, 7), total=6)


def test_a_page_whose_numbers_all_agree_is_whole():
    assert judge(WHOLE) == Progress(items=((1, 6),), total=6, seen=6, fault=None)


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (make_page(items=[], total=None), Fault.EMPTY),
        (make_page(items=[], total=501), Fault.EMPTY),
        (replace(WHOLE, total=None), Fault.NO_TOTAL),
        # The last rows are not there yet: headings and total promise them.
        (make_page((Kind.NEW, 3, 3), (Kind.CROSS, 1, 3), items=range(1, 5), total=6), Fault.GAP),
        (make_page((Kind.NEW, 2, 3), (Kind.CROSS, 1, 1), items=range(1, 4), total=4), Fault.SHORT),
        (make_page((Kind.NEW, 3, 3), items=range(1, 3), total=3), Fault.SHORT),
        (make_page((Kind.NEW, 3, 4), items=range(1, 4), total=3), Fault.SUM),
        (make_page((Kind.NEW, 3, 3), (Kind.CROSS, 2, 2), items=range(1, 6), total=4), Fault.SUM),
        (make_page((Kind.NEW, 3, 3), items=[1, 2, 2], total=3), Fault.REPEATED),
        (make_page((Kind.NEW, 3, 3), items=[1, 3], total=3, broken=1), Fault.BROKEN),
        (make_page((Kind.NEW, 3, 3), items=[1, 3, 4], total=3), Fault.GAP),
    ],
)
def test_a_page_that_does_not_prove_itself_is_not_whole(page, fault):
    progress = judge(page)
    assert progress.fault == fault


def pages_of_one_batch():
    return [
        make_page((Kind.NEW, 4, 5), items=range(1, 5), total=10),
        make_page((Kind.NEW, 1, 5), (Kind.CROSS, 2, 2), (Kind.REPLACE, 1, 3), items=range(5, 9), total=10),
        make_page((Kind.REPLACE, 2, 3), items=range(9, 11), total=10),
    ]


@given(st.permutations([0, 1, 2, 0, 1]))
def test_the_pages_of_a_batch_close_it_in_any_order_and_only_all_of_them(order):
    progress = None
    for count, index in enumerate(order, start=1):
        progress = judge(pages_of_one_batch()[index], progress)
        assert (progress.fault is None) == (set(order[:count]) == {0, 1, 2})
    assert progress == Progress(((1, 10),), 10, 10, None)


def test_another_total_begins_the_count_anew():
    first = judge(pages_of_one_batch()[0])
    later = judge(make_page((Kind.NEW, 1, 6), (Kind.CROSS, 5, 5), items=range(6, 12), total=11), first)
    assert (later.items, later.total) == (((6, 11),), 11)


@pytest.mark.parametrize("total", [None, 10, 99])
def test_an_empty_answer_takes_nothing_away(total):
    first = judge(pages_of_one_batch()[0])
    assert judge(make_page(items=[], total=total), first) == replace(first, fault=Fault.EMPTY)


def test_a_lagging_page_proves_no_item_numbers():
    lagging = make_page((Kind.NEW, 2, 3), (Kind.CROSS, 3, 3), items=range(1, 6), total=6)
    assert judge(lagging) == Progress((), 6, 5, Fault.SHORT)


@pytest.mark.parametrize(
    ("feed", "fault"),
    [
        (make_feed(3), None),
        (make_feed(1_999), None),
        (make_feed(2_000), Fault.CUT),
        (make_feed(1_999, broken=1), Fault.CUT),
        (make_feed(3, broken=1), Fault.BROKEN),
        (make_feed(0), Fault.EMPTY),
        (make_feed(0, source=Source.ATOM), Fault.EMPTY),
    ],
)
def test_a_feed_is_whole_when_it_was_not_cut(feed, fault):
    assert judge(feed).fault == fault


@given(st.lists(st.integers(min_value=1, max_value=60)), st.lists(st.integers(min_value=1, max_value=60)))
def test_runs_are_the_set_of_their_numbers(first, second):
    runs = add_items(add_items((), first), second)
    numbers = {number for start, end in runs for number in range(start, end + 1)}
    assert numbers == {*first, *second}
    assert count_items(runs) == len(numbers)
    assert all(left[1] + 1 < right[0] for left, right in itertools.pairwise(runs))
    missing = sorted(set(range(1, 61)) - numbers)
    assert find_gap(runs, 60) == (missing[0] if missing else None)
