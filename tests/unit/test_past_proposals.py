"""Whatever was typed: what is proposed is a query, and brings something."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from digests.errors import QueryRefused
from digests.keywords.language import parse
from digests.past.backtest import Backtest
from digests.past.proposing.proposals import Proposals, propose
from digests.past.search import open_past
from tests.pasts import NOW, build_past, make_papers, propose_for

# Right ones, slips, operators and signs.
_PIECES = [
    *["agent", "agents", "model", "LLM", "RAG", "ROBOT", "difusion", "polcy", "retrievalaugmented", "quntiz*", "zebra"],
    *["AND", "OR", "NOT", "(", ")", '"', "~3", "ti:", "co:", "au:", "cat:cs.LG", "pri:cs.CV", "id:2611.00001"],
    *["智能体", "非", "C++", r"$\alpha$", "multi modal", "-", "agent:", "或"],
]


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    papers = make_papers(
        ("Agents at Work", "An LLM agent does retrieval-augmented generation (RAG); quantization of a C++ robot."),
        (
            "Diffusion Policy",
            r"A diffusion policy with $\alpha$ and large language models (LLMs). Multimodal C++ 智能体.",
        ),
        times=4,
    )
    others = make_papers(("Boring Defaults", "We study boring defaults."), times=20, first=1000)
    return build_past(tmp_path_factory.mktemp("past"), [*papers, *others])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6), st.sampled_from([None, ("cs",), ("cs.LG", "math"), ()])
)
def test_every_proposal_is_a_query_that_brings_something(past, pieces, scope):
    text = " ".join(pieces)
    try:
        query = parse(text)
    except QueryRefused:
        assume(False)
    window = open_past(past, NOW)
    found = propose_for(past, text, scope)
    for proposal in (*filter(None, [found.narrower]), *found.instead, *(each.proposal for each in found.expansions)):
        other = parse(proposal.text)
        assert other.canonical != query.canonical
        assert 0 < proposal.count <= sum(mask.bit_count() for mask in window.find(other).values())
        assert proposal.per_day == proposal.count / len(window.dates)


def test_without_stored_papers_nothing_is_proposed(tmp_path):
    store = build_past(tmp_path, [], days=1)
    assert propose(store, open_past(store, NOW), parse("agent"), Backtest(())) == Proposals()
