"""From a mail's own links to nothing more: the header's (RFC 8058) and the foot's, with the real wiring."""

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from digests.bootstrap import Services
from digests.composing.codec import digest_to_json
from digests.delivery.editions import Planned, plan_edition
from digests.settings import Settings
from digests.store.tables import deliveries, targets
from sandbox.mailbox import Mailbox, serve_mailbox
from tests.builders import add_reader
from tests.rendering.samples import SAMPLES
from tests.web.conftest import NOW, SALT


@pytest.fixture
def mailbox(tmp_path):
    return Mailbox(folder=tmp_path / "mail")


def plan(store, reader, slot):
    """One mail with nothing in it."""
    subscriber_id, (target_id,) = reader
    digest, _ = SAMPLES["holiday"]
    plan_edition(
        store,
        subscriber_id=subscriber_id,
        slot=slot,
        announced_on=digest.announced_on,
        digest_json=digest_to_json(digest),
        paper_ids=[],
        parts=[Planned(target_id, "email", 1)],
        now=NOW,
    )


async def deliver(store, mailbox, **changes):
    """All that is due; the newest mail, as it arrived."""
    with serve_mailbox(mailbox) as url:
        settings = Settings(_env_file=None, smtp_url=url, mail_from="post@a.example", **changes)
        services = Services(settings=settings, store=store, now=lambda: NOW, salt=SALT)
        await services.courier.deliver_due()
        await services.close_connections()
    return mailbox.received[-1].message


async def send(store, mailbox, tmp_path, **changes):
    plan(store, add_reader(store, "email"), "daily:2026-04-10")
    return await deliver(store, mailbox, home=tmp_path, **changes)


async def test_the_mails_own_links_lead_to_a_page_that_ends_it(store, client, mailbox, tmp_path):
    reader = add_reader(store, "email")
    plan(store, reader, "daily:2026-04-10")
    mail = await deliver(store, mailbox, home=tmp_path, public_url="https://papers.example")
    page, mailto = re.findall(r"<([^>]+)>", mail["List-Unsubscribe"])
    assert mailto == "mailto:post@a.example?subject=unsubscribe"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert page in mail.get_body((kind,)).get_content()
    assert page.startswith("https://papers.example/leave/")
    plan(store, reader, "daily:2026-04-13")
    assert client.post(urlsplit(page).path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    await deliver(store, mailbox, home=tmp_path, public_url="https://papers.example")
    assert len(mailbox.received) == 1
    with store.reading() as connection:
        assert connection.scalar(select(targets.c.gone_reason)) == "left"
        assert set(connection.scalars(select(deliveries.c.state))) == {"sent", "gone"}


async def test_the_sandboxs_page_stands_in_the_foot_and_never_in_a_header(store, mailbox, tmp_path):
    public_url = "http://127.0.0.1:8321"
    mail = await send(store, mailbox, tmp_path, public_url=public_url, stand_ins=True)
    assert f"{public_url}/leave/" in mail.get_body(("html",)).get_content()
    assert mail["List-Unsubscribe"] == "<mailto:post@a.example?subject=unsubscribe>"
    assert mail["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("public_url", ["", "http://papers.example"])
async def test_without_a_safe_page_of_ours_leaving_is_by_mail(store, mailbox, tmp_path, public_url):
    mail = await send(store, mailbox, tmp_path, public_url=public_url)
    assert "/leave/" not in mail.as_string()
    assert "mailto:post@a.example?subject=unsubscribe" in mail.get_body(("html",)).get_content()
