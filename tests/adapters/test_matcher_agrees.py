"""The index that meets all queries with all papers at once, against two readings of one query and one paper."""

from random import Random

from tests.agreement import compare, load_papers


def test_three_readings_agree_on_fifty_thousand_pairs_of_real_papers(recorded):
    found = compare(Random(4), load_papers(recorded), queries=500, papers=100, explain_every=5)
    assert found.disagreements == []
    assert found.pairs == 50_000
    # Pairs that all call a miss, or all a hit, would show nothing.
    assert found.hits > 2_000
    assert found.queries_with_hits > 250
