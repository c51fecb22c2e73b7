"""A keyword that is too broad: less of the same."""

import pytest

from digests.keywords.language import parse
from digests.past.search import open_past
from tests.listings import read_listing
from tests.pasts import NOW, build_past, make_papers, propose_for

# 200 papers, so that a keyword may bring ten of them.
OTHERS = make_papers(("A Study of Boring Defaults", "We study boring defaults."), times=200, first=1000)


@pytest.fixture
def narrow(tmp_path):
    def narrow(text, *groups, scope=None):
        papers = [
            paper
            for number, group in enumerate(groups)
            for paper in make_papers(group[:2], times=group[2], first=1 + 100 * number)
        ]
        found = propose_for(build_past(tmp_path, [*papers, *OTHERS[len(papers) :]]), text, scope).narrower
        return found and (found.text, found.count)

    return narrow


def test_in_the_title_only(narrow):
    assert narrow("agent", ("Agents at Work", "They work.", 8), ("Work", "Of an agent.", 20)) == ("ti:agent", 8)


def test_a_longer_phrase_where_it_brings_more(narrow):
    groups = [
        ("Work", "An LLM agent works.", 9),
        ("Work", "A mobile agent of ours.", 6),
        ("Work", "The agent that is.", 9),
    ]
    assert narrow("agent", *groups) == ("llm agent", 9)


def test_a_phrase_that_is_too_broad_itself_counts_in_titles(narrow):
    groups = [("Language Models", "A model.", 7), ("Models", "A language model.", 20), ("Models", "A model.", 20)]
    assert narrow("model", *groups) == ("ti:language model", 7)


def test_what_only_happens_to_stand_beside_it_is_no_phrase(narrow):
    beside = ("Work", "An agent sleeps.", 5)
    elsewhere = ("Work", "It sleeps. An agent too. An agent that.", 30)
    assert narrow("agent", beside, elsewhere) is None


def test_a_quoted_phrase_stays_quoted(narrow):
    groups = [("Work", "LLM agents work.", 9), ("Work", "Our agents.", 20)]
    assert narrow('"agents"', *groups) == ('"llm agents"', 9)


def test_a_topic_beside_it_where_it_has_no_longer_phrase(narrow):
    groups = [
        ("Grasping Cups", "The robot that is.", 9),
        ("Walking", "Any robot can.", 11),
        ("Flying", "A robot would.", 2),
    ]
    assert narrow("robot", *groups) == ("grasping cup AND robot", 9)


def test_where_nothing_is_narrow_enough_nothing_is_proposed(narrow):
    assert narrow("agent", ("Agents", "Agents.", 30)) is None


def test_what_is_denied_stays_denied(narrow):
    groups = [("Agents at Work", "They work.", 8), ("Agents that Drive", "They drive.", 5), ("Work", "An agent.", 20)]
    assert narrow("agent NOT drive", *groups) == ("ti:agent AND NOT drive", 8)


def test_of_two_words_one_may_be_enough_in_the_title(narrow):
    groups = [("Agents", "A model.", 9), ("Models", "An agent.", 3), ("Work", "An agent and a model.", 20)]
    assert narrow("agent AND model", *groups) == ("model AND ti:agent", 9)


def test_a_category_counts_as_the_primary_one(tmp_path):
    papers = make_papers(("Work", "We work."), times=8, categories=("cs.CV", "cs.LG"))
    crossed = make_papers(("Work", "We work."), times=20, first=100, categories=("cs.LG", "cs.CV"))
    store = build_past(tmp_path, [*papers, *crossed, *OTHERS[28:]])
    assert propose_for(store, "cat:cs.CV").narrower.text == "pri:cs.CV"


def test_a_keyword_that_is_narrow_enough_is_left_alone(narrow):
    assert narrow("agent", ("Agents", "An LLM agent.", 10)) is None


def test_the_readers_archives_are_the_measure(tmp_path):
    papers = make_papers(("Agents", "We work."), times=8, categories=("cs.CV",))
    others = make_papers(("Work", "An LLM agent."), times=8, first=100, categories=("cs.CV",))
    rest = make_papers(("Work", "We work."), times=190, first=200, categories=("cs.CV",))
    store = build_past(tmp_path, [*papers, *others, *rest, *OTHERS])
    assert propose_for(store, "agent").narrower is None
    assert propose_for(store, "agent", ["cs.CV"]).narrower.text == "ti:agent"


def test_what_tells_of_no_subject_has_no_topics(tmp_path):
    """Most of what `cat:cs.CV` or `the` brings is something else than whatever is frequent there."""
    papers = make_papers(("Video Depth", "A video of the depth map."), times=9, categories=("cs.CV",))
    others = make_papers(("The Work", "The same."), times=20, first=100, categories=("cs.CV",))
    store = build_past(tmp_path, [*papers, *others, *OTHERS[29:]])

    for typed in ("cat:cs.CV", 'au:"Doe"', "the", "a", "the AND cat:cs.CV", '"of the"'):
        assert propose_for(store, typed).narrower is None


@pytest.fixture(scope="module")
def recorded_past(recorded, tmp_path_factory):
    papers = read_listing(recorded / "listing" / "union-2026-02" / "2026-02-02.jsonl")
    return build_past(tmp_path_factory.mktemp("past"), papers, days=1)


@pytest.mark.parametrize(
    "text",
    ["agent", "model", "learning", "LLM", '"models"', "ti:model", "data AND model", "agent OR diffusion"],
)
def test_on_recorded_papers_it_brings_some_of_the_same_and_not_too_much(recorded_past, text):
    past = open_past(recorded_past, NOW)
    narrower = propose_for(recorded_past, text).narrower
    (whole,), (part,) = (past.find(parse(typed)).values() for typed in (text, narrower.text))

    assert narrower.count == part.bit_count() <= 0.05 * past.find_scope(None)[past.dates[0]].bit_count()
    assert part & whole == part
