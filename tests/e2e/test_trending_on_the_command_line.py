"""`trending`: recorded or invented lists of Hugging Face, shown from the store."""

import json

import pytest
import typer
from typer.testing import CliRunner

from digests.cli import trending
from digests.errors import PaperPostError


@pytest.fixture
def show(home):
    app = typer.Typer()
    trending.register(app)

    def show(*arguments):
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, PaperPostError):
            raise result.exception
        return result.stdout if result.exit_code == 0 else result.stderr

    return show


@pytest.fixture
def lists(paperpost, write):
    def entry(number, day, upvotes):
        paper = {"id": f"2611.{number:05}", "title": f"Paper {number}", "upvotes": upvotes, "summary": "It works."}
        return {"paper": paper | {"submittedOnDailyAt": f"{day}T00:10:00.000Z"}}

    thursday = [entry(1, "2026-11-19", 40), entry(2, "2026-11-19", 3)]
    friday = [entry(3, "2026-11-20", 12)]
    paperpost("ingest", write("thursday.json", json.dumps(thursday)), write("friday.json", json.dumps(friday)))


@pytest.mark.usefixtures("lists")
def test_the_newest_day_is_shown_and_any_period_on_request(show):
    assert "Paper 3" in show()
    assert "Paper 1" not in show()
    week = show("--period", "weekly", "--on", "2026-11-18", "--min-upvotes", "10")
    assert week.index("1. Paper 1") < week.index("2. Paper 3")
    assert "Paper 2" not in week
    assert "每月热门论文｜2026年11月" in show("--period", "monthly", "--min-upvotes", "0")


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize(
    ("form", "sign"), [("text", "■ 1. Paper 3"), ("markdown", "## 1. Paper 3"), ("html", "<h1"), ("telegram", "👍 12")]
)
def test_in_every_form(show, form, sign):
    assert sign in show("--format", form)


def test_without_a_list_it_says_where_to_get_one(show):
    with pytest.raises(PaperPostError, match="paperpost ingest FILE"):
        show()


@pytest.mark.usefixtures("lists")
def test_of_another_day_and_in_another_way_it_says_what_is_wrong(show):
    with pytest.raises(PaperPostError, match=r"No list of 2026-01-05 is stored"):
        show("--on", "2026-01-05")
    with pytest.raises(PaperPostError, match=r"No list of 2026-01-05 to 2026-01-11 is stored"):
        show("--on", "2026-01-05", "--period", "weekly")
    assert "is not a date" in show("--on", "yesterday")
    assert "daily" in show("--period", "hourly")
