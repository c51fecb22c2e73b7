"""A keyword that brought nothing: what was meant, said by the words of the stored papers."""

import pytest

from tests.pasts import build_past, make_papers, propose_for


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    papers = make_papers(
        ("Diffusion Policy for Arms", "We steer an arm with a diffusion policy and attention."),
        ("Reinforcement Learning of Walking", "Attention to reinforcement learning; quantization."),
        ("Hyperspectral Images", "The diffusion of light in hyperspectral images, detection of objects."),
        ("Object Detection", "Multimodal retrieval of objects. Object detection."),
        ("Settings", "A setting of agents systems."),
        times=4,
    ) + make_papers(
        ("Arms of Robots", "A robot carries a tensor. Its policy is separate from diffusion."),
        ("Small Words", "The gru of an agent system is never the policy for far too many arms."),
        first=100,
    )
    return build_past(tmp_path_factory.mktemp("past"), papers)


def instead(past, text, **wishes):
    return [(proposal.text, proposal.count) for proposal in propose_for(past, text, **wishes).instead]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("difusion", "diffusion"),
        ("diffussion", "diffusion"),
        ("diffusoin", "diffusion"),
        ("difgusion", "diffusion"),
        ("idffusion", "diffusion"),
        ("iffusion", "diffusion"),
        ("siffusion", "diffusion"),
        ("sdiffusion", "diffusion"),
        ("reinfrocment", "reinforcement"),
        ("atention", "attention"),
        ("quantisaton", "quantization"),
        ("reinforcementlearning", "reinforcement learning"),
    ],
)
def test_a_slip_is_put_right(past, typed, meant):
    assert instead(past, typed)[0][0] == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("difusion polcy", "diffusion policy"),
        ("(difusion OR zebra) AND polcies NOT drivng", "(diffusion OR zebra) AND policy NOT drivng"),
        ("ti:hyperspctral", "ti:hyperspectral"),
        ('"Objects" AND detecton', '"Objects" AND detection'),
        ('"hyperspctral images"', '"hyperspectral images"'),
        ("quntiz*", "quantiz*"),
        ("learning reinforcment~3", "learning reinforcement~3"),
        ("detecton AND (reinforcment OR objct)", "detection AND (reinforcement OR object)"),
    ],
)
def test_all_else_stays_as_it_was_typed(past, typed, meant):
    assert instead(past, typed)[0][0] == meant


@pytest.mark.parametrize(
    "right",
    ["neuroevolution", "perovskite", "homomorphic", "betting AND arm", "gur", "kernel", "zebra OR seitans", "GRU2"],
)
def test_a_rare_word_is_left_alone(past, right):
    assert instead(past, right) == []


def test_at_most_three_are_proposed_and_each_brings_something(tmp_path):
    papers = make_papers(
        *((f"{word} of arms", "Nothing else.") for word in ("planner", "planter", "planker", "planned")), times=4
    )
    found = instead(build_past(tmp_path, papers), "planer")

    assert len(found) == 3
    assert all(count == 4 for _, count in found)


def test_what_the_whole_query_does_not_bring_is_not_proposed(past):
    assert instead(past, "difusion AND hyperspctral AND polcy") == []


def test_words_that_never_stand_together_are_asked_for_apart(past):
    assert instead(past, "arm robot") == [("arm robot~5", 1)]
    assert instead(past, "tensor diffusion") == [("tensor diffusion~5", 1)]
    assert instead(past, "arm tensor separate") == [("arm AND separate AND tensor", 1)]


def test_quotes_capitals_and_fields_are_taken_off_where_they_bring_nothing(past):
    assert instead(past, '"agent systems"')[0] == ("agent system", 5)
    assert instead(past, "ROBOT") == [("robot", 1)]
    assert instead(past, "ti:tensor") == [("tensor", 1)]
    assert instead(past, "ROBOT AND tensor") == [("robot AND tensor", 1)]


def test_two_halves_of_a_word_are_joined(past):
    assert instead(past, "multi modal retrieval")[0] == ("multimodal retrieval", 4)


def test_a_slip_in_words_that_stand_apart_is_put_right_too(past):
    assert instead(past, "tensor difusion") == [("tensor diffusion~5", 1)]


def test_a_slip_of_one_paper_is_no_word(tmp_path):
    papers = make_papers(("Transformer", "Of arms."), times=110) + make_papers(("Tranformer", "Of legs."), first=500)
    assert instead(build_past(tmp_path, papers), "tranformer AND arm") == [("transformer AND arm", 110)]


def test_only_the_readers_archives_count(past):
    assert instead(past, "difusion", scope=["math"]) == []
    assert instead(past, "difusion", scope=["cs"]) == [("diffusion", 9)]


def test_what_brings_something_is_not_put_right(past):
    assert instead(past, "diffusion") == []


@pytest.mark.parametrize(
    "typed", ["智能体", "au:LeCunn", "cat:math.NA", "co:accptd", "id:2604.99999", "difusion " * 25]
)
def test_what_has_no_english_word_to_correct_is_left_alone(past, typed):
    assert instead(past, typed.strip()) == []
