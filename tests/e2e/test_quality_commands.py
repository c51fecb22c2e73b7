"""`paperpost quality` and `paperpost resummarise`, as an operator sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest

from digests.bootstrap import Services, open_services
from digests.summaries.claims import claim_summaries, save_summary
from digests.summaries.quality import Role, Tried, count_answers
from digests.summaries.shelf import find_summaries, plan_summaries
from digests.summaries.summary import Key, Summary, SummaryState
from digests.summaries.usage import Usage
from sandbox.llm import build_app
from sandbox.sample import known_summaries, load_sample, load_samples
from sandbox.serving import serve

OLD = Key("zh", "old-model", "1")
SAMPLE = load_sample()
IDS = [paper.id for paper in SAMPLE.papers if paper.zh][:3]


@contextmanager
def opened() -> Iterator[Services]:
    services = open_services()
    try:
        yield services
    finally:
        services.close()


def count(number: int, *faults: str, days_ago: int = 0, role: Role = Role.FIRST, model: str = "small") -> None:
    with opened() as services, services.store.writing() as connection:
        on = services.now().date() - timedelta(days=days_ago)
        count_answers(services.store, connection, [Tried(model, "3.1a2b3c4d", role, faults)] * number, on)


def write_old(*paper_ids: str, state: SummaryState = SummaryState.DONE) -> None:
    with opened() as services:
        store, now = services.store, services.now()
        plan_summaries(store, dict.fromkeys(paper_ids, 1), OLD, now)
        for claimed in claim_summaries(store, paper_ids, OLD, limit=9, lease_seconds=60, now=now):
            old = Summary(paper_id=claimed.paper.id, language="zh", state=state, model="old-model", title="旧题")
            save_summary(store, claimed, old, Usage(), now)


def find_titles() -> dict[str, str]:
    with opened() as services:
        found = find_summaries(services.store, IDS, "zh")
        return {paper_id: summary.title for paper_id, summary in found.items()}


@pytest.fixture
def stored(paperpost, sample_page, monkeypatch):
    """In a real installation; a sandbox asks its stand-in (test_sandbox_asks_no_model)."""
    monkeypatch.setenv("PAPERPOST_SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("PAPERPOST_MAIL_FROM", "paperpost@example.org")
    paperpost("ingest", sample_page)


@pytest.fixture
def model(monkeypatch):
    """The stand-in, at the address of the settings."""
    with serve(build_app(known_summaries(load_samples()))) as url:
        monkeypatch.setenv("PAPERPOST_LLM_BASE_URL", f"{url}/v1")
        monkeypatch.setenv("PAPERPOST_LLM_MODEL", "small")
        yield url


def test_before_anything_was_asked_it_says_so(paperpost):
    said = paperpost("quality", "--since", "7d")
    assert said.startswith("No summary was asked for since 20")
    assert "paperpost run" in said
    assert paperpost.json("quality")["measured"] == []


@pytest.mark.parametrize("since", ["yesterday", "", "0d", "-1d", "9999-01-01", "2026-13-01"])
def test_a_time_that_is_none_is_wrong_use(paperpost, since):
    assert "--since" in paperpost.refused("quality", "--since", since, status=2)


def test_the_report_says_what_a_figure_means_and_fits_eighty_columns(paperpost):
    count(90, days_ago=10)
    count(10, "term", days_ago=10)
    count(15)
    count(9, "term", "tldr_form")
    count(2, "tldr_form", role=Role.REPAIR)
    count(1, "a_code_of_another_version", model="a-provider/with-a-very-long-model-name-2026-11-20-preview-instruct")
    said = paperpost("quality")
    lines = said.splitlines()
    assert max(map(len, lines)) <= 80
    assert "small, prompt 3.1a2b3c4d" in lines
    assert "  first answers            124   84.7% fine" in lines
    assert "    term                    19   15.3%  a technical term is translated wrongly" in lines
    assert any(line.startswith("    (tldr_form)              9    7.3%  ") for line in lines)
    assert "  repairs                    2  100.0% fine" in lines
    assert "small, first answers: term in 37.5% of 24, before in 10.0% of 100" in " ".join(said.split())
    assert "“fine”" in said


def test_only_the_days_asked_for_are_counted(paperpost):
    count(3, days_ago=9)
    count(2)
    numbers = {since: paperpost.json("quality", "--since", since)["measured"][0]["answers"] for since in ("5d", "20d")}
    assert numbers == {"5d": 2, "20d": 5}
    assert "No model has 20 answers in both" in paperpost("quality")


@pytest.mark.usefixtures("stored", "model")
def test_what_readers_have_is_replaced_and_told_paper_by_paper(paperpost):
    paperpost("subscribers", "add", "--telegram", "1001", "--keyword", "world model", "--confirmed")
    write_old(*IDS[:2])
    write_old(IDS[2], state=SummaryState.FAILED)
    said = paperpost("resummarise", "--on", SAMPLE.announced_on).splitlines()
    assert [line.split(": ")[0] for line in said[:3]] == [f"{paper_id} zh" for paper_id in sorted(IDS)]
    assert said[3].startswith("3 of 3: 3 with a new text. ")
    assert all(title != "旧题" for title in find_titles().values())
    report = paperpost.json("quality")
    assert sum(one["good"] + one["doubtful"] for one in report["published"] if one["model"] == "small") == 3
    assert paperpost.json("status")["deliveries"] == {}


@pytest.mark.usefixtures("stored", "model")
def test_a_paper_that_nobody_was_asked_about_gets_chinese(paperpost):
    assert paperpost("resummarise", "--paper", f"{IDS[0]}v2").startswith(f"{IDS[0]} zh: new text")
    assert "旧题" not in find_titles().values()


@pytest.mark.usefixtures("stored")
def test_what_the_model_declines_costs_nobody_the_old_text(paperpost, model):

    write_old(IDS[0])
    httpx.post(f"{model}/_sandbox/faults", json=[{"finish_reason": "content_filter"}])
    result = paperpost.result("resummarise", "--paper", IDS[0])
    assert result.exit_code == 1
    assert "old text kept, for there is no new one: the model declined this paper" in result.stdout
    assert find_titles() == {IDS[0]: "旧题"}


@pytest.mark.usefixtures("stored", "model")
def test_what_cannot_be_asked_is_said_in_a_sentence(paperpost):
    assert "not both" in paperpost.refused("resummarise", status=2)
    both = ("--paper", IDS[0], "--on", SAMPLE.announced_on)
    assert "not both" in paperpost.refused("resummarise", *both, status=2)
    assert "is not a date" in paperpost.refused("resummarise", "--on", "today", status=2)
    assert "No arXiv id: 'agent'" in paperpost.refused("resummarise", "--paper", "agent", status=2)
    assert "ingest --id 2101.00001" in paperpost.refused("resummarise", "--paper", "2101.00001")
    assert "No papers of 2020-01-06" in paperpost.refused("resummarise", "--on", "2020-01-06")
    assert "paperpost run" in paperpost.refused("resummarise", "--on", SAMPLE.announced_on)


@pytest.mark.usefixtures("stored")
def test_without_a_model_nobody_can_be_asked(paperpost):
    assert "PAPERPOST_LLM_MODEL" in paperpost.refused("resummarise", "--paper", IDS[0], status=2)


@pytest.mark.usefixtures("stored")
def test_a_closed_server_is_told_of_and_changes_nothing(paperpost, model):

    write_old(*IDS)
    httpx.post(f"{model}/_sandbox/faults", json=[{"status": 401, "message": "bad key"}] * 8)
    result = paperpost.result("resummarise", "--on", SAMPLE.announced_on)
    assert result.exit_code == 1
    assert result.stdout.count("not asked: HTTP 401") == 3
    assert set(find_titles().values()) == {"旧题"}
