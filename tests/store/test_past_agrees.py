"""The searchable past says of every query what the matcher says of the same papers, and the plain reading of them."""

import json
import random
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from digests.errors import QueryRefused
from digests.keywords.bits import list_bits
from digests.keywords.explaining import explain
from digests.keywords.language import parse
from digests.keywords.query_index import QueryIndex
from digests.keywords.reading import ReadPaper
from digests.papers.paper import ArxivId
from digests.past.index import index_past
from digests.past.search import open_past
from digests.store.engine import open_store
from digests.store.migrate import migrate
from tests.builders import make_paper
from tests.store.past_steps import NOW, TODAY, announce

# Whatever is one word in one shape and another one in the next.
WORDS = [
    "policy", "Policies", "POLICY", "behaviour", "behaviors", "Quantisation", "quantization", "modelling", "matrices",
    "RAG", "RAGs", "rag", "rags", "Sam", "SAM", "GANs", "gan", "GAs", "gas", "GPS", "gps", "NODES", "nodes", "node",
    "WORLD MODEL", "world", "models", "indices", "index", "C++", "GPT-4o", "gpt", "it's", "of", "the", "of", "the",
    "graph", "graphs", "扩散", "扩散策略", "擴", "$\\alpha$", 'Schr\\"odinger',
]  # fmt: skip
BEGINNINGS = ["polic*", "polici*", "behaviou*", "quantis*", "gan*", "NOD*", "GAN*", "mod*", "the*"]
AUTHORS = [
    "Yann LeCun", "Y. LeCun", "Yann A. LeCun", "LeCun", "Michael J. Black", "Aäron van den Oord", "Li Wang", "L. Y. Wang",
]  # fmt: skip
CATEGORIES = ["cs.LG", "cs.CV", "stat.ML", "eess.SY", "math.NA", "hep-th", "math.OC"]
OLD_ID = "math/0309136"

typed = st.sampled_from([word for word in WORDS if "$" not in word] + ["alpha", "扩", "BEHAVIOUR", *BEGINNINGS])
runs = st.lists(typed, min_size=1, max_size=3).map(" ".join)
terms = st.one_of(
    typed,
    runs,
    runs.map(lambda text: f'"{text}"'),
    st.tuples(st.lists(typed, min_size=2, max_size=3).map(" ".join), st.integers(1, 4)).map("{0[0]}~{0[1]}".format),
    st.tuples(st.sampled_from(["ti", "abs", "co"]), runs).map("{0[0]}:({0[1]})".format),
    st.sampled_from(["ti", "abs"]).map("{}:graph the~2".format),
    st.sampled_from([*AUTHORS, "Wang", "Y LeCun", "Yann", "LeC*", "Aaron Oord", "M Black", "Y L Wang"]).map(
        'au:"{}"'.format
    ),
    st.sampled_from([*CATEGORIES, "cs", "math", "stat", "cs.SY"]).map("cat:{}".format),
    st.sampled_from([*CATEGORIES, "cs", "eess"]).map("pri:{}".format),
    st.sampled_from(["2601.00007", "2601.99999", "math.GT/0309136v2"]).map("id:{}".format),
)
queries = st.recursive(
    terms,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR", "NOT"]), inner).map("({0[0]}) {0[1]} ({0[2]})".format),
    max_leaves=4,
)


def invent_papers():
    chance = random.Random(7)

    def invent(number):
        def text(longest):
            return " ".join(chance.choices(WORDS, k=chance.randint(0, longest)))

        return make_paper(
            id=ArxivId(OLD_ID if number == 0 else f"2601.{number:05}"),
            title=text(6) or "0",
            abstract=text(25),
            comments=text(5),
            authors=tuple(chance.choices(AUTHORS, k=chance.randint(0, 3))),
            categories=tuple(dict.fromkeys(chance.choices(CATEGORIES, k=chance.randint(0, 3)))),
        )

    return [invent(number) for number in range(200)]


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    """Papers, and the past in which they were announced on four days."""
    papers = invent_papers()
    with opened(tmp_path_factory.mktemp("past"), papers, days=4) as past:
        yield {paper.id: ReadPaper(paper) for paper in papers}, past


@contextmanager
def opened(folder, papers, days):
    store = open_store(f"sqlite:///{folder / 'past.db'}")
    migrate(store)
    for back in range(days):
        announce(store, *papers[back::days], on=TODAY - timedelta(days=back))
    index_past(store, NOW)
    yield open_past(store, NOW)
    store.close()


@given(queries)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@example('"gas" OR gas')
@example('"GANs" AND GANs')
@example('"nodes" NOT node')
@example('"indices" OR "rags"')
@example("graph graph*~1")
@example("the the~1")
def test_the_past_finds_what_the_plain_reading_finds(invented, text):
    papers, past = invented
    query = find_query(text)
    assume(query is not None)
    expected = sorted(paper_id for paper_id, paper in papers.items() if explain(query.node, paper) is not None)
    assert find_ids(past, query) == expected


def test_the_past_says_what_the_matcher_says_of_real_papers(recorded, tmp_path):
    rows = (recorded / "listing" / "union-2026-02" / "2026-02-02.jsonl").read_text("utf-8").splitlines()
    papers = {row["id"]: build_paper(row) for row in map(json.loads, rows)}
    kept = list(papers.values())
    queries = [query for text in ask_real(kept) if (query := find_query(text))]
    found = QueryIndex(queries).match(kept)
    with opened(tmp_path, kept, days=2) as past:
        wrong = [
            query.canonical
            for query in queries
            if find_ids(past, query) != sorted(kept[number].id for number in list_bits(found.get(query.canonical, 0)))
        ]
    assert len(queries) > 250
    assert len(found) > 150
    assert wrong == []


def build_paper(row):
    texts = {"title": row["title"], "abstract": row["summary"], "comments": row["comment"] or ""}
    return make_paper(id=row["id"], authors=tuple(row["authors"]), categories=tuple(row["categories"]), **texts)


def ask_real(papers):
    """Queries of every shape, of words and people that are there."""
    chance = random.Random(3)
    shapes = [
        "{a}",
        "{a}",
        "{b} {a}",
        '"{b} {a}"',
        "ti:{a}",
        "abs:{b}",
        "co:{a}",
        "{a}* {b}",
        "{b} {a}~4",
        "{a} NOT {b}",
    ]
    shapes += ['au:"{p}"', 'au:"{l}"', "{a} AND {b}", "cat:{c} {a}", "pri:{c} NOT {b}"]
    for _ in range(350):
        paper = chance.choice(papers)
        words = f"{paper.title} {paper.abstract}".split()
        place = chance.randrange(len(words) - 1)
        person = chance.choice(paper.authors)
        yield chance.choice(shapes).format(
            b=words[place].strip('*~"():,;-!'),
            a=words[place + 1].strip('*~"():,;-!'),
            p=person,
            l=person.split()[-1],
            c=chance.choice(paper.categories),
        )


def find_query(text):
    try:
        return parse(text)
    except QueryRefused:
        return None


def find_ids(past, query):
    return sorted(paper_id for on, mask in past.find(query).items() for paper_id in past.list_ids(on, mask))
