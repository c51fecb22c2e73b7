"""What could not be read is kept: bounded, each document once, whoever else writes there, and never at the day's cost."""

import json
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digests.errors import SourceMalformed
from digests.papers.quarantine import Quarantine, find_kept, find_note
from digests.papers.wire import read_wire
from tests.builders import NOON
from tests.disks import fill, small_disk

FIXTURES = Path(__file__).parents[1] / "fixtures"
ADDRESS = "https://arxiv.example/list/cs/new"


class Clock:
    """A second later at every question."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


def open_quarantine(folder, **bounds):
    return Quarantine(folder / "quarantine", Clock(), **bounds)


def sizes(folder):
    return sum(path.stat().st_size for path in (folder / "quarantine").iterdir())


def test_a_document_is_kept_as_it_came_with_a_note_beside_it(tmp_path):
    path = open_quarantine(tmp_path).keep(b"\x00<html>\xff", ADDRESS, "This is no feed.")
    assert path.read_bytes() == b"\x00<html>\xff"
    assert json.loads(path.with_suffix(".json").read_text()) == {
        "address": ADDRESS,
        "reason": "This is no feed.",
        "sha256": sha256(b"\x00<html>\xff").hexdigest(),
        "length": 8,
        "is_cut": False,
        "first_at": "2026-11-20T13:00:01Z",
        "last_at": "2026-11-20T13:00:01Z",
        "count": 1,
    }


def test_what_cannot_be_read_is_kept_and_the_error_goes_on(tmp_path):
    quarantine = open_quarantine(tmp_path)
    with pytest.raises(SourceMalformed, match="it is empty"):
        quarantine.read(b"", ADDRESS, read_wire)
    (kept,) = find_kept(tmp_path / "quarantine")
    assert kept.read_bytes() == b""
    assert find_note(kept).reason.endswith("it is empty.")


def test_what_can_be_read_is_not_kept(tmp_path):
    payload = (FIXTURES / "listing" / "whole.html").read_bytes()
    assert open_quarantine(tmp_path).read(payload, ADDRESS, read_wire) == read_wire(payload)
    assert find_kept(tmp_path / "quarantine") == []


def test_a_document_with_broken_entries_is_kept_and_read(tmp_path):
    payload = (FIXTURES / "listing" / "broken.html").read_bytes()
    page = open_quarantine(tmp_path).read(payload, ADDRESS, read_wire)
    assert [entry.item for entry in page.entries] == [1, 5]
    (kept,) = find_kept(tmp_path / "quarantine")
    assert kept.read_bytes() == payload
    assert find_note(kept).reason == "3 entries, first item 2: it has no arXiv id"


def test_the_same_document_again_is_counted_and_counts_as_the_newest(tmp_path):
    quarantine = open_quarantine(tmp_path)
    first = quarantine.keep(b"one", ADDRESS, "why")
    second = quarantine.keep(b"two", ADDRESS, "why")
    assert quarantine.keep(b"one", ADDRESS + "?skip=2000", "another reason") == first
    assert find_kept(tmp_path / "quarantine") == [first, second]
    note = find_note(first)
    assert (note.count, note.address, note.reason) == (2, ADDRESS + "?skip=2000", "another reason")
    assert (note.first_at, note.last_at) == (NOON + timedelta(seconds=1), NOON + timedelta(seconds=3))


def test_the_oldest_go_when_there_are_too_many(tmp_path):
    quarantine = open_quarantine(tmp_path, max_files=3)
    kept = [quarantine.keep(b"%d" % number, ADDRESS, "why") for number in range(10)]
    assert find_kept(tmp_path / "quarantine") == kept[:6:-1]
    assert len(list((tmp_path / "quarantine").glob("*.json"))) == 3


def test_the_oldest_go_when_they_are_too_long_together(tmp_path):
    quarantine = open_quarantine(tmp_path, max_bytes=10_000)
    for number in range(20):
        quarantine.keep(b"%03d" % number * 300, ADDRESS, "why")
        assert sizes(tmp_path) <= 10_000
    assert [path.read_bytes()[:3] for path in find_kept(tmp_path / "quarantine")][:3] == [b"019", b"018", b"017"]


def test_an_endless_document_is_cut_says_so_and_leaves_the_others_their_place(tmp_path):
    quarantine = open_quarantine(tmp_path, max_bytes=10_000)
    other = quarantine.keep(b"other", ADDRESS, "why")
    kept = quarantine.keep(b"x" * 50_000, ADDRESS, "why")
    assert kept.read_bytes() == b"x" * 1_000
    note = find_note(kept)
    assert (note.length, note.is_cut, note.sha256) == (50_000, True, sha256(b"x" * 50_000).hexdigest())
    assert find_note(quarantine.keep(b"x" * 50_000, ADDRESS, "why")).count == 2
    assert other.exists()


def test_two_long_documents_that_begin_alike_are_two(tmp_path):
    quarantine = open_quarantine(tmp_path, max_bytes=10_000)
    assert quarantine.keep(b"x" * 5_000, ADDRESS, "why") != quarantine.keep(b"x" * 5_001, ADDRESS, "why")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(payload=st.binary(max_size=50), address=st.text(), reason=st.text())
def test_names_are_safe_and_notes_can_be_read_whatever_the_words_are(tmp_path, payload, address, reason):
    path = open_quarantine(tmp_path).keep(payload, f"../../{address}/\x00", reason)
    assert path.parent == tmp_path / "quarantine"
    assert path.stem == sha256(payload).hexdigest()[:32]
    assert find_note(path).length == len(payload)


def keep_many(folder, own):
    quarantine = Quarantine(folder, lambda: NOON)
    for number in range(30):
        quarantine.keep(b"the same", ADDRESS, "why")
        quarantine.keep(b"%s %d" % (own, number), ADDRESS, "why")


def test_two_processes_lose_nothing_that_the_other_keeps(tmp_path):
    folder = tmp_path / "quarantine"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        for done in [processes.submit(keep_many, folder, own) for own in (b"a", b"b")]:
            done.result()
    counts = {path.read_bytes(): find_note(path).count for path in find_kept(folder)}
    assert counts.pop(b"the same") == 60
    assert counts == {b"%s %d" % (own, number): 1 for own in (b"a", b"b") for number in range(30)}


def test_a_folder_that_cannot_be_written_does_not_stop_the_day(tmp_path):
    (tmp_path / "quarantine").write_text("a file is in the way")
    quarantine = open_quarantine(tmp_path)
    assert quarantine.keep(b"x", ADDRESS, "why") is None
    with pytest.raises(SourceMalformed, match="it is empty"):
        quarantine.read(b"", ADDRESS, read_wire)
    assert find_kept(tmp_path / "quarantine") == []


def test_a_full_disk_does_not_stop_the_day_and_loses_nothing_to_it(tmp_path):
    with small_disk(tmp_path, megabytes=1) as disk:
        quarantine = open_quarantine(disk)
        first = quarantine.keep(b"first", ADDRESS, "why")
        fill(disk)
        assert quarantine.keep(b"x" * 200_000, ADDRESS, "why") is None
        assert find_kept(disk / "quarantine") == [first]
        assert sorted(path.suffix for path in (disk / "quarantine").iterdir()) == ["", ".bin", ".json"]


def test_what_a_killed_process_or_a_person_left_is_put_right(tmp_path):
    quarantine = open_quarantine(tmp_path)
    one, two, three = (quarantine.keep(word, ADDRESS, "why") for word in (b"one", b"two", b"three"))
    one.with_suffix(".json").unlink()
    two.unlink()
    three.with_suffix(".json").write_text("{half a no")
    (tmp_path / "quarantine" / "dead.draft").write_bytes(b"half a document")
    for word in (b"one", b"two", b"three"):
        path = quarantine.keep(word, ADDRESS, "why")
        assert path.read_bytes() == word
        assert find_note(path).count == 1
    assert not list((tmp_path / "quarantine").glob("*.draft"))
