"""`/metrics`: what a monitor reads, against the format's own parser."""

from datetime import date, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, update

from digests.alerts import raise_alert
from digests.heartbeat import beat
from digests.papers.collecting.plan import Stage
from digests.papers.collecting.polling import settle, watch
from digests.papers.paper import Source
from digests.papers.shelf import store_papers
from digests.store.tables import batches, catch_ups, summaries
from digests.summaries.shelf import plan_summaries
from digests.summaries.summary import Key
from tests.builders import add_reader, make_paper
from tests.sending import plan
from tests.web.conftest import NOW

FRIDAY, THURSDAY = date(2026, 11, 20), date(2026, 11, 19)
HOUR = timedelta(hours=1)


def scrape(client: httpx.Client) -> dict[tuple[str, str], float]:
    """By name and the value of the only label."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name.removeprefix("paperpost_"), "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def add_batch(store, scope, on, **fields):
    row = {"scope": scope, "announced_on": on, "source": "list", "seen": 94, "total": 94, "broken": 0, "fault": ""}
    row |= {"closed_at": NOW - HOUR, "updated_at": NOW, "changed_at": NOW, "items": []}
    with store.writing() as connection:
        connection.execute(insert(batches).values(row | fields))


def add_summary(store, number, state):
    paper = make_paper(id=f"2611.{number:05}", title=f"Paper {number}")
    store_papers(store, [paper], Source.HF, lambda: NOW)
    plan_summaries(store, {paper.id: 1}, Key("zh", "small", "1"), NOW)
    with store.writing() as connection:
        connection.execute(update(summaries).where(summaries.c.paper_id == paper.id).values(state=state))


def test_an_empty_house_has_numbers_too(client):
    found = scrape(client)
    assert found["alerts_open", ""] == 0
    assert found["catch_ups_open", "late"] == 0
    assert found["readers", "active"] == 0
    assert not any(name.startswith("batch_") for name, _ in found)


def test_the_newest_batch_is_told_archive_by_archive(client, store):
    add_batch(store, "cs", THURSDAY, closed_at=NOW)
    add_batch(store, "cs", FRIDAY)
    add_batch(store, "math", FRIDAY, seen=47, closed_at=None, fault="gap")
    found = scrape(client)
    assert (found["batch_whole", "cs"], found["batch_whole", "math"]) == (1, 0)
    assert (found["batch_share", "cs"], found["batch_share", "math"]) == (1, 0.5)
    # Thursday's, caught up with later, is not the newest one.
    assert found["batch_closed_age_seconds", ""] == 3600


def test_what_fails_and_what_waits_is_counted(client, store):
    watched = [(Stage.LISTING, "cs"), (Stage.LISTING, "math"), (Stage.RSS, "cs.LG")]
    watch(store, watched, NOW)
    settle(store, watched[0], NOW, on=FRIDAY, is_through=False, fault="503")
    raise_alert(store, "a", "Something.", NOW)
    with store.writing() as connection:
        for number, is_late in enumerate((True, False, False)):
            row = {"scope": "cs", "announced_on": THURSDAY - timedelta(days=number), "is_late": is_late}
            connection.execute(insert(catch_ups).values(row | {"rank": number, "next_at": NOW, "route": "page"}))
    add_reader(store, "telegram")
    beat(store, "worker", NOW - timedelta(seconds=90))
    found = scrape(client)
    assert (found["polls_failing", "listing"], found["polls_failing", "rss"]) == (1, 0)
    assert (found["catch_ups_open", "late"], found["catch_ups_open", "history"]) == (1, 2)
    assert (found["alerts_open", ""], found["readers", "active"]) == (1, 1)
    assert found["heartbeat_age_seconds", "worker"] == 90


def test_history_is_not_counted_at_every_scrape(client, store):
    reader, (target,) = add_reader(store, "telegram")
    plan(store, reader, target, 2, now=NOW)
    plan(store, reader, target, 1, slot="old", now=NOW - timedelta(days=8))
    for number, state in enumerate(["planned", "claimed", "failed", "refused", "done", "doubtful"]):
        add_summary(store, number, state)
    found = scrape(client)
    assert found["deliveries_recent", "planned"] == 2
    unwritten = {state: value for (name, state), value in found.items() if name == "summaries_unwritten"}
    assert unwritten == {"planned": 1, "claimed": 1, "failed": 1, "refused": 1}


def test_nobodys_address_or_keyword_stands_there(client, store):
    add_reader(store, "telegram", "email")
    text = client.get("/metrics").text
    assert "@" not in text
    assert "1001" not in text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_who_comes_through_a_proxy_finds_no_such_page(client, header):
    assert client.get("/metrics", headers={header: "192.0.2.7"}).status_code == 404


def test_without_a_database_it_is_our_fault(client, store):
    with store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE alerts")
    assert client.get("/metrics").status_code == 503
