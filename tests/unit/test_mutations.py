"""What `make bench-quality` puts into good translations is really in them, and the same every time."""

import importlib
from pathlib import Path

import pytest

from digests.phrases import load_phrases


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    return importlib.import_module


def test_every_kind_changes_something_and_only_in_the_chinese_abstract(benchmark):
    mutations, pairs = benchmark("mutations"), benchmark("judged_pairs")
    written = list(pairs.list_written())
    for kind in mutations.MUTATIONS:
        changed = [(pair, mutant) for pair in written for mutant in mutations.mutate(pair, kind, 1, seed=1)]
        assert changed
        assert all(mutant.abstract != pair.abstract for pair, mutant in changed)
        assert all((mutant.source, mutant.title) == (pair.source, pair.title) for pair, mutant in changed)


def test_a_seed_gives_the_same_mutants_and_another_gives_others(benchmark):
    mutations, pairs = benchmark("mutations"), benchmark("judged_pairs")
    written = list(pairs.list_written())[:8]

    def list_mutants(seed):
        return [mutant.abstract for pair in written for mutant in mutations.mutate(pair, "digit", 2, seed)]

    assert list_mutants(1) == list_mutants(1) != list_mutants(2)


def test_both_halves_have_pairs(benchmark):
    written = list(benchmark("judged_pairs").list_written())
    fitted = [pair for pair in written if pair.is_fitted]
    assert 0.3 < len(fitted) / len(written) < 0.7


def test_the_judged_pairs_are_read_whole(benchmark, recorded):
    pairs, faults = benchmark("judged_pairs"), recorded.parent / "cases" / "faults.tsv"
    if not faults.is_file():
        pytest.skip(f"nobody's judgement is at {faults}")
    judged = pairs.read_judged(recorded / "digests", faults)
    assert len(judged) == 67
    assert sum(bool(pair.source.title.text and pair.title) for pair in judged) == 47
    assert all(pair.source.abstract.text and pair.abstract for pair in judged)
    assert {letter for pair in judged for letter in pair.judged} <= pairs.LETTERS.keys()


def test_a_kind_that_the_reader_saw_is_counted_as_found_only_where_a_check_looks_for_it(benchmark):
    quality, codes = benchmark("quality"), load_phrases("en").section("faults")
    assert quality.MEANT.keys() <= codes.keys()
    assert [letter for letter in quality.LETTERS if not quality.count_kind(letter, [])["is_checked"]] == ["C", "M", "S"]
