"""Golden files: what every format makes of every sample, reviewed as a diff.

`pytest tests/rendering --update-golden` writes them anew.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, actual: str) -> None:
        path = GOLDEN / name
        if update:
            path.write_text(actual, "utf-8")
        assert actual == path.read_text("utf-8")

    return compare
