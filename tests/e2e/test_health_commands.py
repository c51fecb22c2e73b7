"""`paperpost doctor` and `paperpost status`, alone and against everything that they look at."""

import json
from datetime import date, timedelta

import pytest
import redis

from digests import broker
from digests.alerts import raise_alert
from digests.clock import utc_now
from digests.health.here import check_disk
from digests.health.sources import check_holidays
from digests.heartbeat import beat
from digests.papers.calendar import load_calendar
from digests.settings import Settings, child_environment
from digests.store.engine import open_store
from sandbox.serving import serve
from sandbox.stand_ins import start_stand_ins
from tests.servers import find_free_port
from web.app import build_app
from web.services import WebServices
from worker.processes import broker_process
from worker.supervisor import Supervisor

PASSWORD = "p%40ss-word"
CLOSED = "http://127.0.0.1:9"


def checks(paperpost, status=0):
    """By name: (ok, detail, advice)."""
    report = json.loads(paperpost("doctor", "--json", status=status))
    return {check["name"]: (check["ok"], check["detail"], check["advice"]) for check in report["checks"]}


@pytest.fixture
def set_up(home, monkeypatch):
    """Settings as the environment has them; nothing that is asked lies outside this machine."""

    def set_up(**fields):
        closed = dict.fromkeys(("arxiv_list_url", "arxiv_rss_url", "arxiv_api_url", "arxiv_oai_url", "hf_url"), CLOSED)
        settings = Settings(
            _env_file=None, **{"home": home / "state", "web_port": find_free_port(), **closed, **fields}
        )
        for name, value in child_environment(settings).items():
            if name.startswith(("PAPERPOST_", "OPENAI_", "REDIS_", "DATABASE_")):
                monkeypatch.setenv(name, value)
        return settings

    return set_up


def test_a_fresh_sandbox_is_well_and_says_what_would_make_each_part_real(paperpost, set_up):
    set_up()
    found = checks(paperpost)
    assert [found[name][0] for name in ("home", "disk", "database", "worker", "broker", "web")] == [True] * 3 + [
        None
    ] * 3
    for name, variable in {
        "Telegram": "PAPERPOST_TELEGRAM_TOKEN",
        "mail": "PAPERPOST_SMTP_URL",
        "LLM": "OPENAI",
    }.items():
        ok, detail, advice = found[name]
        assert (ok, detail.split(",")[0]) == (None, "a stand-in")
        assert variable in advice
    assert "production" not in found
    assert paperpost("doctor").startswith("Sandbox mode")


def test_everything_that_answers_is_good(paperpost, set_up, home):
    with start_stand_ins() as stand_ins, Supervisor([broker_process(home / "state")], home / "logs", {}):
        own = dict.fromkeys(("arxiv_oai_url", "hf_url"), stand_ins.overrides["arxiv_list_url"])
        settings = set_up(**{**stand_ins.overrides, "stand_ins": False, **own})
        paperpost("migrate")
        store = open_store(settings.store_url)
        beat(store, "worker", utc_now())
        store.close()
        found = checks(paperpost)
    # What is known of the holidays depends on the day on which this runs, alignment on an extra.
    bad = {name for name, check in found.items() if not check[0]} - {"holidays", "alignment"}
    assert bad == {"web", "production", "LLM fallback", "LLM judge", "LLM cost"}
    assert found["Telegram"][1].startswith("@")
    assert found["worker"][1].startswith("alive ")
    assert "PAPERPOST_CONTACT" in found["production"][2]
    assert "PAPERPOST_PUBLIC_URL with https" in found["production"][2]


def test_what_does_not_answer_fails_with_what_to_set_and_no_secret_is_said(paperpost, set_up):
    set_up(
        telegram_token="123456789:TheTelegramToken",
        telegram_base_url=CLOSED,
        smtp_url=f"smtp://reader:{PASSWORD}@127.0.0.1:9",
        mail_from="post@a.example",
        llm_base_url=f"{CLOSED}/v1",
        llm_api_key="sk-the-key",
        llm_model="m",
        redis_url=f"redis://:{PASSWORD}@127.0.0.1:9/0",
        secret_key="the-salt-of-hashes",
    )
    found = checks(paperpost, status=1)
    failed = {name: advice for name, (ok, _, advice) in found.items() if ok is False}
    variables = {
        "broker": "REDIS_URL",
        "arXiv listing": "PAPERPOST_ARXIV_LIST_URL",
        "LLM": "OPENAI_BASE_URL",
        "Telegram": "PAPERPOST_TELEGRAM_BASE_URL",
        "mail": "PAPERPOST_SMTP_URL",
    }
    assert set(failed) == set(variables)
    assert all(variables[name] in advice for name, advice in failed.items())
    said = paperpost("doctor", status=1)
    for secret in (PASSWORD, "p@ss-word", "TheTelegramToken", "sk-the-key", "the-salt"):
        assert secret not in said + json.dumps(found)


def test_wrong_credentials_are_told_from_a_server_that_is_away(paperpost, set_up):
    with start_stand_ins() as stand_ins:
        real = {**stand_ins.overrides, "stand_ins": False}
        set_up(**{**real, "telegram_token": "987654321:another", "llm_model": "no-such-model"})
        found = checks(paperpost, status=1)
    assert found["Telegram"][:2] == (False, "the token is refused")
    assert (found["LLM"][0], found["LLM"][2]) == (False, "Set PAPERPOST_LLM_MODEL, to one of: sandbox")


