"""The real application, polling a real server; only what lies behind the seams of BotServices is a fake."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import build_application
from bot.services import BotServices
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.store.engine import Store
from tests.bot.bot_api import TOKEN, BotApi, Person, run, serve
from tests.bot.fakes import FakePreview, FreePacing

NOW = datetime(2026, 4, 21, 2, 30, tzinfo=UTC)


@pytest.fixture
def pacing() -> FreePacing:
    return FreePacing()


@pytest.fixture
def preview() -> FakePreview:
    return FakePreview()


@pytest.fixture
def services(store: Store, pacing: FreePacing, preview: FakePreview) -> BotServices:
    return BotServices(
        store=store,
        now=lambda: NOW,
        salt=b"salt",
        max_keywords=5,
        preview=preview,
        pacing=pacing,
        channels=(TELEGRAM, EMAIL),
    )


@pytest.fixture
async def api(services: BotServices, tmp_path: Path) -> AsyncIterator[tuple[BotApi, Person]]:
    async with serve(tmp_path / "journal.jsonl") as (server, url):
        application = build_application(services, token=TOKEN, base_url=url)
        async with run(application):
            yield server, Person(server, application)


@pytest.fixture
def alice(api: tuple[BotApi, Person]) -> Person:
    return api[1]


@pytest.fixture
def server(api: tuple[BotApi, Person]) -> BotApi:
    return api[0]
