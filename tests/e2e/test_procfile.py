"""The service as a host runs it: a release step and a process for each line of `Procfile`."""

import shlex
import subprocess

import pytest

from digests.broker import QUEUES
from tests.e2e.service import PAPERPOST, ROOT

PROCFILE = dict(
    line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if not line.startswith("#")
)


def test_migrate_is_a_release_step_of_its_own(environment, tmp_path):
    done = subprocess.run(
        [PAPERPOST, "migrate"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "The database is ready (sqlite).\n"
    assert (tmp_path / "home" / "paperpost.db").exists()


def test_the_procfile_has_the_same_processes_and_no_path():
    assert set(PROCFILE) == {"release", "web", "worker", "beat", "bot"}
    assert not any(word.startswith(("/", ".")) for line in PROCFILE.values() for word in shlex.split(line))
    words = shlex.split(PROCFILE["worker"])
    assert set(words[words.index("--queues") + 1].split(",")) == set(QUEUES)


@pytest.mark.parametrize("name", ["release", "worker", "beat"])
def test_the_procfiles_commands_take_their_options(name, environment, tmp_path):
    program, *options = shlex.split(PROCFILE[name])
    command = [PAPERPOST.with_name(program), *options, "--help"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["web", "bot"])
def test_the_procfiles_modules_are_there(name):
    assert shlex.split(PROCFILE[name]) == ["python", "-m", name]
    assert (ROOT / name / "__main__.py").is_file()
