"""A house of one's own, driven from the command line as a person would."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from digests.settings import setting_names
from tests.e2e.service import ROOT
from tests.servers import find_free_port


class CommandLine:
    """`paperpost` in a fresh folder; errors become sentences as they do for a person."""

    def __init__(self, runner: CliRunner) -> None:
        self._runner = runner

    def __call__(self, *arguments: object, status: int = 0, stdin: str | None = None) -> str:
        """Standard output; fails with everything that was printed when the exit status is another."""
        result = self.result(*arguments, stdin=stdin)
        assert result.exit_code == status, f"{result.exit_code}: {result.output} {result.exception}"
        return result.stdout

    def refused(self, *arguments: object, status: int = 1) -> str:
        """What stands on standard error."""
        result = self.result(*arguments)
        assert result.exit_code == status, f"{result.exit_code}: {result.output} {result.exception}"
        return result.stderr

    def json(self, *arguments: object) -> Any:
        return json.loads(self(*arguments, "--json"))

    def result(self, *arguments: object, stdin: str | None = None):
        from digests.cli import app

        return self._runner.invoke(app, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PAPERPOST_HOME", str(tmp_path / "state"))
    # Whatever runs on this machine is not ours.
    monkeypatch.setenv("PAPERPOST_WEB_PORT", str(find_free_port()))
    return tmp_path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Nothing of ours is set; the pages have a port that is free."""
    home, port = str(tmp_path / "home"), str(find_free_port())
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PAPERPOST_HOME": home, "PAPERPOST_WEB_PORT": port}


@pytest.fixture
def paperpost(home: Path) -> Iterator[CommandLine]:
    handlers, levels = logging.root.handlers[:], _log_levels()
    yield CommandLine(CliRunner())
    # The command set up its log, on a standard error that is gone.
    logging.root.handlers[:] = handlers
    for logger in _log_levels():
        logger.setLevel(levels.get(logger, logging.NOTSET))
    structlog.reset_defaults()


def _log_levels() -> dict[logging.Logger, int]:
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    return {logger: logger.level for logger in loggers if isinstance(logger, logging.Logger)}


@pytest.fixture
def sample_page(home: Path) -> Path:
    """The sample announcement as a file."""
    from sandbox.arxiv_pages import render_listing
    from sandbox.sample import load_sample

    path = home / "cs_new.html"
    path.write_bytes(render_listing(load_sample()))
    return path


@pytest.fixture
def write(home: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = home / name
        path.write_text(text)
        return path

    return write
