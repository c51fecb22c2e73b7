"""What a day's models cost, from the settings to `status`, through the real client and a server."""

from datetime import timedelta

import pytest

from digests.clock import utc_now
from digests.store.engine import open_store
from digests.summaries.asking.model import Tokens
from digests.summaries.spending.spent import Spent, add_spent, find_day
from sandbox.llm import build_app
from sandbox.serving import serve
from tests.servers import mail_devel_server


def spend(home, days_ago, model, spent):
    store = open_store(f"sqlite:///{home / 'state/paperpost.db'}")
    with store.writing() as connection:
        add_spent(store, connection, find_day(utc_now()) - timedelta(days=days_ago), Spent(model, *spent))
    store.close()


def models_of(said):
    """The lines about them, without what stands left of them."""
    lines = said.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("models"))
    last = next(number for number, line in enumerate(lines) if line.startswith("sends"))
    return [line[12:] for line in lines[first:last]]


def test_status_says_what_was_spent_and_what_is_left_in_80_columns(paperpost, home, monkeypatch):
    monkeypatch.setenv("PAPERPOST_LLM_PRICES", "small=0.15/0.003/0.60")
    monkeypatch.setenv("PAPERPOST_LLM_DAILY_BUDGET", "0.50")
    paperpost("migrate")
    assert models_of(paperpost("status")) == ["today (UTC): 0.00 spent, 0.50 of 0.50 left", "last 7 days: 0.00 spent"]
    spend(home, 0, "small", (214, Tokens(412_000, 98_000, 309_000), 118_000))
    spend(home, 3, "vendor/large", (3, Tokens(4_000, 900), 0))
    said = paperpost("status")
    assert " ".join(models_of(said)) == (
        "today (UTC): 0.118 spent, 0.382 of 0.50 left "
        "- small: 214 calls, 412,000 tokens asked (75% cached), 98,000 answered, 0.118 "
        "last 7 days: 0.118 spent "
        "- small: 214 calls, 412,000 tokens asked (75% cached), 98,000 answered, 0.118 "
        "- vendor/large: 3 calls, 4,000 tokens asked (0% cached), 900 answered, no price "
        "no price, so not counted: vendor/large (set PAPERPOST_LLM_PRICES)"
    )
    assert max(map(len, said.splitlines())) <= 80
    spending = paperpost.json("status")["spending"]
    assert (spending["budget_micros"], spending["left_micros"]) == (500_000, 382_000)
    assert spending["week"]["cached_share"] == 309_000 / 416_000


@pytest.mark.parametrize(("budget", "is_enough"), [("1000", True), ("0.000001", False)])
def test_a_run_spends_no_more_than_it_may(paperpost, home, monkeypatch, sample_page, budget, is_enough):
    with serve(build_app({}, model="small")) as url, mail_devel_server() as (smtp, _):
        settings = {
            "OPENAI_BASE_URL": f"{url}/v1",
            "PAPERPOST_LLM_MODEL": "small",
            "PAPERPOST_LLM_PRICES": "small=0.15/0.003/0.60",
            "PAPERPOST_LLM_DAILY_BUDGET": budget,
            "PAPERPOST_SMTP_URL": f"smtp://reader%40example.net:secret@127.0.0.1:{smtp}",
            "PAPERPOST_MAIL_FROM": "post@example.net",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        paperpost("ingest", sample_page)
        paperpost("subscribers", "add", "--email", "reader@example.net", "--keyword", "rollout", "--confirmed")
        paperpost("run")
        found = paperpost.json("status")
    spent = found["spending"]["today"]
    assert [one["model"] for one in spent["models"]] == (["small"] if is_enough else [])
    assert (spent["micros"] > 0, len(found["alerts"])) == ((True, 0) if is_enough else (False, 1))
    # With or without a summary.
    assert found["recent_deliveries"] == {"sent": 1}
