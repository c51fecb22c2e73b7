"""From a description to keywords, by what papers that hold its words are about."""

import pytest

from digests.keywords.language import parse
from digests.past.proposing.related import find_related
from digests.past.search import open_past
from tests.listings import read_listing
from tests.pasts import NOW, build_past, make_papers


def ask(store, *wanted):
    return [(found.text, found.count) for found in find_related(store, open_past(store, NOW), wanted)]


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    papers = make_papers(
        ("Tactile Sensing for Robot Grasping", "Grasp synthesis by a diffusion model in the real world."),
        ("Robot Grasping and Tactile Sensing", "A dexterous hand. We use a dexterous hand."),
        ("Grasp Synthesis with a Dexterous Hand", "On robot grasping."),
        ("Diffusion Model of Rain", "Rain falls in the real world."),
        times=3,
    )
    others = make_papers(("A Study of Boring Defaults", "Nothing of the real world works."), times=190, first=1000)
    return build_past(tmp_path_factory.mktemp("past"), [*papers, *others])


def test_what_was_described_comes_first_then_what_goes_with_it(past):
    found = dict(ask(past, "robot grasping", "diffusion model"))

    assert list(found)[:3] == ["diffusion model AND robot grasping", "diffusion model", "robot grasping"]
    assert found["diffusion model AND robot grasping"] == 3
    assert {"tactile sensing", "dexterous hand"} <= found.keys()
    assert 3 <= len(found) <= 6


def test_nothing_is_said_twice_in_other_words(past):
    texts = [text for text, _ in ask(past, "robot grasping")]
    assert not {"robot", "grasping", "grasp", "tactile", "sensing"} & set(texts)
    assert len(texts) == len(set(texts))


def test_what_stands_in_every_paper_is_not_proposed(past):
    assert not {"real world", "default", "boring default"} & {text for text, _ in ask(past, "grasping", "rain")}


def test_a_phrase_that_no_paper_has_is_asked_for_by_its_words(past):
    assert ("tactile sensing", 6) in ask(past, "robots in dexterous grasping zebras")


@pytest.mark.parametrize("wanted", [[], [""], ["zebra"], ["(", '"'], ["智能体"], ["of the", "AND"]])
def test_what_no_paper_has_gives_nothing(past, wanted):
    assert ask(past, *wanted) == []


@pytest.fixture(scope="module")
def torn(tmp_path_factory):
    papers = make_papers(
        ("Context-Aware 3D Scenes with Surfels", "Mitigating blur in real time, with GS."),
        ("Context-Aware 3D Scenes in Real Time", "Mitigating noise of surfels, with GS."),
        ("Mitigating Haze by GS", "Multi-view surfels in context-aware 3D scenes, in real time."),
        ("Multi-View GS", "Surfels, mitigating smoke."),
        times=2,
        categories=("cs.CV",),
    )
    others = make_papers(("A Study", "Nothing works."), times=190, first=1000, categories=("cs.CV", "cs.RO"))
    return build_past(tmp_path_factory.mktemp("past"), [*papers, *others])


def test_no_fragments_are_proposed(torn):
    texts = {text for text, _ in ask(torn, "surfel")}

    assert {"surfel", "multi view", "context aware 3d scene"} & texts > {"surfel"}
    assert not {"mitigating", "aware 3d", "aware 3d scene", "gs", "real time", "aware", "view"} & texts


def test_a_described_word_may_be_any(torn):
    assert ("mitigating", 8) in ask(torn, "mitigating")


def test_only_papers_of_the_scope_count(torn):
    past = open_past(torn, NOW)

    assert find_related(torn, past, ["surfel"], ["cs.CV"])
    assert find_related(torn, past, ["surfel"], ["cs.RO"]) == ()


def test_what_was_described_is_proposed_however_few_papers_there_are(tmp_path):
    past = build_past(tmp_path, make_papers(("Robot Grasping", "We grasp."), ("Rain", "It rains.")), days=1)
    assert ask(past, "robot grasping")[0] == ("robot grasping", 1)


def test_the_order_is_always_the_same(past):
    assert ask(past, "robot grasping", "diffusion model") == ask(past, "diffusion model", "robot grasping")


def test_an_empty_past_gives_nothing(tmp_path):
    assert ask(build_past(tmp_path, []), "robot") == []


def test_on_recorded_papers_each_has_a_paper_and_none_is_too_broad(recorded, tmp_path):
    papers = read_listing(recorded / "listing" / "union-2026-02" / "2026-02-02.jsonl")
    store = build_past(tmp_path, papers, days=1)
    past = open_past(store, NOW)
    for wanted in (["LLM agent"], ["reinforcement learning", "reasoning"], ["video generation"], ["privacy"]):
        found = find_related(store, past, wanted)
        assert 2 <= len(found) <= 6
        for proposal in found:
            (mask,) = past.find(parse(proposal.text)).values()
            assert proposal.count == mask.bit_count() <= 0.05 * len(papers)