def test_a_disk_that_is_nearly_full_is_said(set_up):
    check = check_disk(set_up(), min_free_bytes=10**18)
    assert (check.ok, check.detail.endswith(" GiB free")) == (False, True)
    assert "PAPERPOST_HOME" in check.advice


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 11, 30), None), (date(2026, 12, 1), 2027), (date(2027, 3, 1), 2027), (date(2025, 6, 1), 2025)],
)
def test_holidays_that_nobody_has_written_down_are_asked_for(today, year):
    check = check_holidays(load_calendar(), today)
    if year is None:
        assert check.ok
    else:
        assert (check.ok, check.detail) == (None, f"arXiv's of {year} are not known yet")
        assert "holidays.toml" in check.advice


def test_an_alert_that_nobody_has_settled_stands_in_both_reports(paperpost, set_up):
    settings = set_up()
    paperpost("migrate")
    assert checks(paperpost)["alerts"][:2] == (True, "none is open")
    store = open_store(settings.store_url)
    raise_alert(store, "late:2026-11-20", "arXiv has not announced it.", utc_now() - timedelta(days=3))
    raise_alert(store, "lost:cs:2026-11-20", "It cannot be had.", utc_now())
    store.close()
    ok, detail, advice = checks(paperpost)["alerts"]
    assert (ok, detail) == (None, "2 open, the oldest for 3 days: arXiv has not announced it.")
    assert "PAPERPOST_ADMIN_IDS" in advice
    said = paperpost("status")
    assert "(nobody told): arXiv has not announced it." in said
    assert [alert["key"] for alert in paperpost.json("status")["alerts"]] == ["late:2026-11-20", "lost:cs:2026-11-20"]


def test_the_web_process_is_asked_for_its_own_opinion(paperpost, set_up):
    settings = set_up()
    paperpost("migrate")
    store = open_store(settings.store_url)
    with serve(build_app(WebServices(store=store, now=utc_now, salt=b"salt"))) as url:
        set_up(web_port=int(url.rpartition(":")[2]), secret_key="salt")
        ok, detail, _ = checks(paperpost, status=1)["web"]
        assert (ok, detail) == (False, f"{url}/healthz: no worker has run here yet")
        beat(store, "worker", utc_now())
        assert checks(paperpost)["web"][:2] == (True, f"{url}/healthz is well")
    store.close()


@pytest.mark.parametrize("own", [{}, {"secret_key": "pepper"}])
def test_the_web_process_of_another_installation_is_not_taken_for_ours(paperpost, set_up, own):
    settings = set_up()
    paperpost("migrate")
    store = open_store(settings.store_url)
    beat(store, "worker", utc_now())
    with serve(build_app(WebServices(store=store, now=utc_now, salt=b"salt"))) as url:
        set_up(web_port=int(url.rpartition(":")[2]), **own)
        ok, detail, advice = checks(paperpost)["web"]
    store.close()
    assert (ok, detail) == (None, f"not running; another installation answers at {url}/healthz")
    assert "PAPERPOST_WEB_PORT" in advice


def test_another_program_on_our_port_is_not_taken_for_ours(paperpost, set_up):
    with start_stand_ins() as stand_ins:
        port = int(stand_ins.overrides["arxiv_list_url"].rpartition(":")[2])
        set_up(web_port=port)
        ok, detail, _ = checks(paperpost, status=1)["web"]
    assert ok is False
    assert "another program" in detail


@pytest.mark.parametrize("folder", ["letter", "letter/state"])
def test_a_home_that_can_be_no_folder_fails(paperpost, set_up, home, folder):
    (home / "letter").write_text("Dear arXiv, ")
    set_up(home=home / folder)
    ok, detail, advice = checks(paperpost, status=1)["home"]
    assert (ok, detail) == (False, f"{home / 'letter'} is no folder")
    assert "PAPERPOST_HOME" in advice


def test_a_database_that_cannot_be_read_fails_and_the_rest_is_still_checked(paperpost, set_up, home):
    (home / "state").mkdir()
    (home / "state/paperpost.db").write_text("Dear arXiv, " * 1000)
    set_up()
    found = checks(paperpost, status=1)
    assert (found["database"][0], found["home"][0]) == (False, True)


@pytest.mark.parametrize("command", ["doctor", "status"])
def test_what_is_printed_fits_into_80_columns(paperpost, set_up, sample_page, command):
    paperpost("ingest", sample_page)
    set_up(telegram_token="123456789:TheTelegramToken", telegram_base_url=CLOSED)
    result = paperpost.result(command)
    words = result.stdout.split()
    assert len(words) > 20
    assert all(len(line) <= 80 or len(line.split()) <= 4 for line in result.stdout.splitlines())


def test_status_shows_batches_readers_and_who_is_due(paperpost, set_up, sample_page):
    set_up()
    paperpost("ingest", sample_page)
    report = paperpost.json("status")
    assert report["last_batch_on"] == "2026-11-20"
    assert (report["queues"], report["due_now"], report["heartbeats"]) == (None, 0, [])
    said = paperpost("status")
    assert "2026-11-20  whole: cs 26/26" in said
    assert "no broker answers" in said


def test_status_counts_what_waits_in_the_queues(paperpost, set_up, home):
    settings = set_up()
    with Supervisor([broker_process(home / "state")], home / "logs", {}):
        client = redis.Redis(unix_socket_path=str(broker.socket_path(settings.home)), db=0)
        client.rpush("deliver", "a task", "another")
        client.close()
        assert paperpost.json("status")["queues"] == {"fetch": 0, "match": 0, "summarise": 0, "deliver": 2}
        assert "2 deliver, 0 fetch, 0 match, 0 summarise" in paperpost("status")
    assert paperpost.json("status")["queues"] is None
