"""Hugging Face's daily papers: an invented list with every hole, recorded days, and what is no list."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import SourceMalformed
from digests.papers.huggingface import DailyPaper, DailyPapers, read_daily
from digests.papers.paper import Paper
from digests.papers.wire import read_wire

DAY = (Path(__file__).parents[1] / "fixtures" / "hf" / "day.json").read_bytes()


def build_list(number):
    return json.dumps([{"paper": {"id": f"2601.{at:05}", "title": "A paper"}} for at in range(number)]).encode()


def test_an_entry_gives_its_paper_its_day_and_its_counts():
    assert read_daily(DAY).papers[0] == DailyPaper(
        paper=Paper(
            id="2601.90001",
            title=r"Schrödinger bridges with $\alpha$-decay",
            authors=("José Martínez", "Łucja Wzór"),
            abstract="We build a bridge. It holds.",
        ),
        listed_on=date(2026, 1, 9),
        upvotes=41,
        comments=3,
        github_repo="https://github.com/example/bridges",
        github_stars=1234,
    )


def test_an_id_and_a_title_are_enough():
    bare, odd = read_daily(DAY).papers[1:]
    assert bare == DailyPaper(Paper(id="2601.90002", title="0"), listed_on=None)
    assert odd == DailyPaper(Paper(id="2601.90003", title="Every field is of another kind"), listed_on=None)


def test_entries_that_cannot_be_read_are_reported():
    assert [(one.where, one.reason) for one in read_daily(DAY).broken] == [
        ("entry 4", "it has no arXiv id: 'my-own-paper'"),
        ("entry 5", "it has no title"),
        ("entry 6", "it has no paper"),
        ("entry 7", "it has no paper"),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-09T23:59:59.000Z", date(2026, 1, 9)),
        ("2026-01-09T22:00:00-05:00", date(2026, 1, 10)),
        ("2026-01-09", date(2026, 1, 9)),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_the_day_is_that_of_utc(text, day):
    paper = {"id": "2601.90001", "title": "A paper", "submittedOnDailyAt": text}
    assert read_daily(json.dumps([{"paper": paper}]).encode()).papers[0].listed_on == day


@pytest.mark.parametrize(
    ("value", "stars"), [(7, 7), (-1, 0), (10**30, 2**31 - 1), (1.5, None), (None, None), ("9", None), (True, None)]
)
def test_a_count_is_a_whole_number_that_every_database_takes(value, stars):
    paper = {"id": "2601.90001", "title": "A paper", "githubStars": value}
    assert read_daily(json.dumps([{"paper": paper}]).encode()).papers[0].github_stars == stars


@pytest.mark.parametrize(
    ("address", "is_kept"),
    [
        ("https://github.com/example/bridges", True),
        ("http://www.GitHub.com/example/bridges/tree/main?tab=readme#run", True),
        ("https://github.com.example.org/login", False),
        ("https://example.org/?github.com/a/b", False),
        ("https://github.com/", False),
        ('https://github.com/"><script>', False),
        ("https://github.com/a b", False),
        ("javascript:alert(1)", False),
        ("https://[x", False),
    ],
)
def test_a_repository_is_a_page_of_github(address, is_kept):
    paper = {"id": "2601.90001", "title": "A paper", "githubRepo": address}
    assert read_daily(json.dumps([{"paper": paper}]).encode()).papers[0].github_repo == (address if is_kept else "")


@pytest.mark.parametrize(
    ("number", "may_be_cut"), [(0, False), (1, False), (49, False), (50, True), (51, False), (100, True)]
)
def test_a_full_page_may_be_cut(number, may_be_cut):
    daily = read_daily(build_list(number))
    assert (len(daily.papers), daily.may_be_cut) == (number, may_be_cut)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b'{"error": "Invalid date"}', "Invalid date"),
        (b'{"papers": []}', "no list"),
        (b"[1, 2", "no whole JSON"),
        (b"[" * 100_000, "no whole JSON"),
        (b"[" + b"9" * 5_000 + b"]", "no whole JSON"),
        (b"\xff\xfe[]", "no whole JSON"),
        (b"", "no whole JSON"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(document, reason):
    with pytest.raises(SourceMalformed, match=reason):
        read_daily(document)


FIELDS = ["id", "title", "authors", "summary", "upvotes", "submittedOnDailyAt", "githubRepo", "githubStars", "name"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["2601.90001", "https://[x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner),
    max_leaves=12,
)


@given(st.lists(ANYTHING | st.fixed_dictionaries({"paper": ANYTHING}, optional={"numComments": ANYTHING}), max_size=4))
def test_whatever_an_entry_is_it_is_read_or_reported(entries):
    daily = read_daily(json.dumps(entries).encode())
    assert len(daily.papers) + len(daily.broken) == len(entries)


def test_a_list_is_recognised_among_other_documents():
    assert read_wire(b"\n [ ]") == read_wire(b"[]", "hf") == DailyPapers()
    with pytest.raises(SourceMalformed, match="daily papers, not an answer of OAI-PMH"):
        read_wire(DAY, "oai")


@pytest.mark.parametrize(
    ("name", "entries", "day", "may_be_cut"),
    [
        ("2025-01-21", 1, None, False),
        ("2025-10-03", 39, date(2025, 10, 3), False),
        ("2026-05-12", 50, date(2026, 5, 12), True),
        ("2026-05-13", 50, date(2026, 5, 13), True),
        ("2026-07-15", 2, date(2026, 7, 15), False),
        ("2026-07-16", 16, date(2026, 7, 16), False),
    ],
)
def test_a_recorded_day_is_read_whole(recorded, name, entries, day, may_be_cut):
    payload = (recorded / "hf-daily" / f"{name}.json").read_bytes()
    daily = read_wire(payload)
    answer = json.loads(payload)
    assert (len(daily.papers), daily.broken, daily.may_be_cut) == (entries, (), may_be_cut)
    assert [entry.paper.id for entry in daily.papers] == [one["paper"]["id"] for one in answer]
    assert {entry.listed_on for entry in daily.papers} == {day}
    assert [entry.upvotes for entry in daily.papers] == [one["paper"]["upvotes"] for one in answer]
    assert sum(bool(entry.github_repo) for entry in daily.papers) == payload.count(b'"githubRepo":')
    assert all(entry.paper.authors and entry.paper.abstract for entry in daily.papers)
