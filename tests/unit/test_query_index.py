"""All queries at once: added, removed, and the same as one by one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.errors import QueryRefused
from digests.keywords.bits import list_bits
from digests.keywords.explaining import explain
from digests.keywords.language import parse, parse_canonical, read_canonical
from digests.keywords.query_index import QueryIndex
from digests.keywords.reading import ReadPaper
from tests.builders import make_paper

QUERIES = [
    "world model",
    '"world models"',
    "RAG",
    "rag",
    "RAG OR GAN",
    "deep RAG system",
    '"GANs"',
    "quantiz*",
    "diffus* model",
    '"diffus* model"',
    "GAN*",
    "graph transformer~3",
    "graph graph*~4",
    "a very long phrase of seven words",
    "ti:world",
    "abs:world",
    "co:ICML",
    "au:LeCun",
    'au:"Yann LeCun"',
    "au:LeC*",
    'au:"Yann LeC*"',
    "cat:cs",
    "pri:stat.ML",
    "id:2601.00001",
    "model NOT robot",
    "world NOT (model AND robot)",
    "(a OR b) AND (c OR d)",
    "扩散策略",
    "强化学习算法研究",
    "扩散 RAG",
]
PAPERS = [
    make_paper(title="World models and RAG", abstract="Deep RAG systems quantised; diffusion models"),
    make_paper(
        title="GANs", abstract="a very long phrase of seven words. transformers on a graph", authors=("Y. LeCun",)
    ),
    make_paper(title="rag", abstract="world of robots", comments="ICML 2026", authors=("Yann LeCun",)),
    make_paper(title="graph graphs", abstract="a model; b c d", categories=("stat.ML", "cs.LG")),
]
CHINESE = "扩散策略 RAG\n强化学习算法研究"


def hits(index, papers, chinese=None):
    return {canonical: list(list_bits(mask)) for canonical, mask in index.match(papers, chinese).items()}


@pytest.mark.parametrize("text", QUERIES)
def test_a_query_among_others_finds_what_it_finds_alone(text):
    query = parse(text)
    chinese = {paper.id: CHINESE for paper in PAPERS}
    expected = [n for n, paper in enumerate(PAPERS) if explain(query.node, ReadPaper(paper, CHINESE)) is not None]
    assert hits(QueryIndex(map(parse, QUERIES)), PAPERS, chinese).get(query.canonical, []) == expected


@given(st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_what_was_removed_leaves_nothing_behind(chance: random.Random):
    kept, index = chance.sample(QUERIES, len(QUERIES) // 2), QueryIndex()
    changes = [(text, True) for text in QUERIES]
    chance.shuffle(changes)
    for text, _ in changes:
        index.add(parse(text))
    for text in QUERIES:
        if text not in kept:
            index.remove(parse(text).canonical)
    assert set(index) == {parse(text).canonical for text in kept}
    assert hits(index, PAPERS) == hits(QueryIndex(map(parse, kept)), PAPERS)
    for text in kept:
        index.remove(parse(text).canonical)
    assert len(index) == 0
    assert hits(index, PAPERS) == {}


def test_adding_twice_and_removing_what_is_not_there_change_nothing():
    index = QueryIndex([parse("a"), parse("A OR a"), parse("b a")])
    index.remove("zebra")
    assert len(index) == 2
    index.remove("a")
    assert hits(index, [make_paper(title="b a")]) == {"b a": [0]}


@pytest.mark.parametrize("text", [*QUERIES, "NOT cat", "a OR NOT b", " OR ".join(f"w{n}" for n in range(40))])
def test_a_stored_form_read_quickly_is_what_the_grammar_reads(text):
    try:
        canonical = parse_canonical(text).canonical
        expected = parse_canonical(canonical)
    except QueryRefused:
        with pytest.raises(QueryRefused):
            read_canonical(text)
    else:
        read = read_canonical(canonical)
        assert (read.canonical, read.node) == (expected.canonical, expected.node)
