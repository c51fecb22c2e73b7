"""What every test may ask for. Recorded responses live outside the repository and may be missing."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# CI answers for a change, not for luck: there the examples are the same every time. Everywhere else they are new.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded arXiv responses; the test is skipped, with a reason, where it is missing."""
    folder = Path(os.environ.get("PAPERPOST_RECORDED_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"recorded data is not at {folder}; set PAPERPOST_RECORDED_DATA")
    return folder
