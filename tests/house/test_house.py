"""Checks of the house itself: nothing is left out where everything must be."""

import inspect
import pickle
import re
import string
import tomllib
from pathlib import Path

import pytest

import digests.errors
from digests.settings import setting_names

ROOT = Path(__file__).parents[2]
ERRORS = [cls for _, cls in inspect.getmembers(digests.errors, inspect.isclass) if issubclass(cls, Exception)]
PHRASES = {path.stem: tomllib.loads(path.read_text()) for path in (ROOT / "templates/phrases").glob("*.toml")}


@pytest.mark.parametrize("error", ERRORS, ids=lambda cls: cls.__name__)
def test_every_error_survives_pickling_with_its_fields(error):
    has_fields = error.__init__ is not Exception.__init__
    names = [*inspect.signature(error.__init__).parameters][2:] if has_fields else []
    original = error("what happened", **dict.fromkeys(names, 7))
    copy = pickle.loads(pickle.dumps(original))
    assert (str(copy), vars(copy)) == (str(original), vars(original))


def test_every_setting_stands_in_the_example_and_no_other():
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {line.split("=", 1)[0] for line in lines if re.match(r"[A-Z_]+=", line)}
    assert named == set(setting_names())


def test_every_language_has_every_sentence_with_the_same_names_to_fill_in():
    def shape(table: dict[str, dict[str, str]]) -> dict[tuple[str, str], set[str]]:
        return {
            (section, key): {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for section, sentences in table.items()
            for key, text in sentences.items()
        }

    shapes = {language: shape(table) for language, table in PHRASES.items()}
    assert shapes["zh"]
    assert all(other == shapes["zh"] for other in shapes.values())


def test_the_lock_has_hashes_for_everything_and_names_no_address():
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert "index-url" not in lock
    packages = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    assert [block for block in packages if "==" in block and "--hash=" not in block] == []


def test_no_path_of_a_machine_stands_in_the_project():
    suffixes = {".py", ".toml", ".md", ".html", ".txt", ".cfg", ""}
    found = [
        str(path)
        for path in ROOT.rglob("*")
        if path.is_file() and path.suffix in suffixes and not _is_made(path)
        if re.search(r"(?<![\w.])/(?:work|farm|root|home/\w+)/", path.read_text(errors="ignore"))
    ]
    assert found == []


def _is_made(path: Path) -> bool:
    made = {".git", ".venv", ".hypothesis", "build", "var", "paperpost.egg-info", "tests"}
    first = path.relative_to(ROOT).parts[0]
    return first in made or first.endswith("_cache") or "__pycache__" in path.parts


def test_the_bot_framework_is_imported_by_the_bot_only():
    """import-linter does not know subpackages of other people's packages."""
    importers = {
        path.relative_to(ROOT).parts[0]
        for package in ("digests", "worker", "sandbox", "bot")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"^\s*(from|import) telegram\.ext\b", path.read_text(), re.MULTILINE)
    }
    assert importers == {"bot"}
