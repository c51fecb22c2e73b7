"""What a browser, a link scanner and a mail program get."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from digests.delivery.channel import EMAIL
from digests.heartbeat import beat
from digests.phrases import load_phrases
from digests.secret_key import derive_installation_id
from digests.store.tables import deliveries, heartbeats, targets
from digests.subscribers.directory import list_subscribers
from digests.subscribers.leaving import sign_target
from digests.subscribers.membership import forget, join
from sandbox.telegram import serve_telegram
from sandbox.telegram_chats import Telegram
from tests.builders import add_reader
from tests.waiting import eventually
from tests.web.conftest import NOW, SALT

ZH, EN = load_phrases("zh"), load_phrases("en")
OURS = {"installation": derive_installation_id(SALT)}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def target_id(store) -> int:
    _, (target_id,) = add_reader(store, EMAIL)
    return target_id


@pytest.fixture
def token(store, target_id) -> str:
    return sign(store, target_id)


@pytest.fixture
def link(token) -> str:
    return f"/leave/{token}"


def sign(store, target_id, salt=SALT) -> str:
    with store.reading() as connection:
        address = connection.scalar(select(targets.c.address).where(targets.c.id == target_id))
    return sign_target(target_id, address, salt)


def is_gone(store) -> bool:
    ((target,),) = [subscriber.targets for subscriber in list_subscribers(store)]
    return target.gone_at is not None


def test_the_first_page_says_what_this_is_in_both_languages(client):
    page = client.get("/")
    assert page.status_code == 200
    assert ZH("web.home_what") in page.text
    assert EN("web.home_what") in page.text


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("", "退订论文邮差"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "退订论文邮差"),
        ("en-GB,en;q=0.9", "Unsubscribe from PaperPost"),
        ("zh-TW,zh;q=0.9", "取消訂閱論文郵差"),
        ("en;q=0.1, zh-HK;q=0.9", "取消訂閱論文郵差"),
        ("de-DE, en;q=0.5", "Unsubscribe from PaperPost"),
        ("fr", "退订论文邮差"),
        ("yue-HK, en;q=0.5", "取消訂閱論文郵差"),
        (";q=x,,en;q=0,*" * 400, "退订论文邮差"),
    ],
)
def test_a_page_speaks_the_language_that_the_browser_asks_for(client, link, accepted, said):
    page = client.get(link, headers={"accept-language": accepted})
    assert f"<h1>{said}</h1>" in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_whoever_only_looks_at_the_link_changes_nothing(client, store, link, method):
    assert client.request(method, link).status_code == 200
    assert not is_gone(store)


def test_the_button_leaves_at_once_and_the_page_says_how_to_come_back(client, store, link):
    page = client.get(link)
    assert re.findall(r"<form[^>]*>", page.text) == ['<form method="post">']
    left = client.post(link)
    assert left.status_code == 200
    assert "/email" in left.text
    assert is_gone(store)


def test_a_mail_program_leaves_with_one_click_and_twice_is_once(client, store, link):
    for _ in range(2):
        assert client.post(link, data=ONE_CLICK).status_code == 200
    assert is_gone(store)


@pytest.mark.parametrize("body", [b"", b"\xff" * 200_000, b"List-Unsubscribe=Two-Click"])
def test_whatever_the_body_is_the_token_alone_says_who(client, store, link, body):
    assert client.post(link, content=body).status_code == 200
    assert is_gone(store)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "damage", [lambda t: t[:-1] + "!", lambda t: "9" + t, lambda _: "x" * 5000, lambda _: "%ff%00.é"]
)
def test_a_damaged_link_is_a_friendly_404_and_changes_nothing(client, store, token, method, damage):
    page = client.request(method, f"/leave/{damage(token)}")
    assert page.status_code == 404
    assert ZH("web.old_link") in page.text
    assert not is_gone(store)


def test_a_link_signed_with_another_key_is_none_of_ours(client, store, target_id):
    assert client.post(f"/leave/{sign(store, target_id, b'another')}").status_code == 404
    assert not is_gone(store)


def test_a_link_of_somebody_who_was_forgotten_says_so(client, store, link):
    (subscriber,) = list_subscribers(store)
    forget(store, subscriber.id, salt=SALT, now=NOW)
    page = client.post(link)
    assert page.status_code == 404
    assert ZH("web.old_link") in page.text


def test_an_old_link_says_so_and_mutes_nobody_who_joined_since(client, store, link):
    (subscriber,) = list_subscribers(store)
    forget(store, subscriber.id, salt=SALT, now=NOW)
    join(store, channel=EMAIL, address="li@example.org", confirmed=True, salt=SALT, now=NOW)
    assert client.get(link).status_code == client.post(link).status_code == 404
    assert not is_gone(store)


def test_other_addresses_and_methods_get_a_page_too(client, link):
    assert client.get("/nothing").status_code == 404
    assert ZH("web.no_page") in client.get("/nothing").text
    assert client.delete(link).status_code == 405
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 404


def test_every_answer_is_safe_to_show(client, link):
    for page in (client.get("/"), client.get(link), client.post(link), client.get("/leave/x"), client.get("/healthz")):
        headers = page.headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers
        assert "<script" not in page.text


def test_a_database_that_fails_is_our_fault_and_said_so(client, store, link):
    with store.writing() as connection:
        deliveries.drop(connection)
        targets.drop(connection)
    page = client.post(link)
    assert page.status_code == 503
    assert ZH("web.our_fault") in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


def test_it_is_well_while_the_worker_is_heard(client, store):
    beat(store, "worker", NOW - timedelta(seconds=40))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "faults": [], "worker_seconds": 40} | OURS)


def test_it_is_not_well_when_the_worker_has_been_silent(client, store):
    beat(store, "worker", NOW - timedelta(minutes=6))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    silent = {"ok": False, "faults": ["the worker has been silent for 360 s"], "worker_seconds": 360}
    assert answer.json() == silent | OURS


def test_it_is_not_well_where_no_worker_ever_ran(client, store):
    beat(store, "bot", NOW)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["faults"]) == (503, ["no worker has run here yet"])


def test_it_is_not_well_without_its_database(client, store):
    with store.writing() as connection:
        heartbeats.drop(connection)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["faults"]) == (503, ["the database does not answer"])


def test_the_pages_name_the_bot_once_telegram_has_told_its_name(serve):
    telegram = Telegram()
    with (
        serve_telegram(telegram) as url,
        serve(telegram_token=telegram.token, telegram_base_url=url) as client,
    ):
        eventually(lambda: 'href="https://t.me/' in client.get("/").text, "the page names the bot")


def test_without_a_telegram_that_answers_the_page_still_comes(serve):
    with serve(telegram_token="123456789:AAAA", telegram_base_url="http://127.0.0.1:1") as client:
        assert "t.me" not in client.get("/").text
