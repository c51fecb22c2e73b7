"""The real application, polling a real server; only what lies behind the seams of BotServices is a fake."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import build_application
from bot.services import BotServices
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.store.engine import Store, open_store
from digests.store.migrate import migrate
from tests.bot.bot_api import TOKEN, BotApi, Person, run, serve
from tests.bot.fakes import FakePreview, FreePacing

NOW = datetime(2026, 4, 21, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bot") / "empty.db"
    store = open_store(f"sqlite:///{path}")
    migrate(store)
    store.close()
    return path


@pytest.fixture
def store(empty_database: Path, tmp_path: Path) -> Iterator[Store]:
    path = shutil.copy(empty_database, tmp_path / "paperpost.db")
    store = open_store(f"sqlite:///{path}")
    yield store
    store.close()


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
