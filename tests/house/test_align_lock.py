"""The lock of the extra [align]: what it takes beside requirements.lock, and nothing else."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def read_lock(name):
    """Version and block by package."""
    blocks = re.split(r"^(?=\S)", (ROOT / name).read_text(), flags=re.MULTILINE)
    return {match[1]: (match[2], block) for block in blocks if (match := re.match(r"([\w.-]+)==(\S+)", block))}


def test_it_has_hashes_for_everything_and_names_no_address():
    text = (ROOT / "requirements-align.lock").read_text()
    assert "://" not in text
    assert "index-url" not in text
    lock = read_lock("requirements-align.lock")
    assert [name for name, (_, block) in lock.items() if "--hash=sha256:" not in block] == []


def test_it_has_what_the_extra_names_and_fits_the_other_lock():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.match(r"[\w.-]+", requirement)[0] for requirement in project["optional-dependencies"]["align"]}
    ours, others = read_lock("requirements-align.lock"), read_lock("requirements.lock")
    assert wanted <= ours.keys()
    assert [name for name in ours.keys() & others.keys() if ours[name][0] != others[name][0]] == []
