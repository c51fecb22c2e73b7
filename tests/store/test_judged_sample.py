"""The judge reads a tenth of the papers, and the ten that most people get."""

from sqlalchemy import insert

from digests.papers.paper import ArxivId
from digests.store.engine import Store
from digests.store.tables import announcements
from digests.summaries.claims import Claimed
from digests.summaries.sampling import choose_judged
from tests.builders import NOON, make_paper
from tests.store.summary_steps import KEY, add_paper, at, claim, plan


def choose(store: Store, claimed: list[Claimed], **later: float) -> list[Claimed]:
    return [one for one in claimed if choose_judged(store, one, at(**later))]


def claim_outside_the_sample(store: Store, *readers: int) -> list[Claimed]:
    """A batch of papers with so many readers each, all claimed."""
    names = (f"words {number}" for number in range(1000))
    outside = (words for words in names if not choose(store, [Claimed(0, "", 1, make_paper(), words, 0)]))
    ids = [ArxivId(f"2601.{number:05}") for number in range(len(readers))]
    row = {"announced_on": NOON.date(), "kind": "new", "stored_at": NOON}
    for paper_id, words, count in zip(ids, outside, readers, strict=False):
        add_paper(store, paper_id, words=words)
        plan(store, paper_id, readers=count)
    with store.writing() as connection:
        connection.execute(insert(announcements), [row | {"paper_id": paper_id} for paper_id in ids])
    return claim(store, *ids, key=KEY, limit=100)


def test_a_tenth_is_read_whoever_gets_it_and_it_is_always_the_same(store):
    papers = [Claimed(0, "", 1, make_paper(), f"{number:x}", 0) for number in range(2000)]
    chosen = choose(store, papers)
    assert 160 <= len(chosen) <= 240
    assert choose(store, papers, days=9) == chosen


def test_of_the_rest_the_ten_with_the_most_readers_are_read(store):
    claimed = claim_outside_the_sample(store, 3, 2, 2, 9, 9, 4, 4, 4, 4, 4, 5, 1)
    chosen = [(one.readers, one.paper.id[-2:]) for one in choose(store, claimed, hours=1)]
    assert sorted(chosen, reverse=True) == [
        (9, "04"),
        (9, "03"),
        (5, "10"),
        (4, "09"),
        (4, "08"),
        (4, "07"),
        (4, "06"),
        (4, "05"),
        (3, "00"),
        (2, "01"),
    ]


def test_what_one_person_gets_is_not_most_read_and_yesterday_s_batch_is_not_counted(store):
    claimed = claim_outside_the_sample(store, *[5] * 11, 2, 1)
    assert {one.readers for one in choose(store, claimed, hours=23)} == {5}
    tomorrow = choose(store, claimed, hours=25)
    assert {one.readers for one in tomorrow} == {5, 2}
