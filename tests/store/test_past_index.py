"""The searchable past follows what is stored, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, func, select

from digests.papers.paper import Kind, Source
from digests.past.index import index_past
from digests.past.search import open_past
from digests.store.tables import announcements, past_beginnings, past_days, past_words
from tests.builders import make_paper
from tests.store.past_steps import NOW, TODAY, announce, find

YESTERDAY = TODAY - timedelta(days=1)
APPLE = make_paper(id="2611.00001", title="Apples", abstract="A study of quantisation policies.")
MANGO = make_paper(id="2611.00002", title="Mangos", abstract="Another study.")


def count_rows(store, table):
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_what_was_announced_is_found_by_day(store):
    announce(store, APPLE, on=YESTERDAY)
    announce(store, MANGO)

    assert index_past(store, NOW) == [YESTERDAY, TODAY]
    assert open_past(store, NOW).dates == (YESTERDAY, TODAY)
    assert find(store, "study") == {YESTERDAY: [APPLE.id], TODAY: [MANGO.id]}
    assert find(store, "polici* AND quantiz*") == {YESTERDAY: [APPLE.id]}
    assert find(store, "zebra") == {}


def test_only_days_that_changed_are_indexed_again(store):
    announce(store, APPLE, on=YESTERDAY)
    announce(store, MANGO)
    index_past(store, NOW)
    assert index_past(store, NOW) == []
    rows = count_rows(store, past_words)

    # The next page of the same batch, within the same second.
    announce(store, make_paper(id="2611.00000", title="Zebras"))
    assert index_past(store, NOW) == [TODAY]
    assert find(store, "zebra OR mango") == {TODAY: [MANGO.id, "2611.00000"]}
    assert count_rows(store, past_words) > rows
    assert index_past(store, NOW) == []


def test_better_words_of_a_paper_take_the_place_of_the_old_ones(store):
    announce(store, APPLE, on=YESTERDAY)
    announce(store, MANGO)
    index_past(store, NOW)
    better = replace(APPLE, title="Pears", abstract="Bananas.")
    announce(store, better, on=YESTERDAY, source=Source.OAI, at=NOW + timedelta(minutes=1))

    assert index_past(store, NOW) == [YESTERDAY]
    assert find(store, "apple OR quantization") == {}
    assert find(store, "pear banana OR pear AND banana") == {YESTERDAY: [APPLE.id]}
    assert find(store, "polici*") == {}


def test_a_replacement_that_turns_out_to_be_new_counts(store):
    announce(store, APPLE, kind=Kind.REPLACE)
    assert index_past(store, NOW) == [TODAY]
    assert open_past(store, NOW).dates == ()
    assert index_past(store, NOW) == []

    announce(store, APPLE, kind=Kind.CROSS)
    assert index_past(store, NOW) == [TODAY]
    assert find(store, "apple") == {TODAY: [APPLE.id]}


def test_a_paper_announced_twice_counts_on_the_first_day_of_the_window(store):
    announce(store, APPLE, on=YESTERDAY)
    announce(store, APPLE, MANGO, kind=Kind.CROSS)
    index_past(store, NOW)

    past = open_past(store, NOW)
    assert find(store, "study", past) == {YESTERDAY: [APPLE.id], TODAY: [MANGO.id]}
    assert find(store, "study NOT zebra", past) == {YESTERDAY: [APPLE.id], TODAY: [MANGO.id]}
    assert [past.find_scope(None)[on].bit_count() for on in past.dates] == [1, 1]
    assert find(store, "apple", days=0) == {TODAY: [APPLE.id]}


def test_what_is_before_the_window_is_forgotten(store):
    announce(store, APPLE)
    index_past(store, NOW)
    later = NOW + timedelta(days=90)
    announce(store, MANGO, on=later.date())

    assert index_past(store, later) == [later.date()]
    for table in (past_days, past_words, past_beginnings):
        with store.reading() as connection:
            assert set(connection.scalars(select(table.c.announced_on))) <= {later.date()}
    assert find(store, "study", open_past(store, later)) == {later.date(): [MANGO.id]}


def test_a_day_that_is_no_longer_stored_is_forgotten(store):
    announce(store, APPLE, on=YESTERDAY)
    announce(store, MANGO)
    index_past(store, NOW)
    with store.writing() as connection:
        connection.execute(delete(announcements).where(announcements.c.announced_on == YESTERDAY))

    assert index_past(store, NOW) == []
    assert find(store, "study") == {TODAY: [MANGO.id]}


def test_who_has_opened_the_past_goes_on_reading_while_papers_arrive(store):
    announce(store, MANGO)
    index_past(store, NOW)
    past = open_past(store, NOW)
    announce(store, APPLE)
    index_past(store, NOW)

    assert find(store, "study", past) == {TODAY: [MANGO.id]}
    assert find(store, "apple OR NOT zebra AND study", past) == {TODAY: [MANGO.id]}
    assert find(store, "study") == {TODAY: [MANGO.id, APPLE.id]}


def test_many_who_index_at_once_write_every_day_once(store):
    days = [TODAY - timedelta(days=back) for back in range(4)]
    for number, on in enumerate(days):
        announce(store, make_paper(id=f"2611.{number:05}", title="Apples"), on=on)

    with ThreadPoolExecutor(4) as pool:
        done = [on for part in pool.map(lambda _: index_past(store, NOW), range(4)) for on in part]

    assert sorted(done) == sorted(days)
    assert sorted(find(store, "apple")) == sorted(days)


def test_a_text_without_end_does_not_harm_the_index(store):
    word = "x" * 5_000
    endless = make_paper(id="2611.00009", title=word, abstract="very " * 70_000 + "end", authors=(f"A {word}",))
    announce(store, endless, MANGO)
    index_past(store, NOW)

    assert find(store, "xxx*") == {TODAY: [endless.id]}
    assert find(store, "very very") == {TODAY: [endless.id]}
    assert find(store, "another study") == {TODAY: [MANGO.id]}


def test_words_are_counted_over_the_window(store):
    announce(store, APPLE, on=YESTERDAY)
    announce(store, make_paper(id="2611.00003", title="Policy, policies", abstract="Polite C++"))
    announce(store, make_paper(id="2611.00004", title="Apples", comments="Policing", authors=("Ann Polish",)))
    index_past(store, NOW)

    past = open_past(store, NOW)
    assert past.find_words("poli") == {"policy": 2, "polite": 1}
    assert past.find_words("pol") == past.find_words("poli")
    assert past.find_words("c+") == {"c++": 1}
    assert past.find_words("zebra") == {}
    assert [past.count_word(word) for word in ("apple", "policing", "pol")] == [2, 0, 0]


def test_nothing_stored_is_an_empty_past(store):
    assert index_past(store, NOW) == []
    past = open_past(store, NOW)
    assert (past.dates, find(store, "apple OR NOT zebra AND mango", past), past.find_words("a")) == ((), {}, {})
