"""What a keyword would have brought, on both databases."""

from datetime import timedelta

import pytest

from digests.keywords.language import parse
from digests.past.backtest import Backtest, DayCount, Example, backtest_all
from tests.builders import make_paper
from tests.store.past_steps import NOW, TODAY, announce

DAYS = [TODAY - timedelta(days=back) for back in (2, 1, 0)]


@pytest.fixture
def three_days(store):
    """Three days of two papers, one of cs and one of eess.SY, which arXiv lists under cs too."""
    for number, on in enumerate(DAYS):
        ours = make_paper(id=f"2611.0000{number}", title=f"Apples of day {number}", categories=("cs.LG",))
        other = make_paper(id=f"2611.0001{number}", title="A mango", abstract="Beside apples.", categories=("eess.SY",))
        announce(store, ours, other, on=on)
    return store


def ask(store, *texts, **wishes):
    found = backtest_all(store, [parse(text) for text in texts], NOW, **wishes)
    return [found[parse(text).canonical] for text in texts]


def test_a_backtest_counts_by_day_and_shows_the_newest(three_days):
    (apple,) = ask(three_days, "ti:apple")

    assert apple.days == tuple(DayCount(on, 1, 2) for on in DAYS)
    assert (apple.count, apple.seen, apple.only_here) == (3, 6, None)
    assert apple.examples == tuple(Example(f"2611.0000{n}", f"Apples of day {n}") for n in (2, 1, 0))


def test_of_a_frequent_keyword_three_examples_are_enough(three_days):
    (apple,) = ask(three_days, "apple")
    assert [example.paper_id for example in apple.examples] == ["2611.00012", "2611.00002", "2611.00011"]


def test_what_brings_nothing_still_says_of_how_many(three_days):
    assert ask(three_days, "zebra") == [Backtest(tuple(DayCount(on, 0, 2) for on in DAYS))]


def test_a_keyword_is_told_what_the_others_do_not_bring(three_days):
    queries = [parse(text) for text in ("apple", "mango", "zebra")]

    apple, mango, zebra = ask(three_days, "apple", "mango", "zebra", others=queries)
    assert (apple.only_here, mango.only_here, zebra.only_here) == (3, 0, 0)
    assert ask(three_days, "apple", others=queries[:1])[0].only_here is None
    assert ask(three_days, "apple", others=queries[2:])[0].only_here == 6


def test_only_the_readers_own_archives_count(three_days):
    seen = {"cs": 3, "cs.LG": 3, "eess cs": 6, "eess.SY": 3, "math": 0}
    for scope, papers in seen.items():
        (apple,) = ask(three_days, "apple", scope=scope.split())
        assert (scope, apple.seen, apple.count, len(apple.days)) == (scope, papers, papers, 3)
    # As in a digest: of eess.SY arXiv's cs page has the papers, cs as a scope has them not.
    assert [example.paper_id for example in ask(three_days, "apple", scope=["cs"])[0].examples] == [
        f"2611.0000{number}" for number in (2, 1, 0)
    ]


def test_days_that_nobody_has_indexed_are_indexed_when_asked(three_days):
    assert ask(three_days, "apple")[0].count == 6
    announce(three_days, make_paper(id="2610.00001", title="Apple"), on=TODAY - timedelta(days=9))
    assert ask(three_days, "apple")[0].count == 7
    assert ask(three_days, "apple", days=1)[0].count == 4


def test_nothing_stored_says_nothing(store):
    assert ask(store, "apple", others=[parse("mango")]) == [Backtest((), 0)]


@pytest.mark.parametrize(
    ("hits", "of", "is_broad"),
    [
        ([11], 199, False),
        ([11], 200, True),
        ([10], 200, False),
        ([5, 6], 100, True),
        ([30, 30], 1_000, False),
        ([30, 31], 1_000, True),
        ([31], 40, True),
    ],
)
def test_a_keyword_is_too_broad_above_a_share_of_enough_papers_or_a_number_a_day(hits, of, is_broad):
    days = [DayCount(TODAY - timedelta(days=back), count, of) for back, count in enumerate(hits)]
    assert Backtest(tuple(days)).is_broad is is_broad


def test_the_busiest_day_is_the_newest_of_those_with_most():
    days = tuple(DayCount(on, hits, 9) for on, hits in zip(DAYS, (3, 1, 3), strict=True))
    assert Backtest(days).busiest == DayCount(TODAY, 3, 9)
    assert Backtest((DayCount(TODAY, 0, 9),)).busiest is None
    assert Backtest(()).busiest is None
