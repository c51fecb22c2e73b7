"""`paperpost match QUERY --since`, on a small past of invented papers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import typer

from digests.cli.since import count_days, match_since
from digests.clock import ARXIV_ZONE
from digests.errors import PaperPostError
from digests.keywords.language import parse
from digests.past.index import find_missing
from digests.store.engine import Store
from tests.pasts import NOW, build_past, make_papers


@dataclass
class Opened:
    store: Store
    now: Callable[[], datetime] = lambda: NOW


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    papers = make_papers(("Retrieval-Augmented Generation (RAG)", "Of law."), ("Diffusion of light", "Slow."), times=3)
    others = make_papers(("Retrieval-augmented generation", "Of code."), first=50)
    boring = make_papers(("Boring defaults", "Of cats."), times=70, first=100)
    return Opened(build_past(tmp_path_factory.mktemp("past"), [*papers, *others, *boring]))


def ask(opened, capsys, text, since="60d", *, as_json=False):
    match_since(opened, [parse(typed) for typed in text.split(", ")], since, as_json=as_json)
    return capsys.readouterr().out


def test_each_day_is_told_and_what_they_are_together(opened, capsys):
    lines = [line.split() for line in ask(opened, capsys, "RAG").splitlines()]

    assert lines[0] == ["RAG:", "3", "of", "77", "papers,", "3.9%"]
    assert lines[1:5] == [
        ["date", "hits", "of"],
        ["2026-11-19", "1", "38"],
        ["2026-11-20", "2", "39"],
        ["per", "day", "1.5", "38.5"],
    ]
    assert lines[5][0] == "2611.00003"


def test_only_the_days_that_were_asked_for_count(opened, capsys):
    assert "RAG: 2 of 39 papers" in ask(opened, capsys, "RAG", "2026-11-20")
    assert "RAG: 3 of 77 papers" in ask(opened, capsys, "RAG", "1d")
    # What the chat asks of the past is still searchable.
    assert find_missing(opened.store, NOW) == []


def test_what_else_to_type_is_said(opened, capsys):
    assert "Retrieval-Augmented Generation, in 3 papers: RAG OR retrieval-augmented" in ask(opened, capsys, "RAG")
    assert "Did you mean: diffusion  (3 papers)" in ask(opened, capsys, "difusion")
    assert "Too broad: over 5% of the papers, or over 30 a day." in ask(opened, capsys, "cats")
    assert "in translations only" in ask(opened, capsys, "扩散策略")


def test_a_program_gets_all_of_it(opened, capsys):
    found = json.loads(ask(opened, capsys, "difusion", as_json=True))

    assert (found["query"], found["count"], found["seen"], found["is_broad"]) == ("difusion", 0, 77, False)
    assert found["days"][0] == {"on": "2026-11-19", "hits": 0, "of": 38}
    assert found["proposals"]["instead"][0] == {"text": "diffusion", "count": 3, "per_day": 1.5}
    assert found["proposals"]["narrower"] is None

    found = json.loads(ask(opened, capsys, "RAG", as_json=True))
    assert (found["share"], found["per_day"]) == (3 / 77, 1.5)
    assert found["examples"][0]["title"] == "Retrieval-Augmented Generation (RAG)"
    assert found["proposals"]["expansions"][0]["proposal"]["count"] == 4


def test_each_of_several_keywords_is_told_for_itself(opened, capsys):
    told = ask(opened, capsys, "RAG, difusion, rag").split("\n\n")
    assert [section.split(":")[0] for section in told] == ["RAG", "difusion", "rag"]
    assert "per day" in told[1]
    assert "Did you mean: diffusion" in told[1]

    found = json.loads(ask(opened, capsys, "RAG, difusion, RAG", as_json=True))
    assert [(one["query"], one["count"]) for one in found] == [("RAG", 3), ("difusion", 0), ("RAG", 3)]


def test_one_paper_is_one(tmp_path, capsys):
    told = ask(Opened(build_past(tmp_path, make_papers(("Diffusion", "Slow.")))), capsys, "difusion")
    assert "difusion: 0 of 1 paper, 0.0%" in told


@pytest.mark.parametrize(("since", "first"), [("1d", "2026-11-19"), ("2026-11-20", "2026-11-20")])
def test_nothing_stored_says_what_to_do(tmp_path, capsys, since, first):
    with pytest.raises(PaperPostError, match=f"No papers since {first} are stored.*paperpost ingest FILE"):
        ask(Opened(build_past(tmp_path, [])), capsys, "RAG", since)


@pytest.mark.parametrize(
    ("since", "days"), [("60d", 60), ("1d", 1), ("007d", 7), ("2026-11-20", 0), ("2026-01-01", 323), ("3653d", 3653)]
)
def test_a_time_is_a_number_of_days_or_a_date(since, days):
    assert count_days(since, NOW) == days


@pytest.mark.parametrize(
    "since",
    [
        "",
        "d",
        "60",
        "-5d",
        "5 d",
        "1.5d",
        "٣d",
        "now",
        "2026-13-01",
        "3654d",
        "9" * 5000 + "d",
        "0001-01-01",
    ],
)
def test_what_is_no_time_is_wrong_use(since):
    with pytest.raises(typer.BadParameter, match=r"write it like 60d or 2026-04-21|Give at most 3653 days"):
        count_days(since, NOW)


@pytest.mark.parametrize("since", ["0d", "000d"])
def test_no_days_at_all_are_wrong_use(since):
    with pytest.raises(typer.BadParameter, match="0 days are none"):
        count_days(since, NOW)


@pytest.mark.parametrize("since", ["2026-11-21", "9999-01-01"])
def test_the_future_is_wrong_use(since):
    with pytest.raises(typer.BadParameter, match=f"{since} is in the future: give a date up to 2026-11-20"):
        count_days(since, NOW)


def test_a_batch_that_came_out_tonight_has_the_date_of_tomorrow():
    at_eight = datetime(2026, 11, 19, 20, tzinfo=ARXIV_ZONE)
    assert count_days("2026-11-20", at_eight) == -1
    with pytest.raises(typer.BadParameter, match="in the future"):
        count_days("2026-11-20", at_eight - timedelta(minutes=1))
