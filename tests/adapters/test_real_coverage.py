"""Every recorded answer: what our readers give and the store keeps, against regular expressions over the raw text."""

from pathlib import Path

import pytest

from scripts.coverage import FOLDERS, build_page, read_all

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
#: Entries that are no papers: the API says an error as a feed with one.
REFUSED = {"id_abc_s0_m100.xml": "refused: incorrect id format for abc"}


@pytest.fixture(scope="module")
def rows(recorded):
    return read_all(recorded)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_entry_of_every_recorded_answer_is_read_and_stored(rows, folder):
    assert sum(row.counted for row in rows[folder]) > 100
    expected = {row.file: REFUSED[row.file] for row in rows[folder] if row.file in REFUSED}
    assert {row.file: row.remark for row in rows[folder] if row.differs} == expected
    assert all(row.broken == 0 for row in rows[folder])


def test_the_page_about_coverage_says_what_is_so(rows):
    assert PAGE.read_text("utf-8") == build_page(rows), "run scripts/coverage.py > docs/coverage.md"
