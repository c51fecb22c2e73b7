"""What every test may ask for. Recorded responses live outside the repository and may be missing."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from digests.store.engine import Store, open_store
from digests.store.migrate import migrate

# CI answers for a change, not for luck: there the examples are the same every time. Everywhere else they are new.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name, or write it anew (`--update-golden`): review it as a diff."""
    update = request.config.getoption("--update-golden")

    def compare(name: str, actual: str) -> None:
        path = GOLDEN / name
        if update:
            path.write_text(actual, "utf-8")
        assert actual == path.read_text("utf-8")

    return compare


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded arXiv responses; the test is skipped, with a reason, where it is missing."""
    folder = Path(os.environ.get("PAPERPOST_RECORDED_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"recorded data is not at {folder}; set PAPERPOST_RECORDED_DATA")
    return folder


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite with the whole schema. A copy takes a millisecond, the migrations take 50."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    store = open_store(f"sqlite:///{path}")
    migrate(store)
    store.close()
    return path


@pytest.fixture
def store(empty_database: Path, tmp_path: Path) -> Iterator[Store]:
    """A house's database before anything has happened."""
    store = open_store(f"sqlite:///{shutil.copy(empty_database, tmp_path / 'paperpost.db')}")
    yield store
    store.close()
