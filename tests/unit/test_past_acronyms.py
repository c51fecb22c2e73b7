"""What an acronym stands for, read from the papers."""

import pytest

from digests.past.proposing.acronyms import find_full_names
from digests.past.proposing.passage import Passage
from tests.pasts import build_past, make_papers, propose_for


def read(*texts, of):
    papers = [(Passage(""), Passage(text)) for text in texts]
    return [(name.written, name.papers) for name in find_full_names(papers, of)]


@pytest.mark.parametrize(
    ("text", "acronym", "full_name"),
    [
        ("We use retrieval-augmented generation (RAG).", "rag", "retrieval-augmented generation"),
        ("Large Language Models (LLMs) are used.", "llm", "Large Language Models"),
        ("A vision-language-action (VLA) policy", "vla", "vision-language-action"),
        ("multi-modal large language models (MLLMs)", "mllm", "multi-modal large language models"),
        ("based on Group Relative Policy Optimization (GRPO)", "grpo", "Group Relative Policy Optimization"),
        ("reinforcement learning from human feedback (RLHF)", "rlhf", "reinforcement learning from human feedback"),
        ("Neural Radiance Fields (NeRFs)", "nerf", "Neural Radiance Fields"),
        ("low-rank adaptation (LoRA)", "lora", "low-rank adaptation"),
        ("mixture of experts (MoE)", "moe", "mixture of experts"),
        ("simultaneous localization and mapping (SLAM)", "slam", "simultaneous localization and mapping"),
        ("contrastive language-image pre-training (CLIP)", "clip", "contrastive language-image pre-training"),
        ("with 3D Gaussian splatting (3DGS)", "3dgs", "3D Gaussian splatting"),
        ("RAG (retrieval-augmented generation) helps", "rag", "retrieval-augmented generation"),
        ("RAG (retrieval-augmented generation; see below) helps", "rag", "retrieval-augmented generation"),
        ("retrieval-\\emph{augmented} generation (\\textbf{RAG})", "rag", "retrieval augmented generation"),
        ("retrieval augmented\ngeneration\n(RAG)", "rag", "retrieval augmented generation"),
        ("retrieval-augmented generation (``RAG'')", "rag", "retrieval-augmented generation"),
        ("retrieval-augmented generation (RAG, for short)", "rag", "retrieval-augmented generation"),
    ],
)
def test_the_full_name_stands_before_or_behind(text, acronym, full_name):
    assert read(text, of=acronym) == [(full_name, 1)]


@pytest.mark.parametrize(
    ("text", "acronym"),
    [
        ("We use generation (RAG).", "rag"),
        ("random words and generation (RAG)", "rag"),
        ("retrieval, augmented generation (RAG)", "rag"),
        ("retrieval augmented generation. RAG helps", "rag"),
        ("retrieval augmented generation (RAG systems)", "rag"),
        ("retrieval augmented generation (rag)", "rag"),
        ("retrieval augmented generation (RAGE)", "rag"),
        ("it is ragged (RAG)", "rag"),
        ("RAG (as everybody knows)", "rag"),
        ("RAG (", "rag"),
        ("(RAG)", "rag"),
        ("vision-language-action-models (VLA)", "vla"),
        ("", "rag"),
    ],
)
def test_what_does_not_fit_is_no_full_name(text, acronym):
    assert read(text, of=acronym) == []


def test_capitals_plurals_hyphens_and_small_words_make_no_difference():
    found = read(
        "Multimodal Large Language Models (MLLMs)",
        "Multimodal Large Language Models (MLLMs), and again multimodal large language models (MLLMs)",
        "a multi-modal large language model (MLLM)",
        of="mllm",
    )
    assert found == [("Multimodal Large Language Models", 3)]
    assert read("reward from verifiers (RV)", "reward with a verifier (RV)", of="rv") == [("reward with a verifier", 2)]


def test_the_most_frequent_meaning_comes_first():
    speech, attack = "automatic speech recognition (ASR)", "attack success rate (ASR)"
    assert read(attack, speech, speech, of="asr") == [("automatic speech recognition", 2), ("attack success rate", 1)]


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    papers = make_papers(
        ("Asking Books", "We study retrieval-augmented generation (RAG)."),
        ("Asking Films", "Retrieval-Augmented Generation (RAG) for films."),
        ("Cleaning up", "A red abrasive glove (RAG) cleans."),
        ("Asking Songs", "Retrieval augmented generation with songs."),
        ("Wiping", "A rag wipes robots."),
        ("Seeing", "We train NeRFs, neural radiance fields (NeRFs)."),
    )
    return build_past(tmp_path_factory.mktemp("past"), papers)


def test_an_acronym_is_told_what_it_stands_for_and_what_either_would_bring(past):
    (found,) = propose_for(past, "RAG").expansions

    assert (found.full_name.lower(), found.papers) == ("retrieval-augmented generation", 2)
    assert (found.proposal.text, found.proposal.count) == ("RAG OR retrieval-augmented generation", 4)
    assert found.proposal.per_day == 2.0


def test_it_may_be_typed_in_small_letters(past):
    assert propose_for(past, "rag").expansions[0].proposal.count == 5
    assert propose_for(past, "NeRF").expansions[0].full_name == "neural radiance fields"


def test_the_rest_of_the_query_stays(past):
    (found,) = propose_for(past, "RAG AND film").expansions
    assert found.proposal.text == "(RAG OR retrieval augmented generation) AND film"
    assert found.proposal.count == 1


def test_who_asks_for_both_already_is_told_nothing(past):
    assert propose_for(past, "RAG OR retrieval augmented generation").expansions == ()
    assert propose_for(past, "robot").expansions == ()


def test_nothing_wider_is_proposed_for_an_acronym_that_is_too_broad(tmp_path):
    papers = make_papers(("Asking", "Retrieval-augmented generation (RAG) of answers."), times=20)
    others = make_papers(("A Study", "Retrieval augmented generation."), times=190, first=1000)

    assert propose_for(build_past(tmp_path, [*papers, *others]), "RAG").expansions == ()
